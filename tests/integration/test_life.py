"""From ready to stopped: reload, signals, readiness, who may ask what, and the daemon's messages."""

import json
import re
import signal
import socket
import threading
import time
import unittest

from support.baselines import AGE, COLOUR, GRADE, OUTPUT, SMALL
from support.daemon import Daemon, await_true, sample, total
from support.wire import Wire, post

EVENT = '{"features":[1,"red",1],"output":0.5}'


class Reload(unittest.TestCase):
    # Only the colours of SMALL are others.
    CHANGED = AGE + COLOUR.replace("red", "blue") + GRADE + OUTPUT

    def counts(self, daemon):
        metrics = daemon.metrics()
        return (metrics[sample("feature_0_value_count")],
                {dict(labels)["bin"]: value for (name, labels), value in metrics.items()
                 if name == "feature_1_value_total"},
                metrics[sample("feature_2_value_total", bin="1.0")],
                metrics[sample("inference_value_count")])

    def reloads(self, daemon):
        metrics = daemon.metrics()
        return tuple(metrics[sample("boxkited_reloads_total", result=result)]
                     for result in ("success", "failure"))

    def by_request(self, daemon):
        answer = daemon.post("/-/reload")
        self.assertEqual((answer.status, answer.json), (200, {"reloaded": True}))

    def by_signal(self, daemon):
        before = sum(self.reloads(daemon))
        daemon.process.send_signal(signal.SIGHUP)
        await_true(lambda: sum(self.reloads(daemon)) > before, "the reload")

    def test_what_has_not_changed_keeps_its_counts(self):
        for reload in (self.by_request, self.by_signal):
            with Daemon(baseline=SMALL) as daemon:
                daemon.predict_lines(EVENT + "\n" + EVENT)
                reload(daemon)
                self.assertEqual(self.counts(daemon), (2, {"red": 2, "nan": 0}, 2, 2))

                daemon.baseline_file.write_text(self.CHANGED)
                reload(daemon)
                self.assertEqual(self.counts(daemon), (2, {"blue": 0, "nan": 0}, 2, 2))
                self.assertEqual(self.reloads(daemon), (2, 0))
                self.assertIn('bin="blue"', daemon.get("/v1/baseline").text)

                daemon.predict(EVENT)
                self.assertEqual(self.counts(daemon), (3, {"blue": 0, "nan": 0, "red": 1}, 3, 3))

    def test_variables_come_and_go(self):
        with Daemon(baseline=AGE) as daemon:
            daemon.predict(EVENT)
            daemon.baseline_file.write_text(SMALL)
            self.by_request(daemon)
            self.assertEqual(self.counts(daemon), (1, {"red": 0, "nan": 0}, 0, 0))
            daemon.baseline_file.write_text(AGE)
            self.by_request(daemon)
            self.assertNotIn("feature_1", daemon.get("/metrics").text)

    def test_a_bad_baseline_changes_nothing_and_says_so(self):
        rows = [(AGE[:200], r"histogram\.prom:\d+: "), ("", "no family"),
                (AGE.replace('"10.0"', '"-1.0"'), "histogram.prom:4: bounds of ")]
        with Daemon(baseline=SMALL) as daemon:
            daemon.predict(EVENT)
            before = self.counts(daemon)
            for number, (content, reason) in enumerate(rows, 1):
                daemon.baseline_file.write_text(content)
                answer = daemon.post("/-/reload")
                self.assertEqual(answer.status, 500)
                self.assertRegex(answer.json["error"], reason)
                self.assertEqual(daemon.get("/v1/status").json["last_reload_error"],
                                 answer.json["error"])
                self.assertEqual(self.counts(daemon), before)
                self.assertEqual(self.reloads(daemon), (0, number))
            daemon.baseline_file.unlink()
            self.assertEqual(daemon.post("/-/reload").status, 500)
            self.assertTrue(any("reload failed" in line for line in daemon.lines))

            daemon.predict(EVENT)
            self.assertEqual(self.counts(daemon)[0], before[0] + 1)
            daemon.baseline_file.write_text(SMALL)
            self.by_request(daemon)
            self.assertIsNone(daemon.get("/v1/status").json["last_reload_error"])

    def test_a_bad_config_changes_nothing_and_says_so(self):
        with Daemon(baseline=SMALL) as daemon:
            for content, reason in (("{", "not JSON"), ('{"thread":1}', "thread: no such option")):
                daemon.config_file.write_text(content)
                answer = daemon.post("/-/reload")
                self.assertEqual(answer.status, 500)
                self.assertIn(reason, answer.json["error"])
            self.assertEqual(self.reloads(daemon), (0, 2))
            self.assertEqual(daemon.predict(EVENT).status, 202)

    def test_what_can_change_does_and_what_needs_a_restart_is_named(self):
        with Daemon(baseline=SMALL) as daemon:
            daemon.config["limits"] = {"bins_per_feature": 0, "json_depth": 7}
            daemon.config["threads"] = 2
            daemon.config["log"] = {"format": "json"}
            daemon.write_config()
            answer = daemon.post("/-/reload")
            self.assertEqual((answer.status, answer.json), (200, {
                "reloaded": True, "needs_restart": ["limits.json_depth", "threads"]}))
            daemon.predict('{"features":[1,"new",1]}')
            self.assertEqual(self.counts(daemon)[1], {"red": 0, "nan": 0, "__other__": 1})
            message = await_true(lambda: [line for line in daemon.lines if '"reloaded"' in line],
                                 "a message as JSON")
            self.assertEqual(json.loads(message[0])["message"], "reloaded")

    def test_events_go_on_while_it_reloads(self):
        stop = threading.Event()
        sent = []

        def send():
            connection = daemon.connection()
            while not stop.is_set():
                connection.request("POST", "/v1/predictions", EVENT)
                response = connection.getresponse()
                response.read()
                sent.append(response.status)
            connection.close()

        with Daemon(baseline=SMALL, config={"threads": 2}) as daemon:
            thread = threading.Thread(target=send)
            thread.start()
            for number in range(20):
                daemon.baseline_file.write_text(self.CHANGED if number % 2 else SMALL)
                self.by_request(daemon)
            stop.set()
            thread.join()
            self.assertEqual(set(sent), {202})
            self.assertEqual(self.counts(daemon)[0], len(sent))
            daemon.await_written(len(sent))


