"""GET /metrics: its two formats, what picks families, and that no scrape shows half an event."""

import gzip
import json
import re
import subprocess
import threading
import time
import unittest
import urllib.parse
import zlib

from support.baselines import SMALL
from support.daemon import (GOLDEN, PATIENCE, ROOT, Daemon, await_true, conserved, parse_families,
                            parse_metrics, sample, total)
from support.needs import need

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

# What Prometheus sends, by version.
PROMETHEUS_2_42 = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
                   "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
PROMETHEUS_3 = ("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                "application/openmetrics-text;version=0.0.1;q=0.5,"
                "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                "text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
PROMETHEUS_3_PROTOBUF = ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                         "encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;"
                         "escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;"
                         "q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                         "text/plain;version=0.0.4;q=0.2,*/*;q=0.1")
PROMETHEUS_3_TEXT = ("text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                     "text/plain;version=0.0.4;q=0.5,*/*;q=0.4")

ACCEPTS = [
    (None, TEXT),
    ("", TEXT),
    ("*/*", TEXT),
    ("text/plain", TEXT),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TEXT),
    ("application/openmetrics-text", OPEN_METRICS),
    ("Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8", OPEN_METRICS),
    ("application/openmetrics-text; version=0.0.1", TEXT),
    ("application/openmetrics-text;q=0.1, text/plain;q=0.9", TEXT),
    ("application/openmetrics-text;q=0, text/plain;q=0.1", TEXT),
    ("junk;;;,,q=7", TEXT),
    (PROMETHEUS_2_42, OPEN_METRICS),
    (PROMETHEUS_3, OPEN_METRICS),
    (PROMETHEUS_3_PROTOBUF, OPEN_METRICS),
    (PROMETHEUS_3_TEXT, TEXT),
]


def events(case):
    return (GOLDEN / case / "events.ndjson").read_bytes()


def golden_daemon(case, **options):
    return Daemon(baseline=GOLDEN / case / "histogram.prom", **options)


def distributions(text):
    """The samples that do not change while nothing is posted."""
    return {key: value for key, value in parse_metrics(text).items()
            if not key[0].startswith(("boxkited_", "process_"))}


