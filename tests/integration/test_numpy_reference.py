"""Baselines of random tables are, byte for byte, those that Boxkite's formulas give in numpy."""

import math
import pathlib
import tempfile
import unittest

from support.daemon import GOLDEN, RUNS_ALL, run
from support.needs import missing

try:
    import numpy as np
except ImportError:
    np = None

TABLES = 250 if RUNS_ALL else 50
MISSING = ("nan", "NaN", "NA", "null", "", " ")
MAX_BINS = 50


# ---- Boxkite's formulas ----

def python_float(value):
    return repr(float(value))


def bin_count(values):
    """How many bins numpy's auto asks for, which may be too many to make."""
    spread = values.max() - values.min()
    if spread == 0:
        return 1
    q75, q25 = np.percentile(values, [75, 25])
    width = spread / (np.log2(values.size) + 1.0)
    if q75 != q25:
        width = min(2.0 * (q75 - q25) * values.size ** (-1.0 / 3.0), width)
    return np.ceil(spread / width)


def bounds(values):
    if bin_count(values) < 10_000:
        edges = np.histogram_bin_edges(values, bins="auto")
        if len(edges) <= MAX_BINS:
            return edges
    q75, q25 = np.percentile(values, [75, 25])
    start = max((q75 + q25) / 2 - (q75 - q25), values.min())
    stop = min(start + MAX_BINS * (2 * (q75 - q25) / MAX_BINS), values.max())
    edges = np.linspace(start, stop, MAX_BINS)
    return np.concatenate(([values.min()] if start > values.min() else [], edges,
                           [values.max()] if stop < values.max() else []))


def boxkite_number(value):
    """A count or a sum, as prometheus_client 0.16 writes it."""
    if math.isinf(value):
        return "+Inf"
    text = repr(float(value))
    dot = text.find(".")
    if value > 0 and dot > 6:
        mantissa = f"{text[0]}.{text[1:dot]}{text[dot + 1:]}".rstrip("0.")
        return f"{mantissa}e+0{dot - 1}"
    return text


def discrete_lines(name, values):
    bins, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    lines = [(python_float(bin), count) for bin, count in zip(bins, counts)]
    if np.isnan(values).any():
        lines.append(("nan", np.isnan(values).sum()))
    return [f'{name}_total{{bin="{bin}"}} {boxkite_number(count)}' for bin, count in lines]


def continuous_lines(name, values):
    finite = values[np.isfinite(values)]
    edges = np.unique(bounds(finite))
    # Bins of numpy hold their lower edge; upper ones are wanted.
    counts, _ = np.histogram(-finite, bins=-np.flip(np.concatenate((edges[:1], edges))))
    lines = [f'{name}_bucket{{le="{python_float(edge)}"}} {boxkite_number(below)}'
             for edge, below in zip(edges, np.cumsum(np.flip(counts)))]
    lines.append(f'{name}_bucket{{le="+Inf"}} {boxkite_number(values.size)}')
    if edges[0] >= 0:
        lines.append(f"{name}_count {boxkite_number(values.size)}")
        lines.append(f"{name}_sum {boxkite_number(np.sum(finite))}")
    return lines


def is_discrete(values):
    """Boxkite's test; None where it depends on the thousand values that are drawn for it."""
    values = values[~np.isnan(values)]
    _, counts = np.unique(values, return_counts=True)
    size = min(values.size, 1000)
    if len(counts) < 3 or len(counts) * 20 < size:
        return True
    fewest = len(counts)
    if values.size > size:  # Those that the most frequent ones leave room for.
        fewest = 1 + np.searchsorted(np.cumsum(np.sort(counts)[::-1]), size)
    return False if fewest >= 3 and fewest * 20 >= size else None


def variable(name, text, values, discrete):
    kind = "counter" if discrete else "histogram"
    full_name = f"{name}_total" if discrete else name
    lines = discrete_lines(name, values) if discrete else continuous_lines(name, values)
    return [f"# HELP {full_name} {text}", f"# TYPE {full_name} {kind}", *lines]


def baseline(names, columns, discrete):
    """The file, of which the last column is the predictions."""
    lines = []
    for i, (name, values, is_counter) in enumerate(zip(names, columns, discrete)):
        if i == len(names) - 1:
            lines += variable("inference_value_baseline", "Baseline inference values for test set",
                              values, is_counter)
        else:
            lines += variable(f"feature_{i}_value_baseline",
                              f"Baseline values for feature: {name}", values, is_counter)
    return "\n".join(lines) + "\n"


# ---- Tables ----