class AdminGate(unittest.TestCase):
    ROUTES = [("GET", "/v1/status", 200), ("GET", "/v1/baseline", 200), ("POST", "/-/reload", 200)]

    def statuses(self, daemon, headers):
        return [daemon.request(method, path, None, headers).status
                for method, path, _ in self.ROUTES]

    def test_a_foreign_host_or_origin_is_refused(self):
        with Daemon(baseline=SMALL, config={"admin_hosts": ["kite.example"]}) as daemon:
            own = f"127.0.0.1:{daemon.port}"
            good = [{"Host": "localhost"}, {"Host": "LOCALHOST:9810"}, {"Host": "10.1.2.3"},
                    {"Host": "[::1]:9810"}, {"Host": "kite.example"}, {"Host": "Kite.Example:80"},
                    {"Host": own, "Origin": f"http://{own}"}]
            bad = [{"Host": "evil.example"}, {"Host": "localhost.evil.example"},
                   {"Host": "127.0.0.1.evil.example"}, {"Host": "evilkite.example"},
                   {"Host": own, "Origin": "http://evil.example"}, {"Host": own, "Origin": "null"},
                   {"Host": own, "Origin": f"http://{own}.evil.example"},
                   {"Host": own, "Origin": f"http://evil.example/{own}"},
                   {"Host": own, "Origin": "http://localhost:1"}]
            for headers in good:
                with self.subTest(headers):
                    self.assertEqual(self.statuses(daemon, headers), [200] * 3)
            for headers in bad:
                with self.subTest(headers):
                    self.assertEqual(self.statuses(daemon, headers), [403] * 3)
            self.assertEqual(daemon.metric("boxkited_reloads_total", result="success"), len(good))

    def test_other_routes_do_not_ask(self):
        headers = {"Host": "svc.namespace", "Origin": "http://evil.example"}
        with Daemon() as daemon:
            for path in ("/metrics", "/livez", "/readyz", "/healthz"):
                self.assertEqual(daemon.get(path, headers).status, 200)
            self.assertEqual(daemon.post("/v1/predictions", EVENT, headers).status, 202)


