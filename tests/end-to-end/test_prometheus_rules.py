"""deploy/prometheus: what promtool says of it, alerts and their documents, and drawn counts."""

import json
import math
import pathlib
import random
import re
import subprocess
import tempfile
import unittest

from support.daemon import ROOT
from support.needs import need

FOLDER = ROOT / "deploy" / "prometheus"
RUNBOOKS = "https://github.com/boxkited/boxkited/blob/main/docs/alerts.md"


def run(*command):
    """Output of a program that has to succeed."""
    ended = subprocess.run([need(command[0]), *map(str, command[1:])], capture_output=True,
                           text=True, timeout=200)
    if ended.returncode != 0:
        raise AssertionError(f"{command}: {ended.stdout}{ended.stderr}")
    return ended.stdout


class Files(unittest.TestCase):
    def test_the_configuration_of_prometheus_is_sound(self):
        self.assertIn("2 rule files found", run("promtool", "check", "config",
                                                FOLDER / "prometheus.yml"))

    def test_so_it_is_with_what_is_a_comment_in_it(self):
        text = (FOLDER / "prometheus.yml").read_text("utf-8")
        before, pods = re.split(r"^(?=  # - job_name)", text, flags=re.M)
        text = before + re.sub(r"^  # ", "  ", pods, flags=re.M)
        # Debian's Prometheus is built without Kubernetes, so only the rest can be checked.
        discovery = "    kubernetes_sd_configs:\n      - role: pod\n"
        self.assertIn(discovery, text)
        text = text.replace(discovery, "")
        text = text.replace("rules/*.yml", str(FOLDER / "rules" / "*.yml"))
        with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
            file = pathlib.Path(folder) / "prometheus.yml"
            file.write_text(text)
            self.assertIn("2 rule files found", run("promtool", "check", "config", file))

    def test_the_configuration_of_alertmanager_is_sound(self):
        self.assertIn("SUCCESS", run("amtool", "check-config", FOLDER / "alertmanager.yml"))

    def test_the_rules_are_sound(self):
        run("promtool", "check", "rules", *sorted((FOLDER / "rules").glob("*.yml")))

    def test_the_rules_do_what_their_tests_say(self):
        for file in sorted((FOLDER / "tests").glob("*.yml")):
            with self.subTest(file.name):
                run("promtool", "test", "rules", file)


class Alerts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = (FOLDER / "rules" / "alerts.yml").read_text("utf-8")
        _, *parts = re.split(r"^      - alert: (\w+)\n", text, flags=re.M)
        cls.alerts = dict(zip(parts[::2], parts[1::2]))

    def test_each_is_seen_to_fire_and_not_to_fire(self):
        fires, silent = set(), set()
        for file in (FOLDER / "tests").glob("*.yml"):
            for name, expected in re.findall(r"alertname: (\w+)\n +exp_alerts:( \[\])?$",
                                             file.read_text("utf-8"), re.M):
                (silent if expected else fires).add(name)
        self.assertEqual(fires, set(self.alerts))
        self.assertEqual(silent, set(self.alerts))

    def test_each_says_how_bad_it_is_and_where_to_read_on(self):
        for name, text in self.alerts.items():
            with self.subTest(name):
                self.assertRegex(text, r"\n        for: \d+[mh]\n")
                self.assertRegex(text, r"\n          severity: (info|warning|critical)\n")
                self.assertRegex(text, r"\n          summary: \S")
                self.assertRegex(text, r"\n          description: \S")
                self.assertIn(f"\n          runbook_url: {RUNBOOKS}#{name.lower()}\n", text)

    def test_the_document_has_a_section_for_each(self):
        page = (ROOT / "docs" / "alerts.md").read_text("utf-8")
        self.assertEqual(re.findall(r"^### (\w+)$", page, re.M), list(self.alerts))


# ---- Scores of drawn counts ----

MINUTES = 90  # Rules look at the last hour.
FLOOR = 0.0001


def kolmogorov_smirnov(baseline, live):
    def cumulative(counts):
        return [sum(counts[:i + 1]) / sum(counts) for i in range(len(counts))]
    pairs = list(zip(cumulative(baseline), cumulative(live)))
    return max(abs(p - q) for p, q in pairs[:-1])


def population_stability(baseline, live):
    pairs = [(max(b / sum(baseline), FLOOR), max(l / sum(live), FLOOR))
             for b, l in zip(baseline, live)]
    return sum((p - q) * math.log(p / q) for p, q in pairs)


def kullback_leibler(baseline, live):
    bins = len(baseline)
    pairs = [((b + 1) / (sum(baseline) + bins), (l + 1) / (sum(live) + bins))
             for b, l in zip(baseline, live)]
    return sum((p - q) * math.log(p / q) for p, q in pairs)


def largest_difference(baseline, live):
    return max(abs(b / sum(baseline) - l / sum(live)) for b, l in zip(baseline, live))


STATISTICS = {"ks": kolmogorov_smirnov, "psi": population_stability, "kl": kullback_leibler,
              "linf": largest_difference}


class Replica:
    """A daemon's counts by minute, of values that are drawn by weight; it may start anew."""

    def __init__(self, draw, bins, weights, traffic, first, restart):
        self.first = first
        counts, self.seen, self.increases = [0] * bins, [], [0] * bins
        for minute in range(first, MINUTES + 1):
            if minute == restart:
                counts = [0] * bins
            elif minute > first:
                for place in draw.choices(range(bins), weights, k=draw.randint(0, traffic)):
                    counts[place] += 1
                    if minute > MINUTES - 60:
                        self.increases[place] += 1
            self.seen.append(list(counts))

    def values(self, counts_of):
        """In promtool's notation, `counts_of` picks from the counts of each minute."""
        return " ".join(["_"] * self.first + [str(counts_of(each)) for each in self.seen])


