"""P17, P18 and P20: memory, the start, and a second thread."""

from __future__ import annotations

import resource
import signal
import subprocess
import time
from collections.abc import Iterator

from bench.bodies import baseline_file, events_file
from bench.conversation import LoadClient
from bench.measure import Measure
from bench.rows.batches import LINES
from bench.rows.single import PREDICTIONS
from bench.servers import Nginx, OurDaemon, memory_mib, pinned
from bench.setting import Bench
from bench.slices import NONE, at_most, interleave, ratio, requests_to
from support.daemon import await_true

ROWS = ("P17", "P18", "P20")
STARTS = 3  # Of a row about memory, which hardly differs from start to start.
QUEUE_MIB = 64


def measure(bench: Bench) -> Iterator[Measure]:
    if bench.wants("P17"):
        yield from _idle_memory(bench)
        yield _memory_of_many_features(bench)
        yield _overload_memory(bench)
    if bench.wants("P18"):
        yield _start(bench)
    if bench.wants("P20"):
        yield _two_threads(bench)


def _idle_memory(bench: Bench) -> list[Measure]:
    ours, theirs = [], []
    for _ in range(STARTS):
        with OurDaemon(bench, baseline_file(bench, 10)) as daemon, Nginx(bench) as nginx:
            daemon.get("/livez")
            ours.append(memory_mib(daemon.pid))
            theirs.append(memory_mib(nginx.pid))
    return [Measure("P17", f"idle, 10 features ÷ an nginx worker: {what} in MiB",
                    [a[name] / b[name] for a, b in zip(ours, theirs)], *bounds,
                    figures={"ours": ours[0][name], "theirs": theirs[0][name]})
            for name, what, bounds in (("Rss", "resident", at_most(2.5, 1.5)),
                                       ("Pss", "its share of what is resident", NONE))]


def _memory_of_many_features(bench: Bench) -> Measure:
    """After some load, two scrapes and evaluations, with all in the log."""
    config = {"drift": {"windows": ["10m", "1h", "6h", "24h"], "evaluation_interval_ms": 1000}}
    found = []
    for _ in range(STARTS):
        with (OurDaemon(bench, baseline_file(bench, 1000), config) as daemon,
              LoadClient(bench) as client):
            client.open("ours", address=daemon.tcp, bodies=str(events_file(bench, 1000)),
                        **PREDICTIONS)
            client.slice("ours", rate=500, seconds=3, scrape_seconds=1)
            daemon.get("/metrics")
            daemon.settle()
            found.append(memory_mib(daemon.pid)["Rss"])
    return Measure("P17", "1000 features, 4 windows, after load: resident", found,
                   *at_most(96, 48), unit="MiB")


def _overload_memory(bench: Bench) -> Measure:
    """A disk that takes no more: files of the log may have no more than a megabyte."""
    found = []
    config = {"prediction_log": {"queue_bytes": QUEUE_MIB << 20}}
    for _ in range(STARTS):
        with (OurDaemon(bench, baseline_file(bench, 10), config) as daemon,
              LoadClient(bench) as client):
            before = memory_mib(daemon.pid)["Rss"]
            _limit_files(daemon, 1 << 20)
            client.open("ours", address=daemon.tcp, bodies=str(events_file(bench, 10)),
                        events=100, may_refuse=True, **{**LINES, "connections": 64})
            await_true(lambda: client.slice("ours", seconds=1)["refused"] > 0, "a full queue")
            client.slice("ours", seconds=1)
            found.append(memory_mib(daemon.pid)["Rss"] - before - QUEUE_MIB)
            _limit_files(daemon, resource.RLIM_INFINITY)
            await_true(lambda: daemon.only("boxkited_log_queue_bytes") == 0, "an empty queue")
    return Measure("P17", f"overload, a full queue of {QUEUE_MIB} MiB: resident beyond it", found,
                   *at_most(32, 8), unit="MiB")


def _limit_files(daemon: OurDaemon, size: int) -> None:
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def _start(bench: Bench) -> Measure:
    baseline = baseline_file(bench, 1000)
    times = []
    for _ in range(max(bench.rounds, 11)):
        daemon = OurDaemon(bench, baseline)
        try:
            times.append(_milliseconds_to_ready(bench, daemon))
        finally:
            daemon.remove()
    return Measure("P18", "from exec to ready, 1000 features", times, *at_most(100, 30), unit="ms")


def _milliseconds_to_ready(bench: Bench, daemon: OurDaemon) -> float:
    daemon.write_config()
    with pinned(bench.server_core):
        begin = time.monotonic()
        process = subprocess.Popen([bench.boxkited, "serve", "--config", daemon.config_file],
                                   stderr=subprocess.PIPE, env=daemon.environment)
    try:
        said = b""
        for line in process.stderr:
            said += line
            if b"message=ready" in line:
                return 1e3 * (time.monotonic() - begin)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stderr.close()
    raise AssertionError(f"never ready: {said.decode()}")


def _two_threads(bench: Bench) -> Measure:
    """Both on both cores, which they share with the client: threads on one never meet."""
    cores = (bench.server_core, bench.client_core)
    baseline = baseline_file(bench, 10)
    bodies = {"bodies": str(events_file(bench, 10)), **PREDICTIONS}
    with (OurDaemon(bench, baseline, {"threads": 1}, cores) as one,
          OurDaemon(bench, baseline, {"threads": 2}, cores) as two, LoadClient(bench) as client):
        visits = interleave([requests_to(client, "one", one, one.tcp, **bodies),
                             requests_to(client, "two", two, two.tcp, **bodies)], bench.rounds)
    return ratio("P20", "two I/O threads ÷ one: CPU µs/event", visits["two"], visits["one"],
                 "cpu_us", at_most(1.1, 1.05))