class Formats(unittest.TestCase):
    def test_accept_picks_the_format(self):
        with Daemon(baseline=SMALL) as daemon:
            for accept, expected in ACCEPTS:
                with self.subTest(accept):
                    answer = daemon.get("/metrics", {} if accept is None else {"Accept": accept})
                    self.assertEqual(answer.status, 200)
                    self.assertEqual(answer.headers["Content-Type"], expected)
                    self.assertEqual(answer.text.endswith("\n# EOF\n"), expected == OPEN_METRICS)
                    self.assertEqual(answer.text.count("# EOF"), int(expected == OPEN_METRICS))
                    self.assertEqual(answer.headers["Vary"], "Accept, Accept-Encoding")

    def test_gzip_when_asked_for(self):
        rows = [("gzip", True), ("gzip, deflate", True), ("deflate, gzip;q=0.5", True),
                ("*", True), ("x-gzip", True), ("GZIP", True), ("gzip;q=0", False),
                ("identity", False), ("deflate", False), ("", False), ("gzip;q=0, *", False)]
        with golden_daemon("edge") as daemon:
            daemon.predict_lines(events("edge"))
            for accept in ("text/plain", "application/openmetrics-text"):
                plain = daemon.get("/metrics", {"Accept": accept})
                self.assertIsNone(plain.headers["Content-Encoding"])
                for encoding, packed in rows:
                    with self.subTest(encoding):
                        answer = daemon.get("/metrics", {"Accept": accept,
                                                         "Accept-Encoding": encoding})
                        self.assertEqual(answer.headers["Content-Encoding"],
                                         "gzip" if packed else None)
                        body = gzip.decompress(answer.body) if packed else answer.body
                        self.assertEqual(distributions(body.decode()), distributions(plain.text))

    def test_gzip_is_one_member_of_the_same_text(self):
        # Nor does drift change meanwhile, however long a hundred scrapes take here.
        with golden_daemon("edge", config={"drift": {"evaluation_interval_ms": 3_600_000}}) \
                as daemon:
            daemon.predict_lines(events("edge"))
            plain = daemon.get("/metrics")
            for query in ("", "?name[]=feature_0_value&name[]=boxkite_drift_score"):
                for _ in range(50):  # Before its text is packed in the background, and after it.
                    answer = daemon.get("/metrics" + query, {"Accept-Encoding": "gzip"})
                    member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
                    text = member.decompress(answer.body).decode()
                    self.assertTrue(member.eof)
                    self.assertEqual(member.unused_data, b"")
                    self.assertLessEqual(distributions(text).items(),
                                         distributions(plain.text).items())

    def test_head_has_the_headers_and_no_body(self):
        with Daemon(baseline=SMALL) as daemon:
            for headers in ({}, {"Accept": "application/openmetrics-text"}):
                query = "/metrics?name[]=feature_0_value"
                get = daemon.get(query, headers)
                head = daemon.request("HEAD", query, None, headers)
                self.assertEqual((head.status, head.body), (200, b""))
                for name in ("Content-Type", "Content-Length", "Vary"):
                    self.assertEqual(head.headers[name], get.headers[name])

    def test_openmetrics_differs_as_the_standard_rules(self):
        with golden_daemon("edge") as daemon:
            daemon.predict_lines(events("edge"))
            text = daemon.get("/metrics").text
            other = daemon.get("/metrics", {"Accept": PROMETHEUS_2_42}).text
        families = parse_families(text)
        expected = {name.removesuffix("_total") if kind == "counter" else name:
                    ("unknown" if kind == "untyped" else kind, help_text)
                    for name, (kind, help_text) in families.items()}
        # A quote in a help text is escaped in OpenMetrics alone.
        found = {name: (kind, help_text.replace('\\"', '"'))
                 for name, (kind, help_text) in parse_families(other).items()}
        self.assertEqual(found, expected)
        self.assertNotIn("_created", text + other)

        def begins_negative(name):
            bound = re.search(rf'^{name}_bucket{{le="([^"]+)"}}', text, re.M)
            return bound and float(bound.group(1)) < 0

        samples = distributions(text)
        left_out = {key for key in samples if key[0].endswith(("_sum", "_count"))
                    and begins_negative(key[0].rsplit("_", 1)[0])}
        self.assertTrue(left_out)
        self.assertEqual(distributions(other),
                         {key: value for key, value in samples.items() if key not in left_out})

    def test_samples_stand_together_under_their_family(self):
        with golden_daemon("edge") as daemon:
            daemon.predict_lines(events("edge"))
            for accept in ("text/plain", "application/openmetrics-text"):
                lines = daemon.get("/metrics", {"Accept": accept}).text.splitlines()
                family = kind = None
                for line in lines:
                    if line.startswith("# TYPE "):
                        _, _, family, kind = line.split(" ")
                    elif line and not line.startswith("#"):
                        name = re.match(r"[a-zA-Z_:][a-zA-Z0-9_:]*", line).group()
                        suffixes = {"histogram": ("_bucket", "_sum", "_count"), "gauge": ("",),
                                    "counter": ("", "_total"), "untyped": ("",),
                                    "unknown": ("",)}[kind]
                        self.assertIn(name, [family + suffix for suffix in suffixes])

    def test_promtool_takes_the_text(self):
        promtool = need("promtool")
        for case in ("diabetes", "iris", "edge", "wide"):
            with self.subTest(case), golden_daemon(case) as daemon:
                daemon.predict_lines(events(case))
                daemon.predict('{"features":["a\\nb\\u0000\\"c\\\\"],"output":"d\\n\\u0000"}')
                text = daemon.get("/metrics").body
                checked = subprocess.run([promtool, "check", "metrics"], input=text,
                                         capture_output=True, timeout=PATIENCE)
                said = checked.stdout.decode() + checked.stderr.decode()
                self.assertEqual(checked.returncode, 0, said)


