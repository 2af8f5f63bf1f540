"""Two replicas, Prometheus and Alertmanager as shipped: drift arrives where alerts go, and ends."""

import csv
import json
import unittest

from support import drift
from support.alertmanager import Alertmanager, Webhook
from support.daemon import GOLDEN, ROOT, Daemon, await_true
from support.prometheus import ShippedPrometheus

BASELINE = GOLDEN / "diabetes" / "histogram.prom"
QUIET = 8  # Evaluations in which nothing is to be told of data like training's.


def training():
    with open(GOLDEN / "diabetes" / "train.csv", encoding="utf-8", newline="") as file:
        return [[float(value) for value in row] for row in list(csv.reader(file))[1:]]


def aged(rows):
    """The same with ages of the older half only."""
    older = sorted(row[0] for row in rows)[len(rows) // 2:]
    return [[older[i % len(older)], *row[1:]] for i, row in enumerate(rows)]


def counts_by_bin(metrics, family):
    """Of a family as scraped, by place: bins by name, buckets by bound and without those below."""
    kind, suffix = ("le", "_bucket") if (f"{family}_bucket", (("le", "+Inf"),)) in metrics \
        else ("bin", "_total")
    counts = {dict(labels)[kind]: value for (name, labels), value in metrics.items()
              if name == family + suffix}
    if kind == "bin":
        return counts
    spelled = sorted(counts, key=float)
    return {le: counts[le] - (counts[below] if below else 0)
            for below, le in zip([None, *spelled], spelled)}


class Alerts(unittest.TestCase):
    # Long enough for all that is sent until drift is seen, so that scores have it all.
    WINDOW = "40s"

    def setUp(self):
        self.webhook = self.enterContext(Webhook())
        alertmanager = self.enterContext(Alertmanager(self.webhook.url))
        self.replicas = [self.enterContext(Daemon(baseline=BASELINE, config={
            **drift.OFTEN, "identity": {"replica_id": replica}})) for replica in ("a", "b")]
        self.prometheus = self.enterContext(ShippedPrometheus(
            [replica.port for replica in self.replicas], self.WINDOW, alertmanager.port))
        self.prometheus.await_evaluations(1)  # Increases are seen from here on.
        self.drift_alerts = {rule["name"] for rule in
                             self.prometheus.rule_groups()["boxkite_drift_alerts"]["rules"]}

    def replay(self, rows, first_share):
        """Sends rows, a share of them to the first replica and the others to the second one."""
        first = [i % 10 < 10 * first_share for i in range(len(rows))]
        for replica, is_first in zip(self.replicas, (True, False)):
            body = "\n".join(json.dumps({"features": row[:-1], "output": row[-1]})
                             for row, here in zip(rows, first) if here == is_first)
            self.assertEqual(replica.predict_lines(body).status, 202)

    def verdicts(self):
        return {labels["feature_name"]: value for labels, value in self.prometheus.series(
            'model:boxkite_drift_detected:increase{window="1h"}').pairs}

    def told(self, status):
        """Drift alerts that came to the webhook."""
        return list(self.webhook.alerts(status, self.drift_alerts).values())

    def check_nothing_is_told(self):
        self.prometheus.await_evaluations(QUIET)
        self.assertEqual(set(self.verdicts().values()), {0})
        self.assertEqual(len(self.verdicts()), 11)
        self.assertEqual([alert for alert in self.prometheus.get("alerts")["alerts"]
                          if alert["labels"]["alertname"] in self.drift_alerts], [])
        self.assertEqual(self.told("firing"), [])

    def check_scores(self):
        """They are those of the counts of both replicas, and of one baseline."""
        of_replicas = [replica.metrics() for replica in self.replicas]
        query = 'model:boxkite_drift_score:increase{window="1h",statistic=~"psi|kl|ks"}'
        found = {(labels["metric_name"], labels["statistic"]): value
                 for labels, value in self.prometheus.series(query).pairs}
        expected = {}
        for name in [f"feature_{i}_value" for i in range(10)] + ["inference_value"]:
            baseline = counts_by_bin(of_replicas[0], f"{name}_baseline")
            live = [sum(counts_by_bin(metrics, name)[place] for metrics in of_replicas)
                    for place in baseline]
            baseline = list(baseline.values())
            expected[name, "psi"] = drift.psi(baseline, live)
            expected[name, "kl"] = drift.kl(baseline, live)
            if name != "feature_1_value":
                expected[name, "ks"] = drift.ks(baseline, live)
            if name == "feature_0_value":
                # It would be seen if each replica had its baseline counted.
                twice = drift.kl([2 * count for count in baseline], live)
                self.assertGreater(abs(twice - expected[name, "kl"]), 0.001)
        self.assertEqual(set(found), set(expected))
        for key, score in expected.items():
            with self.subTest(key):
                self.assertAlmostEqual(found[key], score, delta=1e-9)
        self.assertGreater(found["feature_0_value", "psi"], 0.4)

    def check_alert(self):
        await_true(lambda: self.told("firing"), "an alert")
        self.prometheus.await_evaluations(2)
        (alert,) = self.told("firing")
        self.assertEqual(alert["labels"], {
            "alertname": "BoxkiteFeatureDrift", "severity": "warning", "namespace": "shop",
            "job": "diabetes", "metric_name": "feature_0_value", "feature_name": "age"})
        annotations = alert["annotations"]
        self.assertEqual(annotations["summary"], "age of diabetes drifted")
        self.assertRegex(annotations["description"],
                         r"^PSI of feature age of diabetes over all replicas is 0\.\d\d, ")
        page, _, section = annotations["runbook_url"].partition("#")
        self.assertEqual(page, "https://github.com/boxkited/boxkited/blob/main/docs/alerts.md")
        headings = (ROOT / "docs" / "alerts.md").read_text("utf-8").lower().split("\n")
        self.assertIn(f"### {section}", headings)
        self.assertEqual({name: value for name, value in self.verdicts().items() if value},
                         {"age": 1})

    def check_end(self):
        await_true(lambda: self.told("resolved"), "the end of the alert")
        self.prometheus.await_evaluations(2)
        (alert,) = self.told("resolved")
        self.assertEqual((alert["labels"]["alertname"], alert["labels"]["feature_name"]),
                         ("BoxkiteFeatureDrift", "age"))
        self.assertEqual(set(self.verdicts().values()), {0})

    def test_drift_is_told_with_the_feature_that_drifted_and_taken_back(self):
        rows = training()
        self.replay(rows * 2, 0.3)
        self.check_nothing_is_told()

        self.replay(aged(rows) * 4, 0.7)
        self.prometheus.await_scrapes(2, "diabetes")
        self.prometheus.await_evaluations(1)
        self.check_scores()
        self.check_alert()

        # So many that the others hardly count.
        self.replay(rows * 30, 0.5)
        self.check_end()
        self.assertEqual(len(self.told("firing")), 1)
        self.assertEqual(self.prometheus.failed_evaluations(), 0)


if __name__ == "__main__":
    unittest.main()
