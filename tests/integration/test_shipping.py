"""Shipping of closed partitions to a real S3-compatible store, and what happens when it fails."""

import datetime
import http.server
import json
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time
import unittest
import uuid

from faults.rows import row
from support.daemon import PATIENCE, Daemon, await_true, run, sample, total
from support.needs import need
from support.object_store import CREDENTIALS, KEY_ID, SECRET, ObjectStore

STORE = ObjectStore()


def setUpModule():
    STORE.__enter__()
    unittest.addModuleCleanup(STORE.__exit__)


def hours_ago(hours):
    return datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours)


def parse_date(name):
    return re.fullmatch(r"\d{4}-\d\d-\d\d", name)


def event(hours, **more):
    return {"output": 1, "timestamp": hours_ago(hours).isoformat(), **more}


class Shipping(unittest.TestCase):
    """Each test has an endpoint id of its own, which is in the keys of its objects."""

    def setUp(self):
        STORE.fail()
        self.id = "e" + uuid.uuid4().hex[:12]

    def daemon(self, environment=CREDENTIALS, config=None, start=True, **ship):
        made = Daemon(environment=environment, start=start, config={
            "identity": {"endpoint_id": self.id}, **(config or {}),
            "prediction_log": {"ship": STORE.options(**ship), "ack": "written",
                               **(config or {}).get("prediction_log", {})}})
        return made

    def write(self, daemon, events):
        """Has a daemon that ships nothing log the events, and end."""
        ship = daemon.config["prediction_log"].pop("ship")
        daemon.start()
        for each in events:
            self.assertEqual(daemon.predict(each).status, 202)
        self.assertEqual(daemon.stop(), 0)
        daemon.config["prediction_log"]["ship"] = ship
        return {str(file.relative_to(daemon.log_directory)): file.read_bytes()
                for file in daemon.log_files()}

    def held(self):
        return [put for put in STORE.puts(self.id) if put.endswith(" held")]

    def objects(self):
        return STORE.objects(self.id)

    def await_shipped(self, daemon, count):
        await_true(lambda: daemon.metric("boxkited_ship_files_total") >= count,
                   lambda: f"{count} files shipped; {daemon.lines}; {STORE.requests(self.id)}")
        await_true(lambda: daemon.metric("boxkited_ship_backlog_files") == 0, "no backlog")

    def await_failure(self, daemon, reason):
        await_true(lambda: daemon.metric("boxkited_ship_failures_total", reason=reason) > 0,
                   lambda: f"a failure as {reason}; {daemon.lines}")
        return daemon.get("/v1/status").json["ship"]["trouble"]

    def left(self, daemon):
        """Names of all files below the folders of dates."""
        return sorted(file.name for file in daemon.all_files() if parse_date(file.parent.name))