def percent_encoded(text):
    return "".join(f"%{ord(character):02x}" for character in text)


class Names(unittest.TestCase):
    """?name[]=… picks families."""

    def names(self, daemon, *names, quote=lambda name: name, headers=None):
        query = "&".join(f"{quote('name[]')}={quote(name)}" for name in names)
        return set(parse_families(daemon.get("/metrics?" + query, headers).text))

    def test_a_family_or_a_sample_picks_its_family(self):
        rows = [
            (["feature_0_value"], {"feature_0_value"}),
            (["feature_0_value_bucket"], {"feature_0_value"}),
            (["feature_0_value_sum"], {"feature_0_value"}),
            (["feature_0_value_count"], {"feature_0_value"}),
            (["feature_0_value_baseline"], {"feature_0_value_baseline"}),
            (["feature_1_value"], {"feature_1_value_total"}),
            (["feature_1_value_total"], {"feature_1_value_total"}),
            (["feature_1_value_baseline"], {"feature_1_value_baseline_total"}),
            (["inference_value", "feature_1_value"], {"inference_value", "feature_1_value_total"}),
            (["boxkited_events"], {"boxkited_events_total"}),
            (["boxkited_events_total"], {"boxkited_events_total"}),
            (["baseline_metrics_info"], {"baseline_metrics_info"}),
            (["process_open_fds", "nothing"], {"process_open_fds"}),
            (["nothing"], set()),
        ]
        with Daemon(baseline=SMALL) as daemon:
            for names, expected in rows:
                with self.subTest(names):
                    self.assertEqual(self.names(daemon, *names), expected)
                    self.assertEqual(self.names(daemon, *names, quote=urllib.parse.quote),
                                     expected)
                    self.assertEqual(self.names(daemon, *names, quote=percent_encoded), expected)

    def test_without_a_name_all_are_there(self):
        with Daemon(baseline=SMALL) as daemon:
            everything = set(parse_families(daemon.get("/metrics").text))
            self.assertIn("process_open_fds", everything)
            for query in ("?", "?x=y", "?name=feature_0_value", "?name[]="):
                found = set(parse_families(daemon.get("/metrics" + query).text))
                self.assertEqual(found, everything, query)

    def test_a_name_works_in_openmetrics_too(self):
        with Daemon(baseline=SMALL) as daemon:
            answer = daemon.get("/metrics?name[]=feature_1_value_total",
                                {"Accept": "application/openmetrics-text"})
        self.assertEqual(answer.text, """\
# HELP feature_1_value Real time values for feature: colour
# TYPE feature_1_value counter
feature_1_value_total{bin="red"} 0
feature_1_value_total{bin="nan"} 0
# EOF
""")


