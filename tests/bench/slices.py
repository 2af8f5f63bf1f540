"""Contenders visited in turn, a slice each, so that what the machine does meets all of them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.conversation import DecodeAlone, LoadClient
from bench.measure import Bound, Measure
from bench.servers import OurDaemon, cpu_seconds

SLICE = {"warm_seconds": 0.05, "seconds": 0.3}
Bounds = tuple[Bound | None, Bound | None]  # Must and aim.
NONE: Bounds = (None, None)


def at_least(must: float, aim: float) -> Bounds:
    return Bound(">=", must), Bound(">=", aim)


def at_most(must: float, aim: float) -> Bounds:
    return Bound("<=", must), Bound("<=", aim)


@dataclass(frozen=True)
class Visit:
    """What one slice found of one contender. CPU time is the server's, all of its threads."""

    per_second: float = 0  # Requests.
    megabytes_per_second: float = 0  # That were sent, and taken.
    cpu_us: float = 0  # For each request, with what was still to be done after its answer.
    megabytes_per_cpu_second: float = 0  # The same.
    busy_cpu_us: float = 0  # For each request, until the last answer.
    p50_us: float = 0
    p99_us: float = 0
    refused: float = 0  # Share of the requests.


@dataclass(frozen=True)
class Contender:
    name: str
    visit: Callable[[], Visit]


def requests_to(client: LoadClient, name: str, server, address: str, slice: dict | None = None,
                **options) -> Contender:
    """Opens connections that stay; the options are those of load_client.cc."""
    client.open(name, address=address, process=server.pid, **options)

    def visit() -> Visit:
        before = cpu_seconds(server.pid)
        found = client.slice(name, **{**SLICE, **(slice or {})})
        server.settle()
        spent = cpu_seconds(server.pid) - before
        if slice and slice.get("scrape_seconds") and not found["scrapes"]:
            raise AssertionError(f"{name} was never scraped")
        refused = found["refused"] / found["all_requests"]
        taken = 1 - refused
        if taken == 0:
            raise AssertionError(f"{name} refused all requests")
        per_second = taken * found["requests"] / found["seconds"]
        size = found["all_bytes"] / found["all_requests"]
        return Visit(per_second=per_second, megabytes_per_second=per_second * size / 1e6,
                     cpu_us=1e6 * spent / (taken * found["all_requests"]),
                     megabytes_per_cpu_second=taken * found["all_bytes"] / spent / 1e6,
                     busy_cpu_us=1e6 * found["cpu_seconds"] / found["requests"],
                     p50_us=found["p50_us"], p99_us=found["p99_us"], refused=refused)

    return Contender(name, visit)


def lines_to(client: LoadClient, name: str, daemon: OurDaemon, events,
             seconds: float) -> Contender:
    """The raw stream. Lines that the daemon's own counters don't call accepted do not count."""
    client.open(name, stream=True, address=daemon.events_socket, bodies=str(events))

    def visit() -> Visit:
        accepted = daemon.accepted()
        before = cpu_seconds(daemon.pid)
        found = client.slice(name, seconds=seconds)
        daemon.settle()
        spent = cpu_seconds(daemon.pid) - before
        share = (daemon.accepted() - accepted) / found["lines"]
        taken = share * found["sent_bytes"]
        return Visit(megabytes_per_second=taken / found["seconds"] / 1e6,
                     megabytes_per_cpu_second=taken / spent / 1e6)

    return Contender(name, visit)


def decoding(program: DecodeAlone, name: str) -> Contender:
    def visit() -> Visit:
        found = program.run(SLICE["seconds"])
        return Visit(megabytes_per_second=found["bytes"] / found["seconds"] / 1e6,
                     megabytes_per_cpu_second=found["bytes"] / found["cpu_seconds"] / 1e6)

    return Contender(name, visit)


def interleave(contenders: Sequence[Contender], rounds: int) -> dict[str, list[Visit]]:
    """Visits of each by name, after one that does not count; every other round backwards."""
    for contender in contenders:
        contender.visit()
    visits: dict[str, list[Visit]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        for contender in contenders[::-1 if number % 2 else 1]:
            visits[contender.name].append(contender.visit())
    return visits


def ratio(row: str, what: str, ours: list[Visit], theirs: list[Visit], figure: str,
          bounds: Bounds = NONE) -> Measure:
    """Ours to theirs, round by round; `figure` names a field of Visit."""
    own = [getattr(visit, figure) for visit in ours]
    others = [getattr(visit, figure) for visit in theirs]
    return Measure(row, what, [a / b for a, b in zip(own, others)], *bounds,
                   figures={"ours": statistics.median(own), "theirs": statistics.median(others)})


def speed_and_cpu(row: str, what: str, ours: list[Visit], theirs: list[Visit], speed: Bounds,
                  cpu: Bounds = NONE) -> list[Measure]:
    return [ratio(row, f"{what}: requests/s", ours, theirs, "per_second", speed),
            ratio(row, f"{what}: CPU µs/request", ours, theirs, "cpu_us", cpu)]


def bytes_and_cpu(row: str, what: str, ours: list[Visit], theirs: list[Visit],
                  bounds: Bounds) -> list[Measure]:
    """Twice what should be the same, but for what else the machine does."""
    return [ratio(row, f"{what}: MB/s", ours, theirs, "megabytes_per_second", bounds),
            ratio(row, f"{what}: MB per second of CPU time", ours, theirs,
                  "megabytes_per_cpu_second", bounds)]
