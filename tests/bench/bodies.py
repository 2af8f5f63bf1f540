"""Prediction events for load, the same ones every time, and baselines that fit them."""

from __future__ import annotations

import functools
import json
import pathlib
import random
import subprocess

from bench.setting import Bench

EVENTS = {10: 10_000, 100: 5_000, 1000: 2_000}
# Of so many numpy makes about 32 bins.
TRAINING_ROWS = 2_000


def _event(chance: random.Random, features: int) -> str:
    values = [round(chance.gauss(0, 0.05), 11) for _ in range(features)]
    request = {"instances": [values[:10]], "model": "diabetes-v3",
               "trace": f"{chance.getrandbits(128):032x}"}
    return json.dumps({"features": values, "output": round(chance.gauss(150, 50), 9),
                       "request_body": json.dumps(request, separators=(",", ":"))},
                      separators=(",", ":"))


@functools.cache
def events_file(bench: Bench, features: int) -> pathlib.Path:
    """One event a line; of 10 features each has about 434 bytes, as a small model's request."""
    chance = random.Random(7)
    file = bench.folder / f"events-{features}.ndjson"
    with file.open("w", encoding="ascii") as out:
        for _ in range(EVENTS[features]):
            out.write(_event(chance, features) + "\n")
    return file


@functools.cache
def baseline_file(bench: Bench, features: int) -> pathlib.Path:
    """What `boxkited baseline` makes of the first events."""
    rows = bench.folder / f"training-{features}.ndjson"
    with events_file(bench, features).open(encoding="ascii") as events:
        rows.write_text("".join(line for line, _ in zip(events, range(TRAINING_ROWS))), "ascii")
    file = bench.folder / f"histogram-{features}.prom"
    subprocess.run([bench.boxkited, "baseline", rows, "-o", file, "--quiet"], check=True)
    rows.unlink()
    return file