class Goes(Shipping):
    def test_closed_files_of_an_earlier_process_are_at_their_paths_in_the_bucket_and_gone_here(self):
        with self.daemon(start=False) as daemon:
            written = self.write(daemon, [event(30), event(3), event(2), event(2), event(0)])
            now = max(written)
            daemon.start()
            self.await_shipped(daemon, len(written) - 1)
            written.pop(now)
            self.assertEqual(self.objects(), written)
            self.assertEqual([file.name for file in daemon.log_files()],
                             [pathlib.Path(now).name])
            self.assertEqual(self.left(daemon), [pathlib.Path(now).name])
            metrics = daemon.metrics()
            self.assertEqual(metrics[sample("boxkited_ship_bytes_total")],
                             sum(map(len, written.values())))
            self.assertEqual(metrics[sample("boxkited_ship_backlog_bytes")], 0)
            self.assertEqual(metrics[sample("boxkited_ship_oldest_seconds")], 0)
            self.assertEqual(daemon.get("/v1/status").json["ship"]["trouble"], None)
            over = daemon.log_directory / min(written)
            await_true(lambda: not over.parent.exists(), "no folder of a day that is over")

    def test_an_empty_file_that_is_sealed_goes_without_an_object(self):
        with self.daemon(start=False) as daemon:
            (name, lines), = self.write(daemon, [event(2)]).items()
            file = daemon.log_directory / name
            empty = file.with_name(file.name.replace(".txt", ".1.txt"))
            for path in (empty, empty.with_name(empty.name + ".sealed")):
                path.touch()
            daemon.start()
            self.await_shipped(daemon, 2)
            self.assertEqual(self.objects(), {name: lines})
            self.assertEqual(self.left(daemon), [])

    def test_the_prefix_stands_in_front_of_the_keys(self):
        with self.daemon(start=False, prefix="env=test/logs") as daemon:
            written = self.write(daemon, [event(2)])
            daemon.start()
            self.await_shipped(daemon, 1)
            self.assertEqual(self.objects(), {"env=test/logs/" + name: lines
                                              for name, lines in written.items()})

    def test_packed_by_zstd_it_unpacks_to_the_same_lines(self):
        with self.daemon(start=False, compression="zstd") as daemon:
            written = self.write(daemon, [event(2, metadata={"text": "x" * 100_000})] * 5)
            daemon.start()
            self.await_shipped(daemon, 1)
            unpacked = {key: subprocess.run([need("zstd"), "-dc"], input=packed, check=True,
                                            capture_output=True).stdout
                        for key, packed in self.objects().items()}
            self.assertEqual(unpacked, {name + ".zst": lines for name, lines in written.items()})
            self.assertLess(daemon.metric("boxkited_ship_bytes_total"), 50_000)

    def test_kept_files_are_shipped_once(self):
        with self.daemon(start=False, keep_local=True) as daemon:
            written = self.write(daemon, [event(2)])
            for _ in range(2):
                daemon.start()
                await_true(lambda: len(self.objects()) == 1, "the object")
                await_true(lambda: any(name.endswith(".shipped") for name in self.left(daemon)),
                           "its seal")
                self.assertEqual(daemon.stop(), 0)
            (name,) = written
            self.assertEqual(self.left(daemon), [pathlib.Path(name).name,
                                                 pathlib.Path(name).name + ".shipped"])
            self.assertEqual(self.objects(), written)
            self.assertEqual(len(STORE.puts(self.id)), 1)

    def test_late_events_of_a_shipped_partition_go_to_another_key(self):
        for keep in (False, True):
            with self.subTest(keep_local=keep):
                self.setUp()
                with self.daemon(start=False, keep_local=keep) as daemon:
                    moment = event(2)
                    first = self.write(daemon, [moment])
                    daemon.start()
                    self.await_shipped(daemon, 1)
                    self.assertEqual(daemon.predict(moment).status, 202)
                    self.assertEqual(daemon.stop(), 0)
                    late = [line for line in daemon.log_lines()
                            if (line + "\n").encode() not in first.values()]
                    daemon.start()
                    self.await_shipped(daemon, 1)
                    (name, lines), = first.items()
                    self.assertEqual(self.objects(), {
                        name: lines,
                        name.replace(".txt", ".1.txt"): (late[0] + "\n").encode()})

    def test_the_bucket_may_stand_in_front_of_the_host_name(self):
        # libcurl asks nobody for a name below `localhost`: it is this machine.
        with self.daemon(start=False, addressing="virtual_host",
                         endpoint=f"http://localhost:{STORE.port}") as daemon:
            written = self.write(daemon, [event(2)])
            daemon.start()
            self.await_shipped(daemon, 1)
            self.assertEqual(self.objects(), written)
            (put,) = STORE.puts(self.id)
            self.assertTrue(put.startswith(f"PUT /models/predictions/{self.id}/"), put)

    def test_a_store_with_a_certificate_of_its_own_is_believed_by_its_authority_alone(self):
        endpoint = f"https://127.0.0.1:{STORE.tls_port}"
        with self.daemon(start=False, endpoint=endpoint) as daemon:
            written = self.write(daemon, [event(2)])
            daemon.start()
            self.assertRegex(self.await_failure(daemon, "unreachable"), r"certificate")
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(STORE.requests(self.id), [])
            ship = daemon.config["prediction_log"]["ship"]
            ship["ca_file"] = str(STORE.certificate.certificate)
            daemon.start()
            self.await_shipped(daemon, 1)
            self.assertEqual(self.objects(), written)

    def test_files_of_another_writer_are_left_alone(self):
        with self.daemon(start=False) as daemon:
            self.write(daemon, [event(2)])
            daemon.config["identity"] = {**daemon.config["identity"], "replica_id": "other"}
            self.write(daemon, [event(2)])
            daemon.start()
            self.await_shipped(daemon, 1)
            self.assertEqual([key.split("_")[-1] for key in self.objects()], ["logger-other.txt"])
            self.assertEqual([name.split("_")[-1] for name in self.left(daemon)],
                             ["logger-replica.txt"])

    def test_no_more_is_sent_in_a_second_than_is_allowed(self):
        with self.daemon(start=False, bytes_per_second=200_000) as daemon:
            written = self.write(daemon, [event(2, metadata={"text": "x" * 500_000})])
            started = time.monotonic()
            daemon.start()
            self.await_shipped(daemon, 1)
            self.assertGreater(time.monotonic() - started, 1)
            self.assertEqual(self.objects(), written)


