"""Twenty minutes of all that a daemon meets, at once and at random: senders of every kind, scrapes,
a disk that slows down, reloads of bad files, peers that vanish. Nothing grows, nothing is lost.

BOXKITED_SOAK_SECONDS makes it shorter, BOXKITED_SOAK_SEED repeats what was at random; both are
printed.
"""

import collections
import concurrent.futures
import contextlib
import gzip
import json
import os
import pathlib
import random
import socket
import struct
import threading
import time
import unittest
from typing import NamedTuple

from faults.rows import row
from support.conservation import Sent, assert_conserved, logged_ids
from support.daemon import GOLDEN, Daemon, await_true, conserved, parse_metrics
from support.injection import inject, log_writer
from support.wire import Wire

SECONDS = int(os.environ.get("BOXKITED_SOAK_SECONDS", 20 * 60))
SEED = int(os.environ.get("BOXKITED_SOAK_SEED", time.time_ns() % 1_000_000))
BASELINE = (GOLDEN / "edge" / "histogram.prom").read_text("utf-8")
EVENTS = [{name: json.loads(line)[name] for name in ("features", "output")}
          for line in (GOLDEN / "edge" / "events.ndjson").read_text("utf-8").splitlines()]
# Between the second quarter of the time and the last: some bytes an event, which is what allocators
# differ by, and less than any event leaves that is forgotten.
GROWTH_BYTES = 8 << 20
CONFIG = {
    # Full within seconds on a slow disk; files change each minute, and windows fill early.
    "prediction_log": {"queue_bytes": 1 << 20, "partition_minutes": 1},
    "drift": {"windows": ["1m", "4m"], "evaluation_interval_ms": 1000},
    "threads": 2,
}
# Main, two of I/O, log writer, drift; and one that the thread sanitizer has.
THREADS = 5 + (os.environ.get("BOXKITED_SANITIZE") == "thread")
# A sanitizer keeps what was freed, to find late uses: little, or it would hide what grows.
ENVIRONMENT = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"}


class Usage(NamedTuple):
    memory: int
    descriptors: int
    threads: int

    @classmethod
    def of(cls, daemon):
        """Of its descriptors those are left out that lead to files of the log, which come and go."""
        folder = pathlib.Path(f"/proc/{daemon.process.pid}")
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        descriptors = 0
        for descriptor in (folder / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # Closed meanwhile.
                descriptors += not os.readlink(descriptor).startswith(str(daemon.log_directory))
        return cls(int(status["VmRSS"].split()[0]) << 10, descriptors, int(status["Threads"]))


class Senders:
    """What is done to a daemon, each over and over on a thread of its own until stop()."""

    def __init__(self, test, daemon):
        self.test = test
        self.daemon = daemon
        self.sent = Sent()
        self.streamed = set()
        self.done = {}
        self._stopped = threading.Event()

    def run(self, action, per_second):
        """Takes steps of `action(random)`, a generator, at random intervals. When one fails, all
        end."""
        name = action.__name__
        chance = random.Random(f"{SEED} {name}")
        try:
            with contextlib.closing(action(chance)) as steps:
                while True:
                    next(steps)
                    self.done[name] = self.done.get(name, 0) + 1
                    if self.wait(chance.expovariate(per_second)):
                        return
        finally:
            self.stop()

    def stop(self):
        self._stopped.set()

    def wait(self, seconds):
        """True when it is time to stop."""
        return self._stopped.wait(seconds)

    # ---- Events ----

    def single_events(self, chance):
        with contextlib.closing(self.daemon.connection(unix=chance.random() < 0.5)) as connection:
            while True:
                status = self.sent.post(connection, **chance.choice(EVENTS))
                self.test.assertIn(status, (202, 503))
                if chance.random() < 0.01:
                    connection.close()  # The next request opens another.
                yield

    def batches(self, chance):
        with contextlib.closing(self.daemon.connection()) as connection:
            while True:
                events = [self.sent.event(**chance.choice(EVENTS))
                          for _ in range(chance.randint(1, 50))]
                lines = [event for _, event in events]
                bad = chance.randint(0, 3)
                for _ in range(bad):
                    lines.insert(chance.randint(0, len(lines)), '{"output":1,"surplus":1}')
                kind, body = chance.choice([("application/x-ndjson", "\n".join(lines)),
                                            ("application/json", f"[{','.join(lines)}]")])
                connection.request("POST", "/v1/predictions", body, {"Content-Type": kind})
                answer = connection.getresponse()
                said = json.loads(answer.read())
                self.test.assertIn(answer.status, (202, 503))
                if answer.status == 202:
                    self.test.assertEqual((said["accepted"], said["rejected"]), (len(events), bad))
                for name, _ in events:
                    self.sent.answered(name, answer.status)
                yield

    def streams(self, chance):
        while True:
            with self.daemon.stream() as stream:
                for _ in range(chance.randint(1, 100)):
                    events = [self.sent.event(**chance.choice(EVENTS))
                              for _ in range(chance.randint(1, 20))]
                    self.streamed.update(name for name, _ in events)
                    stream.sendall("".join(event + "\n" for _, event in events).encode())
                    yield
                stream.sendall(self.cut_event(chance))

    def cut_event(self, chance):
        """An event that ends too early, and must leave no trace."""
        name, event = self.sent.event(**chance.choice(EVENTS))
        self.sent.answered(name, "cut off")
        return event[:chance.randint(1, len(event) - 1)].encode()

    # ---- Questions ----

    def scrapes(self, chance):
        while True:
            accept = chance.choice(["*/*", "application/openmetrics-text"])
            answer = self.daemon.get("/metrics", {"Accept": accept, "Accept-Encoding": "gzip"})
            self.test.assertEqual(answer.status, 200)
            text = gzip.decompress(answer.body).decode()
            if accept == "*/*":
                self.test.assertEqual(*conserved(parse_metrics(text)))
            yield

    def questions(self, chance):
        while True:
            path = chance.choice(["/v1/drift", "/v1/drift/distributions", "/v1/status",
                                  "/v1/baseline", "/", "/healthz"])
            self.test.assertIn(self.daemon.get(path, unix=True).status, (200, 503))
            yield

    # ---- Faults ----

    def slow_disks(self, chance):
        """Row 13. strace delays the calls of the one thread that goes to the disk: a real delay in
        the real process, however that is built; a library loaded before it would be in the way of
        a sanitizer."""
        while True:
            with inject(log_writer(self.daemon), "write,pwrite64,pwritev,writev,fsync,fdatasync",
                        "delay_enter=2000000"):
                self.wait(chance.uniform(2, 20))
            yield

    def bad_reloads(self, chance):
        """Row 21: a file that ends within a line, is missing, or huge; then the good one again."""
        file = self.daemon.baseline_file
        faults = [lambda: os.truncate(file, BASELINE.index("{", chance.randrange(9_000)) + 1),
                  file.unlink, lambda: os.truncate(file, (256 << 20) + 1)]
        while True:
            chance.choice(faults)()
            answer = self.daemon.post("/-/reload")
            self.test.assertEqual((answer.status, list(answer.json)), (500, ["error"]))
            file.write_text(BASELINE, "utf-8")
            self.test.assertEqual(self.daemon.post("/-/reload").status, 200)
            yield

    def vanishing_peers(self, chance):
        """Row 23: RST and FIN in the body, and connections that are left half open for a while."""
        half_open = collections.deque()
        with contextlib.ExitStack() as stack:
            while True:
                wire = stack.enter_context(Wire(self.daemon, unix=chance.random() < 0.5))
                body = self.cut_event(chance)
                wire.send(b"POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\n"
                          b"Content-Length: %d\r\n\r\n%s" % (len(body) + 1, body))
                match chance.choice(["reset", "finish", "stay"]):
                    case "reset":
                        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                               struct.pack("ii", 1, 0))
                        wire.socket.close()
                    case "finish":
                        wire.socket.shutdown(socket.SHUT_WR)
                        wire.rest()
                        wire.socket.close()
                    case "stay":
                        half_open.append(wire.socket)
                        if len(half_open) > 20:
                            half_open.popleft().close()
                yield