class Consistency(unittest.TestCase):
    def counts(self, metrics, features):
        """How many values each variable has counted."""
        counts = []
        for name in [f"feature_{i}_value" for i in range(features)] + ["inference_value"]:
            if sample(name + "_count") in metrics:
                counts.append(metrics[sample(name + "_count")])
                counts.append(metrics[sample(name + "_bucket", le="+Inf")])
            else:
                counts.append(total(metrics, name + "_total"))
        return counts

    def test_no_scrape_shows_half_an_event(self):
        lines = events("diabetes").splitlines()
        bodies = [b"\n".join(lines[i:i + 7]) for i in range(0, len(lines), 7)]
        stop = threading.Event()
        sent = []

        def post():
            connection = daemon.connection(unix=len(sent) % 2 == 0)
            count = 0
            while not stop.is_set():
                for body in bodies:
                    connection.request("POST", "/v1/predictions", body,
                                       {"Content-Type": "application/x-ndjson"})
                    count += json.loads(connection.getresponse().read())["accepted"]
            connection.close()
            sent.append(count)

        with golden_daemon("diabetes", config={"threads": 2}) as daemon:
            threads = [threading.Thread(target=post) for _ in range(2)]
            for thread in threads:
                thread.start()
            try:
                last = 0
                for _ in range(300):
                    metrics = daemon.metrics()
                    counts = set(self.counts(metrics, 10))
                    self.assertEqual(len(counts), 1, counts)
                    came, became = conserved(metrics)
                    self.assertEqual(came, became)
                    (count,) = counts
                    self.assertGreaterEqual(count, last)
                    last = count
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
            self.assertGreater(last, 1000)
            metrics = daemon.metrics()
            self.assertEqual(set(self.counts(metrics, 10)), {sum(sent)})
            self.assertEqual(conserved(metrics)[0], sum(sent))
            daemon.await_written(sum(sent))

    def test_a_hundred_scrapes_at_once_are_all_answered(self):
        with golden_daemon("wide") as daemon:
            daemon.predict_lines(events("wide"))
            connections = [daemon.connection() for _ in range(100)]
            for connection in connections:
                connection.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
            self.assertEqual(daemon.predict('{"output":1}').status, 202)
            answers = set()
            for connection in connections:
                response = connection.getresponse()
                self.assertEqual(response.status, 200)
                text = gzip.decompress(response.read()).decode()
                answers.add("".join(line for line in text.splitlines(keepends=True)
                                    if not line.startswith(("boxkited_", "process_"))))
                connection.close()
            # Before the one event that came in between, and after it.
            self.assertLessEqual(len(answers), 2)


# Drift is judged soon, by as little as one value, and at any score.
AT_ONCE = {"drift": {"evaluation_interval_ms": 100, "minimum_observations": 1, "threshold": 0,
                     "alpha": 1}}


class Documentation(unittest.TestCase):
    """docs/metrics.md has the families of a real scrape, and no others."""

    def documented(self):
        rows = {}
        for line in (ROOT / "docs" / "metrics.md").read_text("utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if line.startswith("| `") and len(cells) == 4 and cells[1] in (
                    "counter", "gauge", "histogram", "untyped"):
                name = cells[0].strip("`")
                self.assertNotIn(name, rows)
                rows[name] = (cells[1], set(re.findall("`([^`]+)`", cells[2])))
        return rows

    def scraped(self, baseline):
        """Families of a daemon that has seen all that makes a family, as the document has them."""
        with Daemon(baseline=baseline, config=AT_ONCE) as daemon:
            moment = int(time.time()) // 86400 * 86400
            day = time.strftime("%Y-%m-%d", time.gmtime(moment))
            blocked = (daemon.log_directory / "models" / "predictions" / "endpoint" / day /
                       "0000_logger-replica.txt")
            blocked.mkdir(parents=True)
            daemon.predict({"features": [1, "red", 1], "output": 1, "timestamp": moment})
            await_true(lambda: total(daemon.metrics(), "boxkited_log_errors_total"), "an error")
            await_true(lambda: sample("boxkite_drift_share", window="all") in daemon.metrics(),
                       "a verdict")
            text = daemon.get("/metrics").text
        return self.families(text)

    def families(self, text):
        rows = {}
        samples = parse_metrics(text)
        for name, (kind, _) in parse_families(text).items():
            suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            labels = {label for (each, pairs) in samples for label, _ in pairs
                      if each in [name + suffix for suffix in suffixes]}
            rows[re.sub(r"^feature_\d+_", "feature_<i>_", name)] = (kind, labels)
        return rows

    def test_names_types_and_labels_agree(self):
        discrete = """\
# HELP inference_value_baseline_total Baseline inference values
# TYPE inference_value_baseline_total counter
inference_value_baseline_total{bin="yes"} 1.0
"""
        scraped = {**self.scraped(SMALL), **self.scraped(discrete)}
        documented = self.documented()
        self.assertEqual(sorted(scraped), sorted(documented))
        for name, row in documented.items():
            self.assertEqual(scraped[name], row, name)


if __name__ == "__main__":
    unittest.main()