class Variable:
    """One variable of a model with its baseline, drawn at random, and all that is scraped of it."""

    def __init__(self, draw, name, job, labels):
        self.name, self.job, self.labels = name, job, labels
        self.discrete = draw.random() < 0.5
        bins = draw.randint(2, 12)
        self.bounds = sorted(draw.sample(range(-10**7, 10**7), bins - 1))
        self.baseline = [draw.choice([0, 1, 5, draw.randint(10, 500)]) for _ in range(bins)]
        self.baseline[draw.randrange(bins)] += 50
        # Categories that training never had come last; they may belong to its last one.
        self.unknown = draw.randint(0, 2) if self.discrete else 0
        self.categories = [f"b {place}" for place in range(bins + self.unknown)]
        self.pools = draw.random() < 0.5
        if self.pools:
            self.categories[bins - 1] = "__other__"
        weights = [draw.choice([b, b, draw.randint(0, 300)]) + 0.01 for b in self.baseline]
        weights += [draw.randint(1, 50)] * self.unknown
        traffic = draw.choice([3, 40])
        self.replicas = [
            Replica(draw, bins + self.unknown, weights, traffic, first=draw.choice([0, 50]),
                    restart=draw.choice([None, 70])) for _ in range(draw.randint(1, 3))]

    @property
    def expected(self):
        """Scores by statistic."""
        live = [sum(counts) for counts in zip(*(each.increases for each in self.replicas))]
        baseline = self.baseline + [0] * self.unknown
        if self.discrete and self.pools:
            last = len(self.baseline) - 1
            baseline, live = baseline[:last + 1], live[:last] + [sum(live[last:])]
        return {statistic: score(baseline, live) for statistic, score in STATISTICS.items()
                if statistic != "ks" or not self.discrete}

    def series(self):
        for number, replica in enumerate(self.replicas):
            target = f'job="{self.job}",instance="{number}"{self.labels}'
            yield from self.counts_of(replica, target)
            yield (f'baseline_metrics_info{{feature_name="name of {self.name}",'
                   f'metric_name="{self.name}_baseline",{target}}}', self.always(replica, 1))

    def always(self, replica, value):
        return " ".join(["_"] * replica.first + [str(value)] * len(replica.seen))

    def counts_of(self, replica, target):
        if self.discrete:
            for category, count in zip(self.categories, self.baseline):
                yield (f'{self.name}_baseline_total{{bin="{category}",{target}}}',
                       self.always(replica, count))
            for place, category in enumerate(self.categories):
                yield (f'{self.name}_total{{bin="{category}",{target}}}',
                       replica.values(lambda counts, place=place: counts[place]))
            return
        spelled = [f"{bound}.0" for bound in self.bounds] + ["+Inf"]
        for place, le in enumerate(spelled):
            yield (f'{self.name}_baseline_bucket{{le="{le}",{target}}}',
                   self.always(replica, sum(self.baseline[:place + 1])))
            yield (f'{self.name}_bucket{{le="{le}",{target}}}',
                   replica.values(lambda counts, end=place + 1: sum(counts[:end])))
        # Each bound in a second spelling, too, which no bucket has here.
        for suffix in ("", "e+00"):
            below = ""
            for le in [f"{bound}.0{suffix}" for bound in self.bounds] + ["+Inf"]:
                yield (f'boxkite_bucket_info{{metric_name="{self.name}",le="{le}",'
                       f'previous_le="{below}",{target}}}', self.always(replica, 1))
                below = le


class Scores(unittest.TestCase):
    """Of recording rules over drawn counts are what Python computes from their definitions."""

    def check(self, seed):
        draw = random.Random(seed)
        variables = [Variable(draw, name, job, labels)
                     for job, labels in (("one", ""), ("two", ',namespace="n",pod="p"'))
                     for name in ("feature_0_value", "feature_1_value", "feature_12_value",
                                  "inference_value")]
        tests = []
        for variable in variables:
            name = "inference" if variable.name == "inference_value" else \
                f"name of {variable.name}"
            for statistic, score in variable.expected.items():
                selector = (f'model:boxkite_drift_score:increase{{window="1h",statistic='
                            f'"{statistic}",job="{variable.job}",metric_name="{variable.name}",'
                            f'feature_name="{name}"}}')
                tests.append((f"sum(abs({selector} - {score!r}) < bool 1e-9)", 1))
        tests.append(('count(model:boxkite_drift_score:increase{window="1h"})', len(tests)))
        document = {
            "rule_files": [str(FOLDER / "rules" / "recording.yml")],
            "evaluation_interval": "1m",
            "tests": [{
                "interval": "1m",
                "input_series": [{"series": series, "values": values} for variable in variables
                                 for series, values in variable.series()],
                "promql_expr_test": [
                    {"expr": expression, "eval_time": f"{MINUTES}m",
                     "exp_samples": [{"labels": "{}", "value": value}]}
                    for expression, value in tests]}]}
        with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
            file = pathlib.Path(folder) / "test.yml"
            file.write_text(json.dumps(document))  # JSON is YAML.
            run("promtool", "test", "rules", file)

    def test_of_several_models(self):
        for seed in range(4):
            with self.subTest(seed=seed):
                self.check(seed)


if __name__ == "__main__":
    unittest.main()
