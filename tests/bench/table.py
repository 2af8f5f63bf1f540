"""The table of ratios, as printed and as docs/benchmarks.md has it."""

from __future__ import annotations

import os
import pathlib
import platform
import re
import subprocess
from collections.abc import Sequence

from bench.measure import Measure

PEERS = ("nginx-light", "libnginx-mod-http-echo", "libboost-dev", "libsimdjson-dev",
         "nlohmann-json3-dev", "prometheus-cpp-dev", "libspdlog-dev", "zlib1g-dev",
         "libdeflate-dev", "libbenchmark-dev", "python3-prometheus-client",
         "python3-fluent-logger")
BEGIN = "<!-- tests/bench/side_by_side.py writes from here -->"
END = "<!-- to here -->"
HEADS = ("row", "what", "median [quartiles]", "must", "aim", "verdict", "figures")


def number(value: float) -> str:
    """Three digits, or all before the point."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def cells(row: Measure) -> tuple[str, ...]:
    low, high = row.quartiles
    unit = f" {row.unit}" if row.unit else ""
    figures = "; ".join(f"{name} {number(value)}" for name, value in row.figures.items())
    return (row.row, row.what, f"{number(row.median)} [{number(low)} … {number(high)}]{unit}",
            str(row.must or ""), str(row.aim or ""), row.verdict, figures)


def text(rows: Sequence[Measure]) -> str:
    """In columns, for a terminal."""
    lines = [HEADS, *map(cells, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in lines)


def markdown(rows: Sequence[Measure]) -> str:
    lines = [HEADS, ["---"] * len(HEADS), *map(cells, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _said_by(*command: object) -> str:
    found = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True, check=False)
    return found.stdout.strip()


def _processor() -> str:
    info = pathlib.Path("/proc/cpuinfo").read_text("ascii")
    model = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    return model.group(1) if model else platform.machine()


def _packages() -> str:
    found = _said_by("dpkg-query", "--show", "--showformat=${Package} ${Version}\n", *PEERS)
    return ", ".join(sorted(line for line in found.split("\n") if not line.endswith(" ")))


def surroundings(root: pathlib.Path, load: float) -> str:
    """Where and of what this was measured, a line each; `load` is what it was before."""
    commit = _said_by("git", "-C", root, "rev-parse", "--short=12", "HEAD")
    if _said_by("git", "-C", root, "status", "--porcelain"):
        commit += ", and changes that are not committed"
    return "\n".join([f"commit: {commit}",
                      f"machine: {_processor()}, {os.cpu_count()} cores",
                      f"other work: a load of {load:.1f} over the five minutes before",
                      f"kernel: {platform.system()} {platform.release()}",
                      f"compiler: {_said_by('c++', '--version').splitlines()[0]}",
                      f"packages: {_packages()}"])


def write(document: pathlib.Path, facts: str, rows: Sequence[Measure]) -> None:
    """Replaces what stands between the two marks of the document."""
    before, _, rest = document.read_text("utf-8").partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{document}: the marks are missing")
    listed = "\n".join(f"- {line}" for line in facts.splitlines())
    document.write_text(f"{before}{BEGIN}\n{markdown(rows)}\n\n{listed}\n{END}{after}", "utf-8")
