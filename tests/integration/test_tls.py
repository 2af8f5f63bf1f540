"""HTTPS as real clients speak it, and what comes to those who speak it badly or not at all."""

import random
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from support.baselines import AGE, copies
from support.certificates import Certificate
from support.daemon import PATIENCE, Daemon, await_true, event_counts, run, total
from support.needs import need
from support.secured import Secured
from support.wire import Wire, post

EVENT = '{"output":1}'
GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="boxkited-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.server = Certificate(cls.folder, "server")

    def daemon(self, tls=None, **options):
        return Secured({"tls": tls or self.server.server()}, self.server.trusted(), **options)

    def certificate(self, *arguments, **options):
        """One in a folder of its own."""
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-"))
        return Certificate(folder, *arguments, **options)


class Traffic(Tls):
    def test_curl_keeps_its_connection_and_speaks_1_2_and_later(self):
        with self.daemon() as daemon:
            url = f"https://127.0.0.1:{daemon.port}/v1/predictions"
            curl = [need("curl"), "--silent", "--show-error", "--cacert", self.server.certificate,
                    "--json", EVENT, "--write-out", "%{http_code} %{num_connects}\n",
                    "--output", "/dev/null"]
            for version in ("1.2", "1.3"):
                ended = subprocess.run(
                    [*curl, f"--tlsv{version}", "--tls-max", version, url, "--next", *curl[1:],
                     f"--tlsv{version}", "--tls-max", version, url],
                    capture_output=True, text=True, timeout=PATIENCE)
                self.assertEqual((ended.stdout, ended.stderr), ("202 1\n202 0\n", ""))
            old = subprocess.run([*curl, "--tls-max", "1.1", "--ciphers", "ALL:@SECLEVEL=0", url],
                                 capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(old.stdout, "000 1\n")
            self.assertEqual(event_counts(daemon.metrics()), {("http", "accepted"): 4})

    def test_pipelined_requests_are_answered_in_order(self):
        with self.daemon() as daemon, Wire(daemon, over=daemon.tls()) as wire:
            ids = [f"id-{number}" for number in range(500)]
            wire.send(b"".join(post('{"output":1,"prediction_id":"%s"}' % each) for each in ids))
            self.assertEqual([wire.answer().json["prediction_id"] for _ in ids], ids)
            daemon.await_written(500)
            self.assertEqual([line["prediction_id"] for line in daemon.logged()], ids)

    def test_a_large_body_is_taken_whole(self):
        count = 9_000
        lines = "".join('{"output":1,"prediction_id":"%0250d"}\n' % i for i in range(count))
        with self.daemon() as daemon:
            self.assertEqual(daemon.predict_lines(lines).json["accepted"], count)
            daemon.await_written(count)
            self.assertEqual([int(line["prediction_id"]) for line in daemon.logged()],
                             list(range(count)))

    def test_a_body_over_the_limit_is_refused(self):
        with self.daemon(config={"limits": {"body_bytes": 1024}}) as daemon:
            with Wire(daemon, over=daemon.tls()) as wire:
                wire.send(post("x" * 1025))
                self.assertEqual(wire.answer().status, 413)
                self.assertIsNone(wire.answer())

    def test_a_slow_reader_gets_an_answer_of_megabytes(self):
        with self.daemon(baseline=copies(AGE, 12_000)) as daemon:
            expected = daemon.get("/v1/baseline", unix=True).body
            self.assertGreater(len(expected), 4_000_000)
            with Wire(daemon, over=daemon.tls()) as slow, Wire(daemon, over=daemon.tls()) as other:
                slow.send(b"GET /v1/baseline HTTP/1.1\r\nHost: localhost\r\n\r\n" + GET)
                for _ in range(50):  # Nobody waits for it.
                    other.send(GET)
                    self.assertEqual(other.answer().status, 200)
                self.assertEqual(slow.answer().body, expected)
                self.assertEqual(slow.answer().json, {"status": "ok"})

    def test_who_closes_its_half_gets_its_answers_and_an_announced_end(self):
        with self.daemon() as daemon, Wire(daemon, over=daemon.tls()) as wire:
            wire.send(GET * 3)
            socket.socket.shutdown(wire.socket, socket.SHUT_WR)
            self.assertEqual([answer.status for answer in wire.rest()], [200] * 3)

    def test_who_ends_tls_gets_the_same_word(self):
        with self.daemon() as daemon, Wire(daemon, over=daemon.tls()) as wire:
            wire.send(GET)
            self.assertEqual(wire.answer().status, 200)
            with wire.socket.unwrap() as plain:
                self.assertEqual(plain.recv(1), b"")

    def test_connections_are_counted_and_forgotten(self):
        with self.daemon() as daemon:
            def opened():
                return daemon.metric("boxkited_connections", listener="127.0.0.1:0")

            with daemon.tls(), daemon.raw() as half:
                half.sendall(b"\x16\x03\x01")
                await_true(lambda: opened() == 2, "both")
            await_true(lambda: opened() == 0, "none")


class Sessions(Tls):
    def resumed(self, daemon, context):
        with daemon.tls(context) as first:
            first.sendall(GET)
            first.recv(1000)
            session = first.session
        with daemon.tls(context, session=session) as second:
            second.sendall(GET)
            self.assertIn(b"200 OK", second.recv(1000))
            return second.session_reused

    def test_a_session_is_resumed_until_the_certificate_is_replaced(self):
        client = self.certificate("client")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for own in (None, client):
                tls = self.server.server(**({"client_ca": str(own.certificate)} if own else {}))
                with self.subTest(version, own=bool(own)), self.daemon(tls) as daemon:
                    context = self.server.trusted(own)
                    context.minimum_version = context.maximum_version = version
                    self.assertTrue(self.resumed(daemon, context))
                    with daemon.tls(context) as before:
                        before.sendall(GET)
                        before.recv(1000)
                        session = before.session
                    self.assertEqual(daemon.reload().status, 200)
                    with daemon.tls(context, session=session) as after:
                        self.assertFalse(after.session_reused)


class Reload(Tls):
    def setUp(self):
        self.current = self.certificate("current")

    def reloads(self, daemon):
        metrics = daemon.metrics()
        return [total(metrics, "boxkited_reloads_total", result=each)
                for each in ("success", "failure")]

    def test_new_connections_get_the_new_certificate_and_open_ones_go_on(self):
        with Secured({"tls": self.current.server()}, self.current.trusted()) as daemon:
            with Wire(daemon, over=daemon.tls()) as before:
                before.send(GET)
                self.assertEqual(before.answer().status, 200)
                request = post(EVENT)
                before.send(request[:40])

                self.certificate("next").move_to(self.current)
                daemon.process.send_signal(signal.SIGHUP)
                await_true(lambda: self.reloads(daemon) == [1, 0], "the reload")

                with daemon.tls(self.current.trusted()) as after:
                    after.sendall(GET)
                    self.assertIn(b"200 OK", after.recv(1000))
                with self.assertRaises(ssl.SSLCertVerificationError):
                    daemon.tls()
                before.send(request[40:])
                self.assertEqual(before.answer().status, 202)

    def test_a_bad_one_changes_nothing_and_says_so(self):
        with Secured({"tls": self.current.server()}, self.current.trusted()) as daemon:
            good = self.current.key.read_bytes()
            rows = [
                (lambda: self.current.key.unlink(), "No such file or directory"),
                (lambda: self.current.key.write_bytes(good[:100]),
                 "expected a private key in PEM form"),
                (lambda: self.current.key.write_bytes(self.server.key.read_bytes()),
                 f"expected the key of {self.current.certificate}"),
            ]
            for count, (spoil, reason) in enumerate(rows, 1):
                spoil()
                error = f"listeners[0].tls.key: {self.current.key}: {reason}"
                answer = daemon.reload()
                self.assertEqual((answer.status, answer.json), (500, {"error": error}))
                self.assertEqual(daemon.get("/v1/status", unix=True).json["last_reload_error"],
                                 error)
                self.assertEqual(self.reloads(daemon), [0, count])
                self.assertEqual(daemon.get("/livez").status, 200)
            self.current.key.write_bytes(good)
            self.assertEqual(daemon.reload().status, 200)
            self.assertEqual(daemon.get("/livez").status, 200)

    def test_other_files_need_a_restart(self):
        with Secured({"tls": self.current.server()}, self.current.trusted()) as daemon:
            daemon.config["listeners"][0]["tls"] = self.server.server()
            daemon.write_config()
            self.assertEqual(daemon.reload().json,
                             {"reloaded": True, "needs_restart": ["listeners"]})
            self.assertEqual(daemon.get("/livez").status, 200)


class Clients(Tls):
    def test_only_those_with_a_certificate_of_the_authority_come_in(self):
        authority = self.certificate("authority")
        good = self.certificate("good", authority)
        wrong = self.certificate("wrong", self.certificate("authority"))
        tls = self.server.server(client_ca=str(authority.certificate))
        with self.daemon(tls) as daemon:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                for own in (None, wrong, self.server):
                    with self.subTest(version, own=own):
                        context = self.server.trusted(own)
                        context.minimum_version = context.maximum_version = version
                        with self.assertRaises(ssl.SSLError) as refused:
                            with daemon.tls(context) as connection:
                                connection.sendall(post(EVENT))
                                connection.recv(1000)
                        self.assertRegex(str(refused.exception),
                                         "ALERT_(UNKNOWN_CA|CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE"
                                         "|BAD_CERTIFICATE)|alert")
            self.assertEqual(event_counts(daemon.metrics()), {})
            daemon.context = self.server.trusted(good)
            self.assertEqual(daemon.predict(EVENT).status, 202)


class Hostile(Tls):
    def assert_serves(self, daemon):
        self.assertEqual(daemon.predict(EVENT).status, 202)

    def test_plain_http_is_answered_in_plain_and_counted(self):
        with self.daemon() as daemon:
            with Wire(daemon) as wire:
                wire.send(post(EVENT) * 2)
                answer = wire.answer()
                self.assertEqual((answer.status, answer.json), (400, {
                    "error": "this listener speaks HTTPS: expected TLS, got plain HTTP"}))
                self.assertIsNone(wire.answer())
            self.assertEqual(event_counts(daemon.metrics()), {("http", "bad_request"): 1})
            self.assert_serves(daemon)

    def test_tls_on_a_plain_listener_is_a_malformed_request(self):
        with Daemon() as daemon:
            context = ssl.create_default_context()
            with self.assertRaises(ssl.SSLError), daemon.raw() as raw:
                context.wrap_socket(raw, server_hostname="127.0.0.1")
            self.assertEqual(daemon.predict(EVENT).status, 202)

    def test_slow_handshakes_are_ended_and_hold_up_nobody(self):
        with self.daemon(config={"limits": {"header_time_ms": 500}}) as daemon:
            slow = [daemon.raw() for _ in range(100)]
            try:
                for number, each in enumerate(slow):
                    each.sendall(self.hello()[:number * 5])
                begin = time.monotonic()
                self.assert_serves(daemon)
                for each in slow:
                    while each.recv(4096):
                        pass
                self.assertLess(time.monotonic() - begin, 10)
            finally:
                for each in slow:
                    each.close()

    def hello(self):
        return self.conversation()[1]

    def conversation(self):
        """A client that has not been answered yet, its first words, and where to put answers."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = self.server.trusted().wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        with self.assertRaises(ssl.SSLWantReadError):
            client.do_handshake()
        return client, outgoing.read(), incoming

    def test_bytes_that_were_changed_or_cut_end_their_connection_alone(self):
        chance = random.Random(17)
        with self.daemon() as daemon:
            hello = self.hello()
            for _ in range(200):
                spoilt = bytearray(hello[:chance.randrange(1, len(hello) + 1)])
                for _ in range(chance.randrange(4)):
                    spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
                with daemon.raw() as raw:
                    raw.sendall(spoilt)
                    raw.shutdown(socket.SHUT_WR)
                    try:
                        while raw.recv(4096):
                            pass
                    except ConnectionResetError:
                        pass
            self.assert_serves(daemon)
            await_true(lambda: total(daemon.metrics(), "boxkited_connections") == 1, "their end")

    def test_records_that_are_forged_after_the_handshake_count_nothing(self):
        with self.daemon() as daemon:
            for kind in (0x14, 0x15, 0x16, 0x17, 0x18, 0xff):
                for size in (0, 1, 17, 16_384, 16_640, 20_000, 65_535):
                    with self.subTest(kind=kind, size=size), daemon.tls() as connection:
                        record = bytes([kind, 3, 3]) + size.to_bytes(2, "big") + b"x" * size
                        # Past TLS: what its socket itself takes and gives.
                        try:
                            socket.socket.sendall(connection, record)
                            socket.socket.shutdown(connection, socket.SHUT_WR)
                            while socket.socket.recv(connection, 4096):
                                pass
                        except ConnectionResetError:
                            pass
            self.assert_serves(daemon)
            self.assertEqual(event_counts(daemon.metrics()), {("http", "accepted"): 1})

    def test_nothing_is_negotiated_anew(self):
        with self.daemon() as daemon:
            ended = subprocess.run(
                [need("openssl"), "s_client", "-connect", f"127.0.0.1:{daemon.port}", "-tls1_2",
                 "-CAfile", self.server.certificate],
                input="R\nR\n", capture_output=True, text=True, timeout=PATIENCE)
            self.assertIn("Verify return code: 0 (ok)", ended.stdout)
            self.assertIn("no renegotiation", ended.stderr)
            self.assert_serves(daemon)


class Start(Tls):
    def test_bad_files_stop_the_start_and_check_with_one_line(self):
        other = self.certificate("other")
        good = self.server.server()
        rows = [
            (good | {"certificate": "/none.pem"},
             "certificate: /none.pem: No such file or directory"),
            (good | {"certificate": str(self.server.key)},
             f"certificate: {self.server.key}: expected a certificate in PEM form"),
            (good | {"key": str(other.key)},
             f"key: {other.key}: expected the key of {self.server.certificate}"),
            (good | {"client_ca": self.folder}, f"client_ca: {self.folder}: is a directory"),
        ]
        for tls, reason in rows:
            with self.subTest(reason), self.daemon(tls, start=False) as daemon:
                daemon.write_config()
                for command in ("serve", "check"):
                    ended = run(command, "--config", daemon.config_file)
                    self.assertEqual((ended.returncode, ended.stderr),
                                     (2, f"boxkited: listeners[0].tls.{reason}\n"))

    def test_check_says_that_good_ones_are_good(self):
        with self.daemon(start=False) as daemon:
            daemon.write_config()
            ended = run("check", "--config", daemon.config_file)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            self.assertIn(f'"certificate": "{self.server.certificate}"', ended.stdout)

    def test_an_open_listener_is_warned_of_at_start(self):
        with self.daemon(start=False) as daemon:
            daemon.config["listeners"][0]["http"] = "0.0.0.0:0"
            daemon.launch().await_line("message=ready")
            (warned,) = [line for line in daemon.lines if "level=warning" in line]
            self.assertRegex(warned, re.escape(
                "listeners[0]: 0.0.0.0:0 serves predictions or admin routes to other hosts"))


class Health(Tls):
    def test_it_asks_over_https(self):
        with self.daemon() as daemon:
            address = f"127.0.0.1:{daemon.port}"
            self.assertEqual(run("health", "--listen", address).returncode, 0)
            listeners = [{"http": address, "tls": self.server.server()}]
            daemon.config["listeners"] = listeners
            daemon.write_config()
            self.assertEqual(run("health", "--config", daemon.config_file).returncode, 0)
            self.assertEqual(daemon.stop(), 0)
            for arguments in (["--listen", address], ["--config", daemon.config_file]):
                ended = run("health", *arguments)
                self.assertEqual((ended.returncode, ended.stderr),
                                 (1, f"boxkited: {address}: no answer\n"))

    def test_it_asks_where_no_certificate_is_wanted(self):
        tls = self.server.server(client_ca=str(self.server.certificate))
        with self.daemon(tls) as daemon:
            self.assertEqual(run("health", "--config", daemon.config_file).returncode, 0)
            ended = run("health", "--listen", f"127.0.0.1:{daemon.port}")
            self.assertEqual(ended.returncode, 1)
            del daemon.config["listeners"][1]
            daemon.write_config()
            ended = run("health", "--config", daemon.config_file)
            self.assertEqual((ended.returncode, ended.stderr), (
                2, "boxkited: no listener speaks HTTP to whoever has no certificate\n"))


if __name__ == "__main__":
    unittest.main()
