"""GET / and what the page asks for, as any client sees it. A browser is in end-to-end/test_page."""

import gzip
import re
import unittest

from support.daemon import ROOT, Daemon, run
from support.drift import OFTEN, judged
from support.needs import missing

DEMO = ROOT / "config" / "demo"


class Served(unittest.TestCase):
    def page(self, daemon, **headers):
        answer = daemon.get("/", {name.replace("_", "-"): value for name, value in headers.items()})
        if answer.status == 404:
            missing("the page in this build")
        return answer

    def test_small_under_a_policy_and_kept_by_its_tag(self):
        with Daemon() as daemon:
            plain = self.page(daemon)
            packed = self.page(daemon, Accept_Encoding="br, gzip")
            self.assertEqual(plain.headers["Content-Type"], "text/html; charset=utf-8")
            self.assertEqual(packed.headers["Content-Encoding"], "gzip")
            self.assertEqual(gzip.decompress(packed.body), plain.body)
            self.assertLess(len(packed.body), 300_000)
            policy = plain.headers["Content-Security-Policy"]
            self.assertRegex(policy, r"^default-src 'none'; script-src 'sha256-[^' ]+'; "
                                     r"style-src 'sha256-[^' ]+'; connect-src 'self';")
            self.assertNotIn("unsafe", policy)
            tag = plain.headers["ETag"]
            for given in (tag, tag, f'"other", W/{tag}', "*"):
                again = self.page(daemon, If_None_Match=given)
                self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, b"", tag))
            self.assertEqual(self.page(daemon, If_None_Match='"other"').status, 200)

    def test_it_names_no_other_host(self):
        with Daemon() as daemon:
            urls = set(re.findall(r"https?://[\w.]+", self.page(daemon).text))
        self.assertLessEqual(urls, {"http://www.w3.org"})  # The name of SVG.

    def test_to_admin_listeners_alone(self):
        config = {"listeners": [{"http": "127.0.0.1:0", "serves": ["predictions", "metrics"]}]}
        with Daemon(config=config) as daemon:
            for path in ("/", "/v1/drift/distributions", "/v1/drift/history"):
                self.assertEqual(daemon.get(path).status, 404)
        with Daemon() as daemon:
            self.assertEqual(daemon.get("/", {"Host": "evil.example"}).status, 403)


class Asked(unittest.TestCase):
    def test_distributions_are_those_of_drift(self):
        with Daemon(DEMO / "histogram.prom", config=OFTEN) as daemon:
            daemon.predict_lines((DEMO / "events.ndjson").read_bytes())
            document = judged(daemon)
            bins = daemon.get("/v1/drift/distributions").json
            self.assertEqual(bins["window"], "10m")
            self.assertEqual([each["feature_name"] for each in bins["variables"]],
                             [each["feature_name"] for each in document["variables"]])
            for each, judgement in zip(bins["variables"], document["variables"]):
                expected = judgement["windows"]["10m"]
                self.assertEqual({key: each[key] for key in expected if key != "bins"},
                                 {key: expected[key] for key in expected if key != "bins"})
                label = "le" if each["kind"] == "continuous" else "bin"
                rows = list(zip(each["bins"], each["baseline"], each["live"],
                                each["contributions"]))
                self.assertEqual(sum(each["live"]), 500)
                for one in expected["bins"]:
                    self.assertIn((one[label], one["baseline"], one["live"], one["contribution"]),
                                  rows)

    def test_the_history_ends_with_the_last_score(self):
        with Daemon(DEMO / "histogram.prom", config=OFTEN) as daemon:
            daemon.predict_lines((DEMO / "events.ndjson").read_bytes())
            document = judged(daemon)
            history = daemon.get("/v1/drift/history?metric_name=feature_1_value").json
            scores = [each["windows"]["all"]["score"] for each in document["variables"]
                      if each["metric_name"] == "feature_1_value"]
            self.assertAlmostEqual(history["windows"]["all"]["scores"][-1], scores[0], places=4)
            self.assertIs(history["windows"]["all"]["drifted"][-1], True)
            self.assertEqual(history["times"], sorted(history["times"]))


class Report(unittest.TestCase):
    def test_a_file_that_cannot_be_written_is_named(self):
        ended = run("drift", "--quiet", "--baseline", DEMO / "histogram.prom",
                    DEMO / "events.ndjson", "--html", "/nowhere/report.html")
        if "without the drift page" in ended.stderr:
            missing("the page in this build")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("/nowhere/report.html", ended.stderr)


if __name__ == "__main__":
    unittest.main()