class Listeners(unittest.TestCase):
    ROUTES = {"predictions": [("POST", "/v1/predictions", 202)],
              "metrics": [("GET", "/metrics", 200)],
              "admin": [("GET", "/v1/status", 200), ("POST", "/-/reload", 200)]}
    HEALTH = ("/livez", "/readyz", "/healthz")

    def test_each_serves_what_it_names_and_health(self):
        for group in self.ROUTES:
            with self.subTest(group), Daemon(
                    config={"listeners": [{"http": "127.0.0.1:0", "serves": [group]}]}) as daemon:
                for other, routes in self.ROUTES.items():
                    for method, path, status in routes:
                        answer = daemon.request(method, path, EVENT if method == "POST" else None)
                        self.assertEqual(answer.status, status if other == group else 404, path)
                for path in self.HEALTH:
                    self.assertEqual(daemon.get(path).status, 200)
                    self.assertEqual(daemon.post(path).status, 405)

    def test_a_unix_listener_serves_predictions_alone_unless_told(self):
        with Daemon(start=False) as daemon:
            del daemon.config["listeners"][1]["serves"]
            daemon.start()
            self.assertEqual(daemon.predict(EVENT, unix=True).status, 202)
            self.assertEqual(daemon.get("/metrics", unix=True).status, 404)
            self.assertEqual(daemon.get("/v1/status", unix=True).status, 404)
            self.assertEqual(daemon.get("/livez", unix=True).status, 200)

    def test_several_of_a_kind(self):
        with Daemon(config={"listeners": [{"http": "127.0.0.1:0"}, {"http": "[::1]:0"},
                                          {"http": "127.0.0.1:0", "serves": ["metrics"]}]},
                    start=False) as daemon:
            ready = daemon.launch().await_line("message=ready")
            daemon.port, last = map(int, re.findall(r"127\.0\.0\.1:(\d+)", ready))
            self.assertIn("[::1]:", ready)
            self.assertEqual(daemon.predict(EVENT).status, 202)
            daemon.port = last
            self.assertEqual(daemon.predict(EVENT).status, 404)
            self.assertEqual(daemon.accepted(), 1)

    def test_a_taken_port_is_an_error_that_names_it(self):
        with Daemon() as first, Daemon(start=False) as second:
            address = f"127.0.0.1:{first.port}"
            second.config["listeners"] = [{"http": address}]
            code, said = second.fail_to_start()
            self.assertEqual((code, said),
                             (1, f"boxkited: listen on {address}: Address already in use"))


