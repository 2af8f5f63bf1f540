"""P11 to P13, P15 and P16: parts of the work, beside what others take for the same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

from bench.measure import Measure
from bench.servers import pinned
from bench.setting import Bench
from bench.slices import NONE, Bounds, at_most

ROWS = ("P11", "P12", "P13", "P15", "P16")
NEEDED = {
    "P11": ("observe", "observe_bucket_alone", "observe_prometheus_cpp"),
    "P12": ("render/1000", "render_memcpy/1000", "render_prometheus_cpp/1000"),
    "P13": ("gzip_scrape/1000", "gzip_zlib/1000/1", "gzip_zlib/1000/6"),
    "P16": ("render/1000", "drift_evaluation/1000", "drift_text/1000"),
}


def measure(bench: Bench) -> Iterator[Measure]:
    wanted = {part for row, parts in NEEDED.items() if bench.wants(row) for part in parts}
    if wanted:
        yield from _of_parts(bench, _Parts(bench, wanted))
    if bench.wants("P15"):
        yield from _log_writer(bench)


class _Parts:
    """Repetitions of each part, all in one run and in an order that chance makes."""

    def __init__(self, bench: Bench, names: set[str]):
        chosen = "|".join(sorted(names))
        with pinned(bench.server_core):
            done = subprocess.run(
                [bench.program("parts"), f"--benchmark_filter=^({chosen})(/threads:1)?$",
                 "--benchmark_enable_random_interleaving=true", "--benchmark_format=json",
                 f"--benchmark_repetitions={bench.rounds}", "--benchmark_min_time=0.05"],
                stdout=subprocess.PIPE, text=True, check=True)
        self._runs: dict[str, list[dict]] = {name: [] for name in names}
        for run in json.loads(done.stdout)["benchmarks"]:
            if run["run_type"] == "iteration":
                self._runs[run["run_name"].removesuffix("/threads:1")].append(run)

    def nanoseconds(self, name: str) -> list[float]:
        """Of CPU."""
        return sorted(run["cpu_time"] for run in self._runs[name])

    def bytes(self, name: str) -> float:
        return self._runs[name][0]["bytes"]

    def ratio(self, row: str, what: str, ours: str, theirs: str, bounds: Bounds,
              unit: float = 1) -> Measure:
        """Times, one as large in its row as the other: quartile by quartile."""
        mine, others = self.nanoseconds(ours), self.nanoseconds(theirs)
        return Measure(row, what, [a / b for a, b in zip(mine, others)], *bounds,
                       figures={"ours": mine[len(mine) // 2] / unit,
                                "theirs": others[len(others) // 2] / unit})

    def size(self, row: str, what: str, ours: str, theirs: str, bounds: Bounds) -> Measure:
        a, b = self.bytes(ours), self.bytes(theirs)
        return Measure(row, what, [a / b], *bounds, figures={"ours": a, "theirs": b})


def _of_parts(bench: Bench, parts: _Parts) -> Iterator[Measure]:
    if bench.wants("P11"):
        yield parts.ratio("P11", "bucket and count of a value ÷ prometheus-cpp's Observe, ns",
                          "observe_bucket_alone", "observe_prometheus_cpp", at_most(1 / 8, 1 / 15))
        yield parts.ratio("P11", "the same with all that a request does for it, ns", "observe",
                          "observe_prometheus_cpp", NONE)
    if bench.wants("P12"):
        yield parts.ratio("P12", "1000 features ÷ prometheus-cpp's TextSerializer, ms",
                          "render/1000", "render_prometheus_cpp/1000", at_most(1 / 40, 1 / 60), 1e6)
        yield parts.ratio("P12", "1000 features ÷ memcpy, ms", "render/1000", "render_memcpy/1000",
                          at_most(5, 2), 1e6)
    if bench.wants("P13"):
        yield parts.ratio("P13", "gzip with rendering ÷ zlib 1 of the text, ms",
                          "gzip_scrape/1000", "gzip_zlib/1000/1", at_most(1 / 4, 1 / 8), 1e6)
        yield parts.size("P13", "its size ÷ zlib 1's", "gzip_scrape/1000", "gzip_zlib/1000/1",
                         at_most(1, 1))
        yield parts.size("P13", "its size ÷ zlib 6's", "gzip_scrape/1000", "gzip_zlib/1000/6",
                         (None, at_most(1, 1)[1]))
    if bench.wants("P16"):
        yield parts.ratio("P16", "drift of 1000 variables, 4 windows ÷ one plain scrape, ms",
                          "drift_evaluation/1000", "render/1000", at_most(20, 5), 1e6)
        yield parts.ratio("P16", "its text on /metrics ÷ one plain scrape, ms", "drift_text/1000",
                          "render/1000", NONE, 1e6)


def _log_writer(bench: Bench) -> Iterator[Measure]:
    """With the log's default sync; both sides as fast as they can. The plain file has none."""
    with pinned(bench.server_core):
        done = subprocess.run([bench.program("log_writer_speed"), "--slices", str(bench.rounds)],
                              stdout=subprocess.PIPE, text=True, check=True)
    found = {name: sorted(values) for name, values in json.loads(done.stdout).items()}
    middle = {name: values[len(values) // 2] for name, values in found.items()}
    yield Measure("P15", "log writer ÷ plain writes of 256 KiB, ns a line", found["log_to_plain"],
                  *at_most(0.6, 0.3),
                  figures={"ours": middle["log_ns"], "theirs": middle["plain_ns"]})
    yield Measure("P15", "the same, the plain file synced as the log is, ns a line",
                  found["log_to_synced"], *NONE,
                  figures={"ours": middle["log_ns"], "theirs": middle["synced_ns"]})
