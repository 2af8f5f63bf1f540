"""A real Prometheus scrapes the daemon in both formats, and its query API gives exact counts."""

import json
import unittest

from support.daemon import GOLDEN, Daemon, await_true, parse_metrics
from support.prometheus import Prometheus, as_text, documented_query

DISTRIBUTIONS = '{__name__=~"(feature_.*|inference_.*|baseline_.*)",job="%s"}'


def golden_daemon(case):
    return Daemon(baseline=GOLDEN / case / "histogram.prom")


def distributions(text):
    """Samples as Prometheus has them, where a label that is empty is none."""
    return {(name, tuple(pair for pair in labels if pair[1])): value
            for (name, labels), value in parse_metrics(text).items()
            if not name.startswith(("boxkite_", "boxkited_", "process_"))}


class Scrapes(unittest.TestCase):
    # Beside the golden events: bins and values with all that has to be escaped.
    MORE = [{"features": {"sex": text}, "output": text} for text in
            ("line\nbreak", "nul\0", 'quote"', "back\\slash", "\\n", "près de Zürich ✓",
             "\u2028", "", " ", "{}=,#")]

    def post_all(self, case, daemon):
        self.assertEqual(daemon.predict_lines(
            (GOLDEN / case / "events.ndjson").read_bytes()).status, 202)
        if case == "diabetes":
            body = "\n".join(json.dumps(event) for event in self.MORE)
            self.assertEqual(daemon.predict_lines(body).json["accepted"], len(self.MORE))

    def assert_scraped(self, prometheus, job, text):
        expected = distributions(text)
        await_true(lambda: prometheus.series(DISTRIBUTIONS % job).samples == expected,
                   lambda: self.difference(prometheus, job, expected))

    def difference(self, prometheus, job, expected):
        found = prometheus.series(DISTRIBUTIONS % job).samples
        return f"{job} to have {dict(set(expected.items()) ^ set(found.items()))}"

    def test_both_formats_give_the_counts_of_the_events(self):
        for case in ("diabetes", "edge"):
            with self.subTest(case), golden_daemon(case) as daemon, as_text(daemon) as port, \
                    Prometheus({"openmetrics": daemon.port, "text": port}) as prometheus:
                self.post_all(case, daemon)
                daemon.await_written(daemon.accepted())
                openmetrics = daemon.get("/metrics", {"Accept": "application/openmetrics-text"})
                self.assertTrue(openmetrics.text.endswith("# EOF\n"))
                self.assert_scraped(prometheus, "openmetrics", openmetrics.text)
                self.assert_scraped(prometheus, "text", daemon.get("/metrics").text)

                accepted = daemon.accepted()
                for job in ("openmetrics", "text"):
                    events = f'boxkited_events_total{{job="{job}",result="accepted"}}'
                    self.assertEqual(prometheus.query(f"sum({events})"), accepted)
                    self.assertEqual(prometheus.query(
                        f'boxkited_log_events_written_total{{job="{job}"}}'), accepted)
                health = {each["labels"]["job"]: (each["health"], each["lastError"])
                          for each in prometheus.get("targets")["activeTargets"]}
                self.assertEqual(health, dict.fromkeys(("openmetrics", "text"), ("up", "")))
                kinds = {name: each[0]["type"]
                         for name, each in prometheus.get("metadata").items()}
                self.assertEqual(kinds["feature_3_value"], "histogram")
                self.assertEqual(kinds["process_open_fds"], "gauge")

    def test_conservation_as_documented(self):
        with golden_daemon("diabetes") as daemon, \
                Prometheus({"boxkited": daemon.port}) as prometheus:
            self.post_all("diabetes", daemon)
            query = documented_query("boxkited_log_events_unlogged_total")
            accepted = daemon.accepted()
            await_true(lambda: prometheus.query(query) == accepted, "the sum")


if __name__ == "__main__":
    unittest.main()