class Fails(Shipping):
    @row(46, "object store that is away", "a port at which nobody listens", "events are taken; the "
         "file waits on the disk; sent once the store is there")
    def test_a_store_that_is_not_there_is_waited_for_while_events_are_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with self.daemon(start=False) as daemon:
            written = self.write(daemon, [event(2)])
            ship = daemon.config["prediction_log"]["ship"]
            ship["endpoint"] = f"http://127.0.0.1:{port}"
            daemon.start()
            trouble = self.await_failure(daemon, "unreachable")
            self.assertRegex(trouble, rf"^GET http://127.0.0.1:{port}/\S+: .*[Cc]onnect")
            health = daemon.get("/healthz")
            self.assertEqual((health.status, health.json["error"]), (503, "shipping: " + trouble))
            self.assertEqual(daemon.get("/readyz").status, 200)
            self.assertEqual(daemon.metric("boxkited_ship_backlog_bytes"),
                             sum(map(len, written.values())))
            self.assertGreater(daemon.metric("boxkited_ship_oldest_seconds"), 3600)
            self.assertEqual(daemon.predict(event(0)).status, 202)
            self.assertEqual(daemon.stop(), 0)

            ship["endpoint"] = f"http://127.0.0.1:{STORE.port}"
            daemon.start()
            self.await_shipped(daemon, 1)
            self.assertEqual(self.objects(), written)

    @row(46, "object store that fails",
         "500, a connection cut in the body, a body stored in part, a session token and a clock that "
         "are not good",
         "told in `/healthz` and `/v1/status`, counted by reason, tried again; then every byte is "
         "there once")
    def test_what_it_answers_or_does_is_told_and_tried_again_until_it_is_well(self):
        rows = [({"status": 500}, "busy", "500 InternalError: told to fail"),
                ({"cut": 1000}, "unreachable", "PUT "),
                ({"break": True}, "mismatch", "is not what was sent there"),
                ({"token": "other"}, "refused", "403 InvalidToken: another session token"),
                ({"skew": True}, "refused",
                 "403 RequestTimeTooSkewed: The difference is too large.; the clock of this "
                 "machine is 3")]
        for fault, reason, said in rows:
            with self.subTest(fault):
                self.setUp()
                with self.daemon(start=False) as daemon:
                    written = self.write(daemon, [event(2, metadata={"text": "x" * 300_000})])
                    STORE.fail(**fault)
                    daemon.start()
                    self.assertIn(said, self.await_failure(daemon, reason))
                    self.assertEqual(len(daemon.log_files()), 1)
                    STORE.fail()
                    self.await_shipped(daemon, 1)
                    self.assertEqual(self.objects(), written)
                    await_true(lambda: daemon.get("/healthz").status == 200, "health")

    @row(46, "object store that is slow", "100 ms for each piece of a body and of an answer",
         "events are answered as quickly as ever; sent once")
    def test_a_store_that_is_slow_gets_all_in_the_end_while_events_are_taken(self):
        with self.daemon(start=False) as daemon:
            written = self.write(daemon, [event(2, metadata={"text": "x" * 1_000_000})])
            STORE.fail(slow=100)
            daemon.start()
            times = []
            deadline = time.monotonic() + PATIENCE
            while not self.objects():
                self.assertLess(time.monotonic(), deadline, daemon.lines)
                started = time.monotonic()
                self.assertEqual(daemon.predict(event(0)).status, 202)
                times.append(time.monotonic() - started)
            self.assertGreater(len(times), 10)
            self.assertLess(sorted(times)[len(times) // 2], 0.1)
            self.assertLess(max(times), 5)
            self.await_shipped(daemon, 1)
            self.assertEqual(self.objects(), written)
            self.assertEqual(total(daemon.metrics(), "boxkited_ship_failures_total"), 0)

    @row(46, "object store that hangs", "a connection that is never answered",
         "events are taken; SIGTERM ends in time; sent by the next start")
    def test_a_store_that_never_answers_holds_up_neither_events_nor_the_end(self):
        with self.daemon(start=False) as daemon:
            written = self.write(daemon, [event(2)])
            STORE.fail(hang=True)
            daemon.start()
            await_true(lambda: daemon.metric("boxkited_ship_backlog_files") == 1, "the backlog")
            for _ in range(20):
                self.assertEqual(daemon.predict(event(0)).status, 202)
            started = time.monotonic()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.monotonic() - started, 20)
            STORE.fail()
            daemon.start()
            self.await_shipped(daemon, 1)
            self.assertEqual(self.objects(), written)

    @row(47, "kill -9 while a file is sent",
         "when its first bytes have come, when all have, and when the object is stored and not yet "
         "answered",
         "each file is there once; what was stored is not sent again")
    def test_killed_while_it_sends_the_next_one_neither_loses_nor_doubles(self):
        with self.daemon(start=False) as daemon:
            written = self.write(daemon, [event(hours, metadata={"text": "x" * 1_000_000})
                                          for hours in (2, 3, 4, 5)])
            for held, moment in enumerate(("begun", "received", "stored", "begun", "stored"), 1):
                STORE.fail(hold=moment)
                daemon.start()
                await_true(lambda: len(self.held()) == held,
                           lambda: f"a PUT {moment}; {STORE.requests(self.id)}")
                daemon.kill()
            STORE.fail()
            daemon.start()
            await_true(lambda: not daemon.log_files(), lambda: f"all shipped; {daemon.lines}")
            self.assertEqual(self.objects(), written)
            await_true(lambda: not self.left(daemon), "no seal left")
            # What was stored when it was killed was not sent again.
            self.assertEqual(len(STORE.puts(self.id)) - len(self.held()), len(written) - 2)

    def test_what_was_sent_and_not_settled_is_not_sent_again(self):
        with self.daemon(start=False) as daemon:
            written = self.write(daemon, [event(2)])
            daemon.start()
            self.await_shipped(daemon, 1)
            self.assertEqual(daemon.stop(), 0)
            (name, lines), = written.items()
            file = daemon.log_directory / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(lines)
            daemon.start()
            self.await_shipped(daemon, 1)
            self.assertEqual(self.objects(), written)
            self.assertEqual(len(STORE.puts(self.id)), 1)

    @row(48, "retention before shipping", "a store that fails until a file is too old",
         "deleted, counted, told")
    def test_files_that_retention_deletes_before_they_are_shipped_are_counted(self):
        with self.daemon(start=False) as daemon:
            self.write(daemon, [event(30)])
            STORE.fail(status=500)
            daemon.config["prediction_log"]["retention_days"] = 1
            daemon.start()
            await_true(lambda: daemon.metric("boxkited_ship_deleted_unshipped_files_total") == 1,
                       "the count")
            daemon.await_line("deleted from the prediction log before it was shipped")
            self.assertEqual(self.left(daemon), [])


class Role(http.server.BaseHTTPRequestHandler):
    """Gives credentials that expire soon to whoever has the token."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=1)
        body = json.dumps({"AccessKeyId": KEY_ID, "SecretAccessKey": SECRET, "Token": "session/1+=",
                           "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Credentials(Shipping):
    def test_of_a_file_that_is_replaced(self):
        with self.daemon(start=False, environment={}, credentials="file") as daemon:
            file = daemon.folder / "credentials"
            daemon.config["prediction_log"]["ship"]["credentials_file"] = str(file)
            good = f"[default]\naws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n"
            file.write_text(good.replace(SECRET, "wrong"))
            written = self.write(daemon, [event(2)])
            daemon.start()
            self.assertIn("403 SignatureDoesNotMatch", self.await_failure(daemon, "refused"))
            file.write_text(good)
            self.await_shipped(daemon, 1)
            self.assertEqual(self.objects(), written)
            self.assertNotIn(SECRET, "\n".join(daemon.lines))

    def test_of_the_role_of_the_container_with_a_session_token(self):
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Role) as role:
            role.asked = []
            thread = threading.Thread(target=role.serve_forever, args=(0.05,))
            thread.start()
            try:
                uri = f"http://127.0.0.1:{role.server_address[1]}/v1/credentials"
                STORE.fail(token="session/1+=")
                environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": uri,
                               "AWS_CONTAINER_AUTHORIZATION_TOKEN": "let-me-in"}
                with self.daemon(start=False, environment=environment,
                                 credentials="container") as daemon:
                    written = self.write(daemon, [event(2)])
                    daemon.start()
                    self.await_shipped(daemon, 1)
                    self.assertEqual(self.objects(), written)
                # They expire within five minutes, so each request has new ones.
                self.assertEqual(role.asked, [("/v1/credentials", "let-me-in")] * 3)
            finally:
                role.shutdown()
                thread.join()

    def test_what_is_missing_stops_the_start(self):
        both = {**CREDENTIALS}
        rows = [
            ({}, {}, "prediction_log.ship.credentials: AWS_ACCESS_KEY_ID is not set"),
            ({"AWS_ACCESS_KEY_ID": "x"}, {},
             "prediction_log.ship.credentials: AWS_SECRET_ACCESS_KEY is not set"),
            (both, {"bucket": None},
             "prediction_log.ship.bucket: must be set when prediction_log.ship.endpoint is"),
            (both, {"bucket": "No"}, "prediction_log.ship.bucket: expected null or 3 to 63 of "),
            (both, {"endpoint": "ftp://x"},
             "prediction_log.ship.endpoint: expected null or http:// or https://, "),
            (both, {"endpoint": "https://user@host"}, "prediction_log.ship.endpoint: expected "),
            (both, {"prefix": "../up"}, "prediction_log.ship.prefix: expected "),
            (both, {"credentials": "file"}, "prediction_log.ship.credentials_file: must be set"),
            (both, {"credentials": "file", "credentials_file": "/none"},
             "prediction_log.ship.credentials: /none: No such file or directory"),
            (both, {"credentials": "container"}, "prediction_log.ship.credentials: neither "
             "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is"),
            ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/"},
             {"credentials": "container"}, "prediction_log.ship.credentials: "
             "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this machine"),
            (both, {"ca_file": "/none"},
             "prediction_log.ship.ca_file: /none: No such file or directory"),
        ]
        with Daemon(start=False) as daemon:
            # None but approved digests, as some firms have it.
            approved = daemon.folder / "openssl.cnf"
            approved.write_text("openssl_conf = all\n[all]\nalg_section = digests\n"
                                "[digests]\ndefault_properties = fips=yes\n")
            rows.append(({**both, "OPENSSL_CONF": str(approved)}, {}, "prediction_log.ship: this "
                         "machine's OpenSSL refuses MD5 or SHA-256, by which objects are verified"))
            for environment, ship, said in rows:
                with self.subTest(said):
                    daemon.config["prediction_log"]["ship"] = STORE.options(**ship)
                    daemon.write_config()
                    for command in ("serve", "check"):
                        ended = run(command, "--config", daemon.config_file,
                                    environment=environment)
                        self.assertEqual(ended.returncode, 2, ended.stderr)
                        self.assertIn(said, ended.stderr)


if __name__ == "__main__":
    unittest.main()
