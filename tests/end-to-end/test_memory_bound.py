"""The most memory that the daemon says it may come to hold, against what an attack makes it hold."""

import contextlib
import gzip
import itertools
import pathlib
import re
import resource
import socket
import threading
import time
import unittest

from support.baselines import AGE, COLOUR, copies
from support.daemon import Daemon, await_true

MIB = 1 << 20
BODY = MIB
SECONDS = 4
CONFIG = {
    "prediction_log": {"queue_bytes": 8 * MIB},
    "limits": {"body_bytes": BODY, "connections": 96, "bin_name_bytes": 64},
    "drift": {"evaluation_interval_ms": 200},
}


def told(daemon):
    (ready,) = [line for line in daemon.lines if "message=ready" in line]
    return int(re.search(r"memory_bytes_at_most=(\d+)", ready).group(1))


def peak(daemon):
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status).group(1))


@contextlib.contextmanager
def disk_that_takes_no_more(daemon):
    def limit_files(size):
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    limit_files(MIB)
    try:
        yield
    finally:
        limit_files(resource.RLIM_INFINITY)


def head(size, *fields):
    lines = ["POST /v1/predictions?ids=true HTTP/1.1", "Host: localhost",
             f"Content-Length: {size}", *fields, "", ""]
    return "\r\n".join(lines).encode()


def filled(line):
    """A body of copies of a line."""
    return line * (BODY // len(line))


def bodies():
    numbers = b",".join([b"1"] * (BODY // 2 - 100))
    names = ",".join(f'"{i:x}":1' for i in range(BODY // 10 - 100)).encode()
    return [
        b'{"features":[' + numbers + b"]}",
        b'{"features":{' + names + b"}}",
        b'{"output":1,"metadata":"' + b"\xc2\x85" * (BODY // 2 - 100) + b'"}',
        filled(b'{"output":1}\n'),
        filled(b'{"features":{"colour":"red"}}\n'),
    ]


def new_bins():
    """Bodies that together have more categories than one feature may add."""
    lines = (b'{"features":{"colour":"%060d"}}\n' % i for i in itertools.count())
    return [b"".join(itertools.islice(lines, 1000)) for _ in range(4)]


class Attack:
    """Everything at once, each kind on a thread of its own, until the time is over."""

    def __init__(self, daemon):
        self._daemon = daemon
        self._end = time.monotonic() + SECONDS

    def run(self):
        attackers = [threading.Thread(target=self._until_end, args=attack) for attack in (
            *[(self._post, body) for body in bodies()],
            *[(self._post_gzip, body) for body in bodies()],
            *[(self._post, body) for body in new_bins()],
            *[(self._hold_half, count) for count in (4, 8, 16)],
            (self._scrape_slowly, b""), (self._scrape_slowly, b"Accept-Encoding: gzip\r\n"),
            (self._scrape, {}), (self._scrape, {"Accept-Encoding": "gzip"}))]
        for each in attackers:
            each.start()
        for each in attackers:
            each.join()

    def _until_end(self, attack, what):
        while time.monotonic() < self._end:
            with contextlib.suppress(OSError, AssertionError):  # Refused or cut off: go on.
                attack(what)

    def _send(self, body, *fields):
        kind = "Content-Type: application/x-ndjson"
        with self._daemon.raw() as wire:
            wire.sendall(head(len(body), kind, *fields) + body)
            wire.recv(4096)

    def _post(self, body):
        self._send(body)

    def _post_gzip(self, body):
        self._send(gzip.compress(body, 1), "Content-Encoding: gzip")

    def _hold_half(self, count):
        with contextlib.ExitStack() as stack:
            for _ in range(count):
                wire = stack.enter_context(self._daemon.raw())
                wire.sendall(head(BODY) + b" " * (BODY // 2))
            time.sleep(0.3)

    def _scrape_slowly(self, fields):
        with contextlib.ExitStack() as stack:
            for _ in range(8):
                wire = stack.enter_context(self._daemon.raw())
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                wire.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + fields + b"\r\n")
            time.sleep(0.3)

    def _scrape(self, headers):
        self._daemon.get("/metrics", headers)
        self._daemon.get("/v1/drift")


class MemoryBound(unittest.TestCase):
    def attack(self, baseline):
        with Daemon(baseline=baseline, config=CONFIG) as daemon:
            with disk_that_takes_no_more(daemon):
                Attack(daemon).run()
            await_true(lambda: daemon.post("/-/reload").status == 200, "a reload")
            return told(daemon), peak(daemon)

    def test_no_attack_makes_it_hold_more_than_it_says(self):
        for features in (2, 1000):
            baseline = copies(AGE, features) + COLOUR.replace("feature_1_", f"feature_{features}_")
            with self.subTest(features=features):
                most, held = self.attack(baseline)
                self.assertLess(held, most)
                self.assertLess(most, 4 * held)


if __name__ == "__main__":
    unittest.main()
