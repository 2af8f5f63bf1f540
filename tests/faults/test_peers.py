"""Peers that are slow, many, or gone: the rest does not notice."""

import contextlib
import json
import os
import pathlib
import re
import resource
import select
import socket
import struct
import subprocess
import sys
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from faults.rows import row
from support.baselines import SMALL
from support.conservation import Sent, assert_conserved, sender
from support.daemon import Daemon, await_true, limited, total
from support.wire import Wire, post

EVENT = '{"output":1}'
QUICK = 1  # Seconds: ten times what a scrape or an answer may take.
# Opens connections until it is told to end: one process more, with descriptors of its own.
CONNECTOR = """
import resource, socket, sys
port, count = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (count + 50, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
held = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
print("open", flush=True)
sys.stdin.read()
"""


def resident_bytes(daemon):
    status = pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text("ascii")
    return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))


class SlowPeers(unittest.TestCase):
    @row(22, "slow-loris, slow body, slow reader of `/metrics`",
         "500 connections: a third each drip a header, drip a body at 1 byte/s, ask for scrapes and "
         "read none",
         "none before and all by their deadlines of 3 s (30 are allowed) closed; meanwhile others "
         "are answered, conservation")
    def test_five_hundred_slow_connections_end_by_their_deadlines(self):
        deadline = 3
        sent = Sent()
        config = {"limits": {"header_time_ms": 1000 * deadline, "idle_time_ms": 1000 * deadline,
                             "connections": 600}}
        with (Daemon(baseline=SMALL, config=config) as daemon, contextlib.ExitStack() as stack):
            slow = [stack.enter_context(Wire(daemon)) for _ in range(500)]
            readers = slow[2::3]
            began = time.monotonic()
            for wire in readers:
                wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                wire.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50)
            for header, body in zip(slow[0::3], slow[1::3]):
                header.send(b"POST /v1/pre")
                body.send(post(EVENT)[:-5])
            left = [wire for wire in slow if wire not in readers]
            next_byte = began + 1
            with sender(daemon, sent):
                def drip():
                    nonlocal next_byte
                    if time.monotonic() < next_byte:
                        return False
                    next_byte += 1
                    for wire in list(left):
                        try:
                            if select.select([wire.socket], [], [], 0)[0]:
                                raise BrokenPipeError
                            wire.send(b"x")
                        except OSError:
                            self.assertGreater(time.monotonic() - began, deadline)
                            left.remove(wire)
                    # The one that sends, and the one that asks.
                    return total(daemon.metrics(), "boxkited_connections",
                                 listener="127.0.0.1:0") <= 2
                await_true(drip, "the end of all slow connections")
            self.assertLess(time.monotonic() - began, 10 * deadline)
            self.assertGreater(len(sent.taken), 0)
            assert_conserved(self, daemon, sent)

    @row(23, "half-open, RST, FIN in the body", "SO_LINGER 0 and half-closes in head, body, chunk",
         "descriptors freed, nothing counted, no SIGPIPE")
    def test_peers_that_break_off_leave_nothing(self):
        begun = [b"POST /v1/pre", post(EVENT)[:-1],
                 b"POST /v1/predictions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{"]
        with Daemon() as daemon:
            before = descriptors(daemon)
            for data in begun * 20:
                with daemon.raw() as reset, daemon.raw() as finished:
                    for connection in (reset, finished):
                        connection.sendall(data)
                    reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    finished.shutdown(socket.SHUT_WR)
            await_true(lambda: descriptors(daemon) <= before, "descriptors to be freed")
            # Answers that nobody takes any more.
            for _ in range(20):
                with daemon.raw() as connection:
                    connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 20)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                          struct.pack("ii", 1, 0))
            await_true(lambda: descriptors(daemon) <= before, "descriptors to be freed")
            self.assertEqual(daemon.accepted(), 0)
            assert_conserved(self, daemon, Sent())