class Stopping(unittest.TestCase):
    def test_with_nothing_to_do_it_ends_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Daemon() as daemon, Wire(daemon) as idle, daemon.stream():
                idle.send(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertEqual(idle.answer().status, 200)
                started = time.monotonic()
                self.assertEqual(daemon.stop(number), 0)
                self.assertLess(time.monotonic() - started, 5)
                self.assertIn("message=stopped", daemon.lines[-1])
                self.assertEqual(idle.rest(), [])

    def test_under_load_every_202_is_in_the_log(self):
        acknowledged = []

        def send(number):
            wire = Wire(daemon, unix=number % 2 == 0)
            with wire:
                try:
                    while True:
                        wire.send(post(EVENT) * 20)
                        for _ in range(20):
                            answer = wire.answer()
                            if answer is None:
                                return
                            self.assertEqual(answer.status, 202)
                            acknowledged.append(answer.json["prediction_id"])
                except (BrokenPipeError, ConnectionResetError):
                    pass

        with Daemon(baseline=SMALL, config={"threads": 2}) as daemon:
            threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
            for thread in threads:
                thread.start()
            await_true(lambda: len(acknowledged) > 2000, "load")
            started = time.monotonic()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.monotonic() - started, 20)
            for thread in threads:
                thread.join()
            logged = [line["prediction_id"] for line in daemon.logged()]
            self.assertEqual(len(logged), len(set(logged)))
            self.assertEqual(set(acknowledged) - set(logged), set())

    def test_a_request_that_has_begun_is_answered(self):
        with Daemon() as daemon, Wire(daemon) as wire:
            data = post(EVENT)
            wire.send(data[:-5])
            await_true(lambda: daemon.metric("boxkited_received_bytes_total") > len(data) - 6,
                       "the first part")
            daemon.process.send_signal(signal.SIGTERM)
            daemon.await_line("message=stopping")
            wire.send(data[-5:])
            answer = wire.answer()
            self.assertEqual((answer.status, answer.headers["Connection"]), (202, "close"))
            self.assertEqual(daemon.wait(), 0)
            self.assertEqual(len(daemon.log_lines()), 1)

    def test_before_the_drain_it_is_not_ready_and_takes_events(self):
        with Daemon(config={"shutdown_delay_ms": 1500}) as daemon:
            daemon.process.send_signal(signal.SIGTERM)
            await_true(lambda: daemon.get("/readyz").status == 503, "not being ready")
            self.assertEqual(daemon.get("/livez").status, 200)
            self.assertEqual(daemon.get("/readyz").json, {"error": "draining"})
            self.assertEqual(daemon.get("/healthz").status, 503)
            self.assertEqual(daemon.get("/v1/status").json["draining"], True)
            self.assertEqual(daemon.predict(EVENT).status, 202)
            self.assertEqual(daemon.wait(), 0)
            self.assertEqual(len(daemon.log_lines()), 1)

    def test_a_second_signal_ends_it_at_once(self):
        with Daemon(config={"shutdown_delay_ms": 3_600_000}) as daemon:
            daemon.process.send_signal(signal.SIGTERM)
            daemon.await_line("message=stopping")
            self.assertEqual(daemon.stop(), 1)
            self.assertIn("second signal", daemon.lines[-1])

    def test_a_half_sent_request_does_not_outlast_the_deadline(self):
        with Daemon(config={"shutdown_timeout_ms": 300}) as daemon, Wire(daemon) as wire:
            wire.send(post(EVENT)[:-1])
            await_true(lambda: daemon.metric("boxkited_received_bytes_total") > 70, "the request")
            started = time.monotonic()
            self.assertEqual(daemon.stop(), 0)
            self.assertLess(time.monotonic() - started, 5)

    def test_a_peer_that_vanishes_does_not_end_it(self):
        with Daemon() as daemon:
            for unix in (False, True):
                for _ in range(20):
                    with Wire(daemon, unix) as wire:
                        wire.send(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
            await_true(lambda: total(daemon.metrics(), "boxkited_connections") == 1, "their end")
            self.assertTrue(daemon.is_running())


class ServiceManager(unittest.TestCase):
    def test_is_told_of_each_step(self):
        with Daemon(baseline=SMALL, start=False) as daemon, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(str(daemon.folder / "notify"))
            manager.settimeout(30)
            daemon.environment["NOTIFY_SOCKET"] = str(daemon.folder / "notify")

            def told():
                return manager.recv(4096).decode().split("\n")

            daemon.start()
            self.assertEqual(told(), ["READY=1", f"STATUS=serving on 127.0.0.1:{daemon.port} "
                                      f"{daemon.http_socket} {daemon.events_socket}"])
            before = time.monotonic_ns() // 1000
            daemon.process.send_signal(signal.SIGHUP)
            reloading, moment = told()
            self.assertEqual(reloading, "RELOADING=1")
            self.assertGreaterEqual(int(moment.removeprefix("MONOTONIC_USEC=")), before)
            self.assertEqual(told()[0], "READY=1")
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(told(), ["STOPPING=1"])


class Messages(unittest.TestCase):
    LOGFMT = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|[^\s"=]+)(?: |$)')

    def read_logfmt(self, line):
        pairs = self.LOGFMT.findall(line)
        self.assertEqual(" ".join(f"{key}={value}" for key, value in pairs), line)
        return {key: json.loads(value) if value[0] == '"' else value for key, value in pairs}

    def messages(self, form):
        with Daemon(baseline=SMALL, config={"log": {"format": form}},
                    environment={"BOXKITED_X": "1"}) as daemon:
            daemon.post("/-/reload")
            daemon.baseline_file.write_text("bad")
            daemon.post("/-/reload")
            self.assertEqual(daemon.stop(), 0)
            return daemon.lines

    def test_each_is_one_line_that_can_be_read(self):
        for form, read in (("logfmt", self.read_logfmt), ("json", json.loads)):
            read_lines = [read(line) for line in self.messages(form)]
            self.assertEqual(
                [(line["level"], line["message"]) for line in read_lines[:3] + read_lines[-2:]],
                [("warning", "BOXKITED_X: no such option"), ("info", "ready"),
                 ("info", "reloaded"), ("info", "stopping"), ("info", "stopped")])
            for line in read_lines:
                self.assertRegex(line["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")

    def test_the_level_leaves_out_what_is_below(self):
        for level, count in (("error", 0), ("off", 0), ("warning", 1)):
            with Daemon(baseline=SMALL, config={"log": {"level": level}},
                        environment={"BOXKITED_X": "1"}, start=False) as daemon:
                daemon.launch()
                await_true(lambda: self.answers(daemon), "an answer")
                self.assertEqual(daemon.stop(), 0)
                self.assertEqual(len(daemon.lines), count, daemon.lines)

    def answers(self, daemon):
        try:
            return daemon.get("/livez", unix=True).status == 200
        except OSError:
            return False

    def test_many_of_a_kind_are_held_back_and_counted(self):
        with Daemon(baseline=SMALL) as daemon:
            daemon.baseline_file.write_text("bad")
            connection = daemon.connection()
            sent = 0

            def left_out():
                nonlocal sent
                connection.request("POST", "/-/reload")
                connection.getresponse().read()
                sent += 1
                return [line for line in daemon.lines if "left_out=" in line]

            line = await_true(left_out, "a message that counts")[0]
            connection.close()
            failures = [each for each in daemon.lines if "reload failed" in each]
            held_back = int(re.search(r"left_out=(\d+)", line).group(1))
            self.assertEqual(failures.index(line) + held_back + 1, sent)


if __name__ == "__main__":
    unittest.main()
