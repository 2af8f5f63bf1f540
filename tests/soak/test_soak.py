"""Twenty minutes of all that a daemon meets, at once and at random: senders of every kind, scrapes,
a disk that slows down, reloads of bad files, peers that vanish. Nothing grows, nothing is lost.

BOXKITED_SOAK_SECONDS makes it shorter, BOXKITED_SOAK_SEED repeats what was at random; both are
printed.
"""

import concurrent.futures
import contextlib
import gzip
import json
import os
import random
import socket
import struct
import threading
import time
import unittest
from typing import NamedTuple

from faults.rows import row
from support.conservation import Sent, assert_conserved, logged_ids
from support.daemon import GOLDEN, Daemon, accepted, await_true, conserved, parse_metrics
from support.injection import inject, log_writer
from support.wire import Wire

SECONDS = int(os.environ.get("BOXKITED_SOAK_SECONDS", 20 * 60))
SEED = int(os.environ.get("BOXKITED_SOAK_SEED", time.time_ns() % 1_000_000))
BASELINE = (GOLDEN / "edge" / "histogram.prom").read_text("utf-8")
EVENTS = [{name: json.loads(line)[name] for name in ("features", "output")}
          for line in (GOLDEN / "edge" / "events.ndjson").read_text("utf-8").splitlines()]
# Memory that an allocator may lay aside between the second quarter of the time and the last: not
# sixteen bytes an event.
GROWTH_BYTES = 8 << 20


class Usage(NamedTuple):
    memory: int
    descriptors: int
    threads: int

    @classmethod
    def of(cls, daemon):
        folder = f"/proc/{daemon.process.pid}"
        with open(f"{folder}/status", encoding="ascii") as file:
            status = dict(line.split(":", 1) for line in file)
        return cls(int(status["VmRSS"].split()[0]) << 10, len(os.listdir(f"{folder}/fd")),
                   int(status["Threads"]))


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
        """Runs `action(random)`, a generator that pauses where it yields."""
        chance = random.Random(f"{SEED} {action.__name__}")
        try:
            with contextlib.closing(action(chance)) as steps:
                while not self._stopped.wait(chance.expovariate(per_second)):
                    next(steps)
                    self.done[action.__name__] = self.done.get(action.__name__, 0) + 1
        except BaseException:
            self.stop()
            raise

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
            path = chance.choice(["/v1/drift", "/v1/status", "/v1/baseline", "/healthz"])
            self.test.assertIn(self.daemon.get(path, unix=True).status, (200, 503))
            yield

    # ---- Faults ----

    def slow_disks(self, chance):
        """Row 13."""
        while True:
            with inject(log_writer(self.daemon), "write,pwrite64,pwritev,writev,fsync,fdatasync",
                        "delay_enter=2000000"):
                self.wait(chance.uniform(2, 20))
            yield

    def bad_reloads(self, chance):
        """Row 21: a file that is truncated, missing or huge; then the good one again."""
        file = self.daemon.baseline_file

        def huge():
            os.truncate(file, (256 << 20) + 1)

        while True:
            chance.choice([lambda: os.truncate(file, chance.randint(1, len(BASELINE) // 2) | 1),
                           file.unlink, huge])()
            answer = self.daemon.post("/-/reload")
            self.test.assertEqual((answer.status, list(answer.json)), (500, ["error"]))
            file.write_text(BASELINE, "utf-8")
            self.test.assertEqual(self.daemon.post("/-/reload").status, 200)
            yield

    def vanishing_peers(self, chance):
        """Row 23: RST and FIN in the body, and connections that are left half open."""
        half_open = []
        with contextlib.ExitStack() as stack:
            while True:
                wire = Wire(self.daemon, unix=chance.random() < 0.5)
                body = self.cut_event(chance)
                wire.send(b"POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\n"
                          b"Content-Length: %d\r\n\r\n%s" % (len(body) + 1, body))
                end = chance.choice(["reset", "finish", "stay"])
                if end == "stay":
                    half_open.append(stack.enter_context(wire))
                    if len(half_open) > 20:
                        half_open.pop(0).socket.close()
                    yield
                    continue
                with wire:
                    if end == "reset":
                        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                               struct.pack("ii", 1, 0))
                    else:
                        wire.socket.shutdown(socket.SHUT_WR)
                        wire.rest()
                yield
