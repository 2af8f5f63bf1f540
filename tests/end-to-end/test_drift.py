"""Boxkite's dashboard formulas, asked of a real Prometheus, give what their definitions do."""

import csv
import json
import math
import re
import unittest

from support.daemon import GOLDEN, Daemon, await_true
from support.prometheus import Prometheus, documented_query


def cumulative_shares(metrics, name):
    """The share at or below each bound, by bound."""
    counts = {float(dict(labels)["le"]): value for (each, labels), value in metrics.items()
              if each == f"{name}_bucket"}
    return {bound: count / counts[math.inf] for bound, count in counts.items()}


def kolmogorov_smirnov(metrics, feature):
    """By definition, from the buckets."""
    baseline = cumulative_shares(metrics, f"{feature}_baseline")
    live = cumulative_shares(metrics, feature)
    return max(abs(baseline[bound] - live[bound]) for bound in baseline)


def kullback_leibler(metrics, feature):
    """By definition, from the bins, each raised by one."""
    def shares(name):
        counts = {dict(labels)["bin"]: value + 1 for (each, labels), value in metrics.items()
                  if each == f"{name}_total"}
        return {category: count / sum(counts.values()) for category, count in counts.items()}

    p, q = shares(f"{feature}_baseline"), shares(feature)
    return sum((p[category] - q[category]) * math.log(p[category] / q[category]) for category in p)


class Drift(unittest.TestCase):
    """Where production has the bins of training."""

    SCRAPES = 8

    def replay(self, rows, prometheus, daemon):
        """Sends the rows bit by bit over some scrapes, the first of which has seen none."""
        prometheus.await_scrapes(1, "boxkited")
        for part in range(self.SCRAPES):
            body = "\n".join(json.dumps({"features": row[:-1], "output": row[-1]})
                             for row in rows[part::self.SCRAPES])
            self.assertEqual(daemon.predict_lines(body).status, 202)
            prometheus.await_scrapes(1, "boxkited")
        await_true(lambda: prometheus.query("sum(feature_1_value_total)") == len(rows), "all rows")

    def rows(self):
        with open(GOLDEN / "diabetes" / "train.csv", encoding="utf-8", newline="") as file:
            return [[float(value) for value in row] for row in list(csv.reader(file))[1:]]

    def ask(self, prometheus, contents, feature):
        """What the documented query that has `contents` gives, for another range and feature."""
        query = re.sub(r"feature_\d+_value", f"{feature}_value", documented_query(contents))
        return prometheus.query(query.replace("[1h]", "[5m]"))

    def check(self, rows, assert_number):
        with Daemon(baseline=GOLDEN / "diabetes" / "histogram.prom") as daemon, \
                Prometheus({"boxkited": daemon.port}) as prometheus:
            self.replay(rows, prometheus, daemon)
            metrics = daemon.metrics()
            for feature in ("feature_0", "feature_2", "feature_9"):
                assert_number(self.ask(prometheus, "topk(1", feature),
                              kolmogorov_smirnov(metrics, f"{feature}_value"))
            assert_number(self.ask(prometheus, "ln(", "feature_1"),
                          kullback_leibler(metrics, "feature_1_value"))

    def test_shifted_data_gives_the_numbers_of_the_definition(self):
        def assert_number(found, expected):
            self.assertGreater(expected, 0.01)
            self.assertAlmostEqual(found, expected, delta=0.05 * expected)

        # The older half and more of one sex.
        self.check([row for i, row in enumerate(self.rows())
                    if row[0] > 0 and (row[1] > 0 or i % 3 == 0)] * 4, assert_number)

    def test_training_data_gives_none(self):
        def assert_number(found, expected):
            self.assertAlmostEqual(expected, 0, delta=0.001)
            self.assertAlmostEqual(found, 0, delta=0.02)

        self.check(self.rows() * 2, assert_number)


if __name__ == "__main__":
    unittest.main()
