"""What every measurement of one run shares."""

from __future__ import annotations

import os
import pathlib
from dataclasses import dataclass

FLUSH_SECONDS = 0.5  # The default of prediction_log.flush_interval_ms.


@dataclass(frozen=True)
class Bench:
    """`folder` is temporary, on a real disk, and removed at the end of the run."""

    build: pathlib.Path
    folder: pathlib.Path
    rounds: int
    server_core: int
    client_core: int
    rows: frozenset[str] | None = None  # None: all.
    long: bool = False

    def wants(self, row: str) -> bool:
        return self.rows is None or row in self.rows

    @property
    def boxkited(self) -> pathlib.Path:
        return self.build / "daemon" / "boxkited"

    def program(self, name: str) -> pathlib.Path:
        """One of those that tests/bench builds."""
        return self.build / "tests" / "bench" / name


def two_cores() -> tuple[int, int]:
    """One for servers, one for clients; the same when there is no other."""
    cores = sorted(os.sched_getaffinity(0))
    return cores[-1], cores[0]
