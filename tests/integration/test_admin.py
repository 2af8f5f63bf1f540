"""Reload, who may ask for what, and which listener serves it."""

import json
import re
import signal
import threading
import unittest

from faults.rows import row
from support.baselines import AGE, COLOUR, GRADE, OUTPUT, SMALL
from support.daemon import Daemon, await_true, sample

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

    @row(21, "reload with a bad baseline",
         "truncated, empty, bounds that fall, huge, missing",
         "all is as before; error and metric say so")
    def test_a_bad_baseline_changes_nothing_and_says_so(self):
        rows = [(AGE[:200], r"histogram\.prom:\d+: "), ("", "no family"),
                (AGE.replace('"10.0"', '"-1.0"'), "histogram.prom:4: bounds of "),
                ("# a comment that says nothing\n" * 1_000_000, "no family")]
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

    @row(21, "reload with a bad config",
         "no JSON, unknown options",
         "all is as before; error and metric say so")
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


if __name__ == "__main__":
    unittest.main()
