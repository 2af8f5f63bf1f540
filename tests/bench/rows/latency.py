"""P9 and P10: how long a caller waits."""

from __future__ import annotations

from collections.abc import Iterator

from bench.bodies import baseline_file, events_file
from bench.conversation import LoadClient
from bench.measure import Measure
from bench.rows.single import PREDICTIONS, everything
from bench.servers import Echo, OurDaemon
from bench.setting import Bench
from bench.slices import at_most, interleave, ratio, requests_to

ROWS = ("P9", "P10")
# Events a second of 1000 features each: far below what the daemon can take, so that it is the
# scrape that makes callers wait.
SCRAPED_RATE = 1_000


def measure(bench: Bench) -> Iterator[Measure]:
    if bench.wants("P9"):
        yield _closed_loop(bench)
        yield _while_scraped(bench)
    if bench.wants("P10"):
        yield from _fixed_rate(bench)


def _closed_loop(bench: Bench) -> Measure:
    with everything(bench, 10) as (daemon, nginx, client, bodies):
        visits = interleave(
            [requests_to(client, "ours", daemon, daemon.tcp, **bodies),
             requests_to(client, "nginx", nginx, nginx.tcp, **{**bodies, "path": "/"})],
            bench.rounds)
    return ratio("P9", "closed loop ÷ nginx: p99 in µs", visits["ours"], visits["nginx"],
                 "p99_us", at_most(1.3, 1.1))


def _while_scraped(bench: Bench) -> Measure:
    """At a fixed rate: a closed loop would stop asking while it is kept waiting."""
    slices = {"alone": {"rate": SCRAPED_RATE, "seconds": 2}}
    slices["scraped"] = {**slices["alone"], "scrape_seconds": 1}
    with (OurDaemon(bench, baseline_file(bench, 1000)) as daemon, LoadClient(bench) as client):
        visits = interleave(
            [requests_to(client, name, daemon, daemon.tcp, slice,
                         bodies=str(events_file(bench, 1000)), **PREDICTIONS)
             for name, slice in slices.items()], bench.rounds)
    return ratio("P9", f"{SCRAPED_RATE:,} events/s of 1000 features, scraped with gzip each second "
                 "÷ not scraped: p99 in µs", visits["scraped"], visits["alone"], "p99_us",
                 at_most(1.5, 1.1))


def _fixed_rate(bench: Bench) -> list[Measure]:
    slice_ = {"rate": 10_000, "seconds": 0.5}
    bodies = {"bodies": str(events_file(bench, 10)), **PREDICTIONS}
    with (OurDaemon(bench, baseline_file(bench, 10)) as daemon, Echo(bench) as echo,
          LoadClient(bench) as client):
        visits = interleave(
            [requests_to(client, server.name, server, server.tcp, slice_, **bodies)
             for server in (daemon, echo)], bench.rounds)
    ours, theirs = visits[daemon.name], visits[echo.name]
    what = "10,000 events/s ÷ Beast's echo"
    return [ratio("P10", f"{what}: p50 in µs", ours, theirs, "p50_us", at_most(1.1, 0.9)),
            ratio("P10", f"{what}: p99 in µs", ours, theirs, "p99_us"),
            ratio("P10", f"{what}: CPU µs/request", ours, theirs, "cpu_us")]
