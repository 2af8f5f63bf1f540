"""One row of the table of ratios that docs/benchmarks.md shows."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bound:
    """At least or at most `value`: Bound("<=", 1.2)."""

    sense: str
    value: float

    def holds(self, value: float) -> bool:
        return value >= self.value if self.sense == ">=" else value <= self.value

    def __str__(self) -> str:
        return f"{self.sense} {self.value:g}"


@dataclass(frozen=True)
class Measure:
    """What was measured several times in one run, and what it should be.

    `values` are one for each slice or repetition: ratios of ours to a peer"s, unless `unit` names
    what they are ("ms", "MiB").
    """

    row: str  # "P1", as performance is numbered; several measures may belong to one row.
    what: str  # "single POST over TCP: requests/s / nginx"
    values: list[float]
    must: Bound | None
    aim: Bound | None
    unit: str = ""
    figures: dict[str, float] = field(default_factory=dict)  # Both sides, for the reader.

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def quartiles(self) -> tuple[float, float]:
        if len(self.values) < 2:
            return self.median, self.median
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return low, high

    @property
    def verdict(self) -> str:
        """Judged by the median."""
        if self.must is not None and not self.must.holds(self.median):
            return "falls short"
        if self.aim is not None and self.aim.holds(self.median):
            return "aim"
        return "pass" if self.must is not None else ""
