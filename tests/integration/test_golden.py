"""Boxkite's own answers for known inputs, through the real daemon, over each transport."""

import json
import math
import unittest

from support.daemon import GOLDEN, Daemon, await_true, parse_families, parse_metrics

CASES = ("diabetes", "iris", "edge", "wide")


def is_own(name):
    return name.startswith(("boxkite_", "boxkited_", "process_"))


def events(case):
    return (GOLDEN / case / "events.ndjson").read_text("utf-8").splitlines()


class Golden(unittest.TestCase):
    def assert_same(self, case, daemon):
        expected = (GOLDEN / case / "metrics.prom").read_text("utf-8")
        text = daemon.get("/metrics").text
        families = {name: family for name, family in parse_families(text).items()
                    if not is_own(name)}
        self.assertEqual(families, parse_families(expected))

        samples = {key: value for key, value in parse_metrics(text).items() if not is_own(key[0])}
        golden = parse_metrics(expected)
        self.assertEqual(set(samples), set(golden))
        for key, value in golden.items():
            if key[0].endswith("_sum"):  # Order of summation is free.
                self.assertTrue(math.isclose(samples[key], value, rel_tol=1e-12),
                                (key, samples[key], value))
            else:
                self.assertEqual(samples[key], value, key)

    def assert_logged(self, case, daemon):
        """The log holds what was sent, in order, as strict JSON."""
        sent = events(case)
        daemon.await_written(len(sent))
        logged = daemon.logged()
        self.assertEqual(len(logged), len(sent))
        strict = {"NaN": None, "Infinity": "Infinity", "-Infinity": "-Infinity"}
        for line, event in zip(logged, sent):
            event = json.loads(event, parse_constant=strict.get)
            for field, value in event.items():
                self.assertEqual(line[field], value)

    def golden_daemon(self, case):
        return Daemon(baseline=GOLDEN / case / "histogram.prom")

    def test_over_http_one_by_one(self):
        for case in CASES:
            with self.subTest(case), self.golden_daemon(case) as daemon:
                connection = daemon.connection()
                for event in events(case):
                    connection.request("POST", "/v1/predictions", event.encode(),
                                       {"Content-Type": "application/json"})
                    response = connection.getresponse()
                    body = response.read()
                    self.assertEqual(response.status, 202, body)
                    self.assertEqual(list(json.loads(body)), ["prediction_id"])
                connection.close()
                self.assert_same(case, daemon)
                self.assert_logged(case, daemon)

    def test_over_the_unix_socket_as_lines(self):
        for case in CASES:
            with self.subTest(case), self.golden_daemon(case) as daemon:
                sent = events(case)
                answer = daemon.predict_lines("\n".join(sent).encode(), unix=True)
                self.assertEqual(answer.status, 202)
                self.assertEqual(answer.json, {"accepted": len(sent), "rejected": 0, "errors": []})
                self.assert_same(case, daemon)
                self.assert_logged(case, daemon)

    def test_over_http_as_an_array(self):
        for case in CASES:
            with self.subTest(case), self.golden_daemon(case) as daemon:
                sent = events(case)
                answer = daemon.predict("[" + ",".join(sent) + "]")
                self.assertEqual(answer.status, 202)
                self.assertEqual(answer.json, {"accepted": len(sent), "rejected": 0, "errors": []})
                self.assert_same(case, daemon)

    def test_over_the_raw_stream(self):
        for case in CASES:
            with self.subTest(case), self.golden_daemon(case) as daemon:
                sent = events(case)
                with daemon.stream() as stream:
                    stream.sendall(("\n".join(sent) + "\n").encode())
                await_true(lambda: daemon.metric("boxkited_events_total", transport="ndjson_unix",
                                                 result="accepted") == len(sent), "all events")
                self.assert_same(case, daemon)
                self.assert_logged(case, daemon)


if __name__ == "__main__":
    unittest.main()