class ManyPeers(unittest.TestCase):
    @row(24, "10,000 idle connections", "a second process opens them; 9,000 are allowed",
         "capped; under 16 KiB of memory each; a scrape and an event are answered at once")
    def test_ten_thousand_idle_connections_are_capped_and_small(self):
        opened, allowed = 10_000, 9_000
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertGreaterEqual(most, 2 * allowed)
        with limited(resource.RLIMIT_NOFILE, most):
            config = {"limits": {"connections": allowed}}
            with Daemon(config=config) as daemon:
                daemon.get("/metrics")
                before = resident_bytes(daemon)
                with subprocess.Popen(
                        [sys.executable, "-c", CONNECTOR, str(daemon.port), str(opened)],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE) as others:
                    self.assertEqual(others.stdout.readline(), b"open\n")
                    started = time.monotonic()
                    metrics = daemon.metrics()
                    self.assertEqual(daemon.predict(EVENT).status, 202)
                    self.assertLess(time.monotonic() - started, QUICK)
                    held = total(metrics, "boxkited_connections")
                    self.assertLessEqual(held, allowed + 1)
                    self.assertGreater(held, allowed - 10)
                    self.assertLess((resident_bytes(daemon) - before) / held, 16 << 10)
                    others.stdin.close()

    @row(42, "scrape abuse", "100 scrapes at once, readers that take a byte, junk in `Accept`",
         "each whole and consistent (`+Inf` = `_count`); events go on")
    def test_scrapes_of_all_kinds_are_consistent_and_hold_up_nobody(self):
        junk = ["*/*;q=x", ";;;,,,=", "text/plain;version=9", "a" * 4000, "application/json", ",",
                "text/*;q=0, */*;q=0", "\x80\xff"]
        sent = Sent()
        fields = {"features": [1, "red", 1]}
        with Daemon(baseline=SMALL) as daemon, contextlib.ExitStack() as stack:
            for _ in range(100):
                slow = stack.enter_context(Wire(daemon))
                slow.send(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
                slow.socket.recv(1)

            def scrape(number):
                return daemon.get("/metrics", {"Accept": junk[number % len(junk)]})

            def all_at_once():
                for answer in scrapers.map(scrape, range(100)):
                    self.assertEqual(answer.status, 200)
                    count = re.search(r"^feature_0_value_count (\S+)$", answer.text, re.M)
                    infinite = re.search(r'^feature_0_value_bucket\{le="\+Inf"\} (\S+)$',
                                         answer.text, re.M)
                    self.assertEqual(float(count.group(1)), float(infinite.group(1)))
                return len(sent.taken) > 100

            with ThreadPoolExecutor(100) as scrapers, sender(daemon, sent, **fields):
                await_true(all_at_once, "events taken meanwhile")
            assert_conserved(self, daemon, sent)


class Descriptors(unittest.TestCase):
    @row(40, "no descriptors left", "64 descriptors, 200 connections",
         "no busy loop; new partitions are opened; connections are taken again when others end")
    def test_with_few_descriptors_it_logs_and_recovers(self):
        sent = Sent()
        midnight = int(time.time()) // 86400 * 86400 - 86400

        def post(**fields):
            connection = daemon.connection()
            self.assertEqual(sent.post(connection, **fields), 202)
            connection.close()

        with Daemon(start=False) as daemon:
            with limited(resource.RLIMIT_NOFILE, 64):
                daemon.start()
            resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (64, 64))
            post()
            with contextlib.ExitStack() as stack:
                for _ in range(200):
                    stack.enter_context(daemon.raw())
                for hour in range(20):
                    post(timestamp=midnight + 3600 * hour)
                await_true(lambda: len(daemon.log_files()) >= 20, "20 partitions")
                # Nothing but connections that wait to be accepted.
                spent = cpu_seconds_of(daemon.process.pid)
                time.sleep(1)
                self.assertLess(cpu_seconds_of(daemon.process.pid) - spent, 0.1)
            await_true(lambda: daemon.get("/livez").status == 200, "an answer")
            assert_conserved(self, daemon, sent)


def cpu_seconds_of(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Categories(unittest.TestCase):
    @row(36, "a million different categories", "batches of 10,000 with a category each",
         "a thousand bins and `__other__`, totals exact, memory flat")
    def test_a_million_categories_are_capped(self):
        batch, batches = 10_000, 100
        config = {"prediction_log": {"enabled": False}}
        with Daemon(baseline=SMALL, config=config) as daemon:
            def send(number):
                body = "\n".join(json.dumps({"features": {"colour": f"c{number}-{i}"}})
                                 for i in range(batch))
                self.assertEqual(daemon.predict_lines(body).json["accepted"], batch)
            for number in range(10):
                send(number)
            before = resident_bytes(daemon)
            for number in range(10, batches):
                send(number)
            self.assertLess(resident_bytes(daemon), before + (8 << 20))
            counts = {dict(labels)["bin"]: value
                      for (name, labels), value in daemon.metrics().items()
                      if name == "feature_1_value_total"}
            self.assertEqual(sum(counts.values()), batch * batches)
            self.assertEqual(counts.keys() >= {"red", "nan"}, True)  # Those of the baseline.
            self.assertEqual(len(counts), 2 + 1000 + 1)
            self.assertEqual(counts["__other__"], batch * batches - 1000)


if __name__ == "__main__":
    unittest.main()
