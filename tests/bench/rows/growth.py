"""P19: what an event costs must not grow with what is behind the daemon or idle beside it."""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import resource
import socket
import statistics
import time
from collections.abc import Iterator

from bench.bodies import baseline_file, events_file
from bench.conversation import LoadClient
from bench.measure import Measure
from bench.rows.batches import LINES, SHORT_LOG
from bench.rows.single import PREDICTIONS
from bench.servers import OurDaemon
from bench.setting import Bench
from bench.slices import at_most, interleave, ratio, requests_to
from support.daemon import await_true, total

ROWS = ("P19",)
IDLE = 10_000
PARTITIONS = 1_000
PARTITION = datetime.timedelta(minutes=15)
SPREAD = 8  # Partitions that events come for at a time; half of those that are held open.
EVENTS, LONG_EVENTS = 2_000_000, 100_000_000
MOST_BYTES = 8 << 30  # On disk at a time.
PAIRS = 3


def measure(bench: Bench) -> Iterator[Measure]:
    yield _idle_connections(bench)
    yield _partitions(bench)
    yield _many_events(bench)


def _compare(bench: Bench, client: LoadClient, grown: OurDaemon, fresh: OurDaemon,
             events: pathlib.Path, figure: str = "cpu_us") -> Measure:
    """Of one pair of processes: two that do the same differ by a few hundredths, for as long as
    they live, so several pairs are needed."""
    bodies = {"bodies": str(events), **PREDICTIONS}
    visits = interleave([requests_to(client, "grown", grown, grown.tcp, **bodies),
                         requests_to(client, "fresh", fresh, fresh.tcp, **bodies)],
                        -(-bench.rounds // PAIRS))
    return ratio("P19", "", visits["grown"], visits["fresh"], figure)


@contextlib.contextmanager
def _pair(bench: Bench, number: int, config: dict | None = None):
    """The one to grow and the other, started in this order or the other way round."""
    baseline = baseline_file(bench, 10)
    with (OurDaemon(bench, baseline, config) as first, OurDaemon(bench, baseline, config) as second,
          LoadClient(bench) as client):
        yield client, *((first, second) if number % 2 == 0 else (second, first))


def _together(what: str, pairs: list[Measure]) -> Measure:
    figures = {name: statistics.median(pair.figures[name] for pair in pairs)
               for name in ("ours", "theirs")}
    return Measure("P19", f"{what} ÷ fresh: CPU µs/event",
                   [value for pair in pairs for value in pair.values], *at_most(1.05, 1.02),
                   figures={"grown": figures["ours"], "fresh": figures["theirs"]})


def _raise_descriptors() -> int:
    """How many connections a daemon may have, which takes half of its descriptors for them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (3 * IDLE, hard):
        with contextlib.suppress(ValueError, PermissionError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, max(wanted, hard)))
            return wanted // 2
    raise AssertionError("descriptors cannot be raised to the limit")


def _idle_connections(bench: Bench) -> Measure:
    """Fewer connections where the descriptors don't suffice."""
    idle = min(IDLE, _raise_descriptors() - 100)
    pairs = []
    for number in range(PAIRS):
        with (_pair(bench, number, {"limits": {"connections": idle + 100}})
              as (client, grown, fresh), contextlib.ExitStack() as stack):
            for _ in range(idle):
                stack.enter_context(socket.create_connection(("127.0.0.1", grown.port)))
            await_true(lambda: total(grown.metrics(), "boxkited_connections") > idle,
                       "all connections to be accepted")
            # They cost a little every second, not to be laid on the events of a fraction of one.
            pairs.append(_compare(bench, client, grown, fresh, events_file(bench, 10),
                                  "busy_cpu_us"))
    return _together(f"{idle:,} idle connections", pairs)


def _dated_events(bench: Bench, partitions: int) -> pathlib.Path:
    """The events, each of another partition than the one before, up to now."""
    now = datetime.datetime.now(datetime.timezone.utc)
    file = bench.folder / f"events-of-{partitions}-partitions.ndjson"
    with events_file(bench, 10).open(encoding="ascii") as plain, file.open("w") as dated:
        for number, line in enumerate(plain):
            then = now - PARTITION * (number % partitions)
            dated.write(f'{{"timestamp":"{then:%Y-%m-%dT%H:%M:%SZ}",{line[1:]}')
    return file


def _partitions(bench: Bench) -> Measure:
    of_all = _dated_events(bench, PARTITIONS).read_text("ascii").splitlines(keepends=True)
    of_few = _dated_events(bench, SPREAD)
    pairs = []
    for number in range(PAIRS):
        with _pair(bench, number) as (client, grown, fresh):
            grown.predict_lines("".join(of_all[:PARTITIONS]))
            grown.settle()
            assert len(grown.log_files()) >= PARTITIONS, f"{len(grown.log_files())} partitions"
            pairs.append(_compare(bench, client, grown, fresh, of_few))
    return _together(f"{PARTITIONS:,} partitions behind it, events for {SPREAD}", pairs)


def _many_events(bench: Bench) -> Measure:
    wanted = LONG_EVENTS if bench.long else EVENTS
    pairs = []
    for number in range(1 if bench.long else PAIRS):
        with _pair(bench, number, SHORT_LOG) as (client, grown, fresh):
            client.open("batches", address=grown.tcp, bodies=str(events_file(bench, 10)),
                        events=1000, may_refuse=True, **LINES)
            while grown.accepted() < wanted:
                client.slice("batches", seconds=1)
                _keep_disk(grown)
            grown.settle()
            pairs.append(_compare(bench, client, grown, fresh, events_file(bench, 10)))
    return _together(f"after {wanted / 1e6:.0f} million events", pairs)


def _keep_disk(daemon: OurDaemon) -> None:
    """Waits until retention, once a minute, has removed what is too much."""
    def size() -> int:
        return sum(file.stat().st_size for file in daemon.log_files() if file.exists())

    if size() > MOST_BYTES:
        deadline = time.monotonic() + 180
        while size() > MOST_BYTES // 2:
            assert time.monotonic() < deadline, "retention removes nothing"
            time.sleep(1)
