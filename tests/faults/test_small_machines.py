"""Machines with hardly any inodes, memory or stack."""

import contextlib
import json
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import time
import unittest

from faults.rows import row
from support.conservation import Sent, assert_conserved, assert_logged, sender
from support.daemon import Daemon, await_true, limited, total
from support.needs import may_mount, need

DEEP_DEADLINE = 0.1  # Seconds: ten times what is meant, of the quickest of some tries.


@contextlib.contextmanager
def few_inodes(count):
    """A folder on an ext4 of its own, with so many inodes, and the files that use up the rest."""
    mount = may_mount()
    with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
        image = pathlib.Path(folder) / "image"
        mounted = pathlib.Path(folder) / "mounted"
        image.touch()
        os.truncate(image, 8 << 20)
        subprocess.run([need("mkfs.ext4"), "-q", "-N", str(count), image], check=True)
        mounted.mkdir()
        subprocess.run([mount, "-o", "loop", image, mounted], check=True)
        try:
            yield mounted
        finally:
            subprocess.run(["umount", mounted], check=True)


class Inodes(unittest.TestCase):
    @row(8, "no inodes", "an ext4 that has none left when a partition begins",
         "backs off, no descriptor leaks; every event is there once when there are some again")
    def test_a_disk_without_inodes_is_gone_on_with(self):
        sent = Sent()
        midnight = int(time.time()) // 86400 * 86400 - 86400
        with few_inodes(64) as folder:
            config = {"prediction_log": {"directory": str(folder)}}
            with Daemon(config=config, start=False) as daemon:
                daemon.log_directory = folder
                daemon.start()
                connection = daemon.connection()
                self.assertEqual(sent.post(connection), 202)
                daemon.await_written(1)
                ballast = []
                with contextlib.suppress(OSError):
                    while True:
                        ballast.append(folder / f"ballast-{len(ballast)}")
                        ballast[-1].touch()
                before = len(os.listdir(f"/proc/{daemon.process.pid}/fd"))
                self.assertEqual(sent.post(connection, timestamp=midnight), 202)
                self.errors(daemon, 3)
                self.assertIn("No space left", daemon.get("/healthz").json["error"])
                self.assertLessEqual(len(os.listdir(f"/proc/{daemon.process.pid}/fd")), before + 1)
                for file in ballast:
                    file.unlink(missing_ok=True)
                connection.close()
                await_true(lambda: daemon.get("/healthz").status == 200, "health")
                assert_conserved(self, daemon, sent)

    def errors(self, daemon, wanted):
        await_true(lambda: total(daemon.metrics(), "boxkited_log_errors_total") >= wanted,
                   f"{wanted} errors")


def memory_groups():
    """Where groups with a limit of memory are made, by the file of the limit."""
    for folder, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                          ("/sys/fs/cgroup", "memory.max")):
        if os.access(f"{folder}/cgroup.procs", os.W_OK):
            return pathlib.Path(folder), limit
    raise unittest.SkipTest("control groups cannot be made here, which is allowed")


@contextlib.contextmanager
def memory_limit(process, size):
    folder, limit = memory_groups()
    group = folder / f"boxkited-test-{process}"
    group.mkdir()
    try:
        if not (group / limit).exists():
            raise unittest.SkipTest("memory is not controlled here, which is allowed")
        (group / limit).write_text(str(size), "ascii")
        (group / "cgroup.procs").write_text(str(process), "ascii")
        yield
        with contextlib.suppress(ProcessLookupError):  # It may have been killed in there.
            (folder / "cgroup.procs").write_text(str(process), "ascii")
    finally:
        await_true(lambda: not (group / "cgroup.procs").read_text("ascii"), "an empty group")
        group.rmdir()


class Memory(unittest.TestCase):
    @row(41, "memory limit", "a control group of 64 MiB, `queue_bytes` 16 MiB, a disk that takes no "
         "more, load from 4 connections", "503 before the limit; then every event is there once")
    def test_it_sheds_before_the_limit(self):
        sent = Sent()
        filler = "x" * 20_000
        config = {"prediction_log": {"queue_bytes": 16 << 20}}
        with Daemon(config=config) as daemon:
            process = daemon.process.pid
            with memory_limit(process, 64 << 20):
                resource.prlimit(process, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
                with sender(daemon, sent, connections=4, request_body=filler):
                    await_true(lambda: len(sent.refused) > 2000, "2000 refusals")
                no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                resource.prlimit(process, resource.RLIMIT_FSIZE, no_limit)
                assert_conserved(self, daemon, sent)
            self.assertGreater(len(sent.taken), 500)
            self.assertTrue(daemon.is_running())

    @row(41, "killed for its memory",
         "a control group of 24 MiB, `queue_bytes` 64 MiB, a disk that takes no more, `ack: written`",
         "the kernel kills it; every event acknowledged is in the files once; the next start is "
         "clean")
    def test_killed_for_its_memory_it_loses_nothing_acknowledged(self):
        sent = Sent()
        config = {"prediction_log": {"ack": "written", "ack_timeout_ms": 60_000,
                                     "queue_bytes": 64 << 20}}
        with Daemon(config=config) as daemon:
            process = daemon.process.pid
            with memory_limit(process, 24 << 20), sender(daemon, sent, connections=2):
                await_true(lambda: len(sent.taken) > 100, "events acknowledged")
                resource.prlimit(process, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
                self.send_until_killed(daemon, sent)
            self.assertEqual(daemon.wait(), -signal.SIGKILL)
            daemon.start()
            assert_logged(self, daemon, sent)

    def send_until_killed(self, daemon, sent):
        filler = "x" * 20_000
        with daemon.stream() as stream, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(20_000):
                _, event = sent.event(request_body=filler)
                stream.sendall(event.encode() + b"\n")


class Stack(unittest.TestCase):
    @row(30, "deep JSON", "1,000 to 1,000,000 brackets, with a stack of 256 KiB",
         "400 in 10 ms (100 are allowed); no overflow")
    def test_depth_takes_no_stack(self):
        with Daemon(start=False) as daemon:
            # What a thread has of its own follows this limit as well.
            with limited(resource.RLIMIT_STACK, 256 << 10):
                daemon.start()
            for depth in (1_000, 10_000, 100_000, 1_000_000):
                for opener, closer in (("[", "]"), ('{"a":', "}")):
                    value = opener * depth + ("1" if closer == "}" else "") + closer * depth
                    bodies = [value, opener * depth, json.dumps({"output": 1})[:-1] +
                              f',"request_body":{value}}}', f'{{"features":[{value}]}}']
                    for body in bodies:
                        if len(body) > 4 << 20:
                            continue
                        quickest = float("inf")
                        for _ in range(5):
                            began = time.monotonic()
                            answer = daemon.predict(body)
                            quickest = min(quickest, time.monotonic() - began)
                            self.assertEqual(answer.status, 400, (depth, body[:20]))
                            if quickest < DEEP_DEADLINE:
                                break
                        self.assertLess(quickest, DEEP_DEADLINE)
            self.assertEqual(daemon.predict('{"output":1}').status, 202)


if __name__ == "__main__":
    unittest.main()
