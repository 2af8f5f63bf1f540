"""P1 to P5: single events with the full job, against nginx, that answers or reads and logs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bench.bodies import baseline_file, events_file
from bench.conversation import LoadClient
from bench.measure import Measure
from bench.servers import Nginx, OurDaemon
from bench.setting import Bench
from bench.slices import (NONE, Bounds, at_least, at_most, interleave, requests_to,
                          speed_and_cpu)

ROWS = ("P1", "P2", "P3", "P4", "P5")
PREDICTIONS = {"path": "/v1/predictions", "content_type": "application/json"}
KINDS = {"tcp": "TCP", "unix": "Unix socket"}


def measure(bench: Bench) -> Iterator[Measure]:
    if bench.wants("P1") or bench.wants("P4"):
        yield from _ten_features(bench, "P1", "tcp", at_least(0.85, 0.95), at_most(1.2, 1.05),
                                 at_least(1.25, 1.5))
    if bench.wants("P2") or bench.wants("P4"):
        yield from _ten_features(bench, "P2", "unix", at_least(0.85, 1.05), NONE,
                                 at_least(1.6, 2))
    if bench.wants("P3"):
        yield from _hundred_features(bench)
    if bench.wants("P5"):
        yield from _pipelined(bench)


@contextlib.contextmanager
def everything(bench: Bench, features: int):
    """Both servers and the client, and what is sent."""
    bodies = {"bodies": str(events_file(bench, features)), **PREDICTIONS}
    with (OurDaemon(bench, baseline_file(bench, features)) as daemon, Nginx(bench) as nginx,
          LoadClient(bench) as client):
        yield daemon, nginx, client, bodies


def _ten_features(bench: Bench, row: str, transport: str, speed: Bounds, cpu: Bounds,
                  logging_speed: Bounds) -> list[Measure]:
    with everything(bench, 10) as (daemon, nginx, client, bodies):
        contenders = [requests_to(client, "ours", daemon, getattr(daemon, transport), **bodies)]
        for path in ("/", "/log", "/log-buffered"):
            contenders.append(requests_to(client, path, nginx, getattr(nginx, transport),
                                          **{**bodies, "path": path}))
        visits = interleave(contenders, bench.rounds)
        nginx.check_log(events_file(bench, 10))
    ours = visits["ours"]
    kind = KINDS[transport]
    return [*speed_and_cpu(row, f"single event, {kind} ÷ nginx", ours, visits["/"], speed, cpu),
            *speed_and_cpu("P4", f"{kind} ÷ nginx that reads and logs", ours, visits["/log"],
                           logging_speed),
            *speed_and_cpu("P4", f"{kind} ÷ nginx that reads, and logs by the MiB", ours,
                           visits["/log-buffered"], NONE)]


def _hundred_features(bench: Bench) -> Iterator[Measure]:
    with everything(bench, 100) as (daemon, nginx, client, bodies):
        for transport, kind in KINDS.items():
            contenders = [
                requests_to(client, kind, daemon, getattr(daemon, transport), **bodies),
                requests_to(client, f"nginx {kind}", nginx, getattr(nginx, transport),
                            **{**bodies, "path": "/"})]
            visits = interleave(contenders, bench.rounds)
            yield from speed_and_cpu("P3", f"100 features, {kind} ÷ nginx", visits[kind],
                                     visits[f"nginx {kind}"], at_least(0.8, 1))


def _pipelined(bench: Bench) -> list[Measure]:
    with everything(bench, 10) as (daemon, nginx, client, bodies):
        bodies["depth"] = 16
        contenders = [requests_to(client, "ours", daemon, daemon.tcp, **bodies),
                      requests_to(client, "nginx", nginx, nginx.tcp, **{**bodies, "path": "/"})]
        visits = interleave(contenders, bench.rounds)
    return speed_and_cpu("P5", "pipelined 16 deep, TCP ÷ nginx", visits["ours"], visits["nginx"],
                         at_least(3.5, 5))