class Soak(unittest.TestCase):
    @row(45, "soak", "20 minutes of single events, batches, the raw stream, scrapes and `/v1/drift`, "
         "with rows 13, 21 and 23 at random; in the builds with the address and the thread "
         "sanitizer too", "no growth of memory, descriptors, threads; no finding; conservation")
    def test_twenty_minutes_of_everything_leave_nothing_behind(self):
        print(f"BOXKITED_SOAK_SEED={SEED} BOXKITED_SOAK_SECONDS={SECONDS}", flush=True)
        with Daemon(baseline=BASELINE, config=CONFIG, environment=ENVIRONMENT) as daemon:
            senders = Senders(self, daemon)
            with contextlib.closing(daemon.connection()) as connection:
                self.assertEqual(senders.sent.post(connection), 202)
            daemon.await_written(1)
            # The one that packs text at the start has ended.
            await_true(lambda: Usage.of(daemon).threads == THREADS,
                       lambda: f"{THREADS} threads; got {Usage.of(daemon)}")
            before = Usage.of(daemon)

            usages = self.soak(daemon, senders)

            print(senders.done, *usages[::max(1, len(usages) // 8)], sep="\n", flush=True)
            self.assertEqual(senders.sent.unanswered, senders.streamed)
            assert_conserved(self, daemon, senders.sent)
            self.assertEqual(logged_ids(daemon).total(), daemon.accepted())
            await_true(lambda: Usage.of(daemon).descriptors <= before.descriptors,
                       lambda: f"{before.descriptors} descriptors; got {Usage.of(daemon)}")
            # And one that packs text, for a moment after each reload.
            self.assertLessEqual({usage.threads for usage in usages}, {THREADS, THREADS + 1})
            await_true(lambda: Usage.of(daemon).threads == THREADS,
                       lambda: f"{THREADS} threads; got {Usage.of(daemon)}")
            quarter = len(usages) // 4
            early = max(usage.memory for usage in usages[quarter:2 * quarter])
            late = max(usage.memory for usage in usages[-quarter:])
            print(f"memory grew by {late - early}; {daemon.accepted():.0f} events", flush=True)
            self.assertLess(late - early, GROWTH_BYTES)

    def soak(self, daemon, senders):
        """What the daemon used, second by second."""
        actions = {senders.single_events: 150, senders.batches: 8, senders.streams: 15,
                   senders.scrapes: 2, senders.questions: 2, senders.slow_disks: 1 / 30,
                   senders.bad_reloads: 1 / 5, senders.vanishing_peers: 5}
        usages = []
        with concurrent.futures.ThreadPoolExecutor(len(actions)) as pool:
            running = [pool.submit(senders.run, *action) for action in actions.items()]
            try:
                ends = time.monotonic() + SECONDS
                while time.monotonic() < ends and not senders.wait(1):
                    usages.append(Usage.of(daemon))
            finally:
                senders.stop()
        for each in running:
            each.result()  # Raises what has ended it.
        return usages


if __name__ == "__main__":
    unittest.main()