def drawn(random, kind, rows):
    """A column of values of that kind."""
    normal = random.normal(size=rows)
    scale = 10.0 ** random.integers(-6, 7)
    outlier = np.where(random.random(rows) < 1.5 / rows, 1e12, 1.0)
    return {
        "normal": lambda: normal * scale + scale * random.integers(-5, 6),
        "lognormal": lambda: np.exp(normal * random.uniform(0.1, 3)),
        "uniform": lambda: random.random(rows),
        "rounded": lambda: np.round(normal * 10, int(random.integers(0, 3))),
        "integer": lambda: random.integers(-1000, 1000 * random.integers(1, 1000), rows) * 1.0,
        "few": lambda: random.integers(0, random.integers(1, 30), rows) / 4,
        "counts": lambda: random.poisson(random.uniform(0.1, 500), rows) * 1.0,
        "heavy": lambda: random.standard_cauchy(rows) * scale,
        "pareto": lambda: random.pareto(0.3, rows),
        "tiny": lambda: normal * 1e-300,
        "huge": lambda: normal * 1e300,
        "large": lambda: random.integers(2**53, 2**62, rows) * 1.0,
        "exponents": lambda: 10.0 ** random.integers(-300, 300, rows),
        "outlier": lambda: normal * outlier,
        "mostly one": lambda: np.where(random.random(rows) < 0.8, 7.0, normal),
        "narrow": lambda: 1e6 + random.integers(0, 7, rows) * 2.0**-33,
        "constant": lambda: np.full(rows, scale),
        "negative": lambda: -np.abs(normal) * scale,
    }[kind]() + 0.0  # Without negative zeros: which of two equal zeros is shown is left to chance.


KINDS = ("normal", "lognormal", "uniform", "rounded", "integer", "few", "counts", "heavy", "pareto",
         "tiny", "huge", "large", "exponents", "outlier", "mostly one", "narrow", "constant",
         "negative")


def with_holes(random, values):
    """Some values missing, some infinite, in some columns."""
    if random.random() < 0.3:
        values = np.where(random.random(values.size) < random.uniform(0, 0.9), np.nan, values)
    if random.random() < 0.2:
        infinite = np.where(random.random(values.size) < 0.5, np.inf, -np.inf)
        values = np.where(random.random(values.size) < 0.05, infinite, values)
    return values


def spelled(random, value):
    if math.isnan(value):
        return str(random.choice(MISSING))
    if math.isfinite(value) and value == int(value):
        return random.choice((repr(value), str(int(value)), f"{value:.17e}"))
    return repr(value)


class Table:
    def __init__(self, seed):
        random = np.random.default_rng(seed)
        rows = int(random.choice((1, 2, 3, 5, 8, 20, 100, 129, 500, 1000, 1001, 2500, 10_000)))
        kinds = random.choice(KINDS, random.integers(2, 6))
        self.columns = [with_holes(random, drawn(random, kind, rows)) for kind in kinds]
        self.names = [f"{kind} {i}" for i, kind in enumerate(kinds)]
        self.discrete = [is_discrete(values) for values in self.columns]
        self.cells = [[spelled(random, value) for value in values.tolist()]
                      for values in self.columns]

    def csv(self):
        return "".join(",".join(row) + "\n" for row in (self.names, *zip(*self.cells)))

    def arguments(self):
        undecided = [name for name, discrete in zip(self.names, self.discrete) if discrete is None]
        return ["--prediction", self.names[-1],
                *(["--continuous", ",".join(undecided)] if undecided else [])]


class Reference(unittest.TestCase):
    def setUp(self):
        if np is None:
            missing("numpy")
        folder = tempfile.TemporaryDirectory(prefix="boxkited-test-")
        self.addCleanup(folder.cleanup)
        self.table = pathlib.Path(folder.name) / "train.csv"
        self.made = pathlib.Path(folder.name) / "histogram.prom"

    def test_random_tables_have_the_baseline_of_the_formulas(self):
        continuous = 0
        for seed in range(TABLES):
            with self.subTest(seed=seed):
                table = Table(seed)
                self.table.write_text(table.csv(), "utf-8")

                ended = run("baseline", self.table, "-o", self.made, *table.arguments())

                self.assertEqual(ended.returncode, 0, ended.stderr)
                self.assertEqual(self.made.read_text("utf-8"),
                                 baseline(table.names, table.columns, table.discrete))
                continuous += sum(not discrete for discrete in table.discrete)
        self.assertGreater(continuous, TABLES)

    def test_the_formulas_are_those_of_the_golden_files(self):
        for case in ("diabetes", "wide"):
            with self.subTest(case):
                folder = GOLDEN / case
                names = (folder / "train.csv").read_text("utf-8").splitlines()[0].split(",")
                values = np.loadtxt(folder / "train.csv", delimiter=",", skiprows=1).T

                self.assertEqual(baseline(names, values, map(is_discrete, values)),
                                 (folder / "histogram.prom").read_text("utf-8"))
