"""A prediction log that cannot be written: what is refused, what is kept, and what comes after."""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from faults.rows import row
from support.baselines import SMALL
from support.conservation import Sent, assert_conserved, sender
from support.daemon import Daemon, await_true, conserved, sample, total
from support.needs import may_mount, may_need

QUEUE = 1 << 20
EVENT = json.dumps({"features": [1, "red", 1], "output": 0.5, "request_body": "x" * 10_000})
FULL = {"error": "queue_full: the prediction log has no room"}


def counted(metrics):
    return metrics[sample("feature_0_value_count")]


class SmallFiles:
    """A limit on the size of each file that the process writes."""

    def __init__(self, daemon):
        self._process = daemon.process.pid
        resource.prlimit(self._process, resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))

    def make_room(self):
        no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(self._process, resource.RLIMIT_FSIZE, no_limit)


class SmallDisk:
    """A file system of 64 KiB for the log."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        subprocess.run([may_mount(), "-t", "tmpfs", "-o", "size=64k", "none", folder], check=True)

    def make_room(self):
        subprocess.run(["mount", "-o", "remount,size=64m", self.folder], check=True)

    def unmount(self):
        subprocess.run(["umount", self.folder], check=True)


class SmallBlockDevice:
    """A file system that takes large writes as they lie, all of one or nothing."""

    def __init__(self, folder):
        self.folder = folder / "mounted"
        self._ballast = self.folder / "ballast"
        image = folder / "image"
        make = may_need("mkfs.ext4", "a disk with blocks is filled")
        mount = may_mount()
        image.touch()
        os.truncate(image, 24 << 20)
        subprocess.run([make, "-q", "-m0", image], check=True)
        self.folder.mkdir()
        subprocess.run([mount, "-o", "loop", image, self.folder], check=True)

    def leave(self, room):
        with open(self._ballast, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.folder).free - room)
            os.fsync(file.fileno())

    def make_room(self):
        self._ballast.unlink()

    def close(self):
        subprocess.run(["umount", self.folder], check=True)


@contextlib.contextmanager
def small_files(**options):
    with Daemon(baseline=SMALL, config=with_queue(options)) as daemon:
        yield daemon, SmallFiles(daemon)


@contextlib.contextmanager
def small_disk(start=True, **options):
    with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
        disk = SmallDisk(folder)
        try:
            config = with_queue({"directory": folder, **options})
            with Daemon(baseline=SMALL, config=config, start=False) as daemon:
                daemon.log_directory = pathlib.Path(folder)
                yield (daemon.start() if start else daemon), disk
        finally:
            disk.unmount()


def with_queue(options):
    return {"prediction_log": {"queue_bytes": QUEUE, **options}}


class FullDisk(unittest.TestCase):
    def fill(self, daemon):
        """Posts until the queue is full: the ids that were taken."""
        taken = []
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            answer = daemon.predict(EVENT)
            metrics = daemon.metrics()
            self.assertEqual(*conserved(metrics))
            if answer.status != 202:
                self.assertEqual((answer.status, answer.json), (503, FULL))
                self.assertEqual(answer.headers["Retry-After"], "1")
                self.assertEqual(counted(metrics), len(taken))
                return taken
            taken.append(answer.json["prediction_id"])
        raise AssertionError(f"never full: {metrics}")

    def assert_logged_once(self, daemon, taken):
        self.assertEqual(sorted(line["prediction_id"] for line in daemon.logged()), sorted(taken))

    def check_refusal_and_recovery(self, daemon, disk):
        taken = self.fill(daemon)
        self.assertGreater(len(taken), 80)

        for body in (EVENT, f"[{EVENT},{EVENT}]"):
            self.assertEqual(daemon.predict(body, unix=True).status, 503)
        metrics = daemon.metrics()
        self.assertEqual(total(metrics, "boxkited_events_total", result="queue_full"), 4)
        self.assertEqual(counted(metrics), len(taken))
        self.assertEqual(metrics[sample("inference_value_count")], len(taken))
        self.assertGreater(total(metrics, "boxkited_log_errors_total"), 0)
        self.assertEqual(metrics[sample("boxkited_log_events_lost_total")], 0)
        self.assertLessEqual(metrics[sample("boxkited_log_queue_bytes")], QUEUE)
        health = daemon.get("/healthz")
        self.assertEqual(health.status, 503)
        self.assertIn(str(daemon.log_directory), health.json["error"])
        self.assertEqual([daemon.get(path).status for path in ("/livez", "/readyz")], [200, 200])
        self.assertIn(str(daemon.log_directory), daemon.get("/v1/status").json["log"]["trouble"])

        disk.make_room()
        daemon.await_written(len(taken))
        await_true(lambda: daemon.get("/healthz").status == 200, "health")
        await_true(lambda: daemon.metric("boxkited_log_queue_bytes") == 0, "an empty queue")
        answer = daemon.predict(EVENT)
        self.assertEqual(answer.status, 202)
        taken.append(answer.json["prediction_id"])
        daemon.await_written(len(taken))
        self.assertEqual(*conserved(daemon.metrics()))
        self.assert_logged_once(daemon, taken)

    @row(11, "files that may not grow",
         "RLIMIT_FSIZE under load, then none",
         "503, then each event is there once")
    def test_files_that_may_not_grow(self):
        with small_files() as (daemon, disk):
            self.check_refusal_and_recovery(daemon, disk)

    @row(5, "disk full",
         "a tmpfs of 64 KiB",
         "503, counted; `/metrics` answers; lost = 0")
    def test_a_disk_without_room(self):
        with small_disk() as (daemon, disk):
            self.check_refusal_and_recovery(daemon, disk)

    @row(7, "disk full and retention due",
         "a tmpfs of 64 KiB that a partition of 40 days ago fills, at start",
         "the old one is deleted, what came is written; conservation, lost = 0")
    def test_a_full_disk_is_freed_of_what_is_due(self):
        sent = Sent()
        with small_disk(start=False) as (daemon, disk):
            day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 40 * 86400))
            old = disk.folder / "models/predictions/endpoint" / day / "0000_logger-replica.txt"
            old.parent.mkdir(parents=True)
            with contextlib.suppress(OSError), open(old, "wb", buffering=0) as file:
                while file.write(b"\n" * 4096):
                    pass
            self.assertEqual(shutil.disk_usage(disk.folder).free, 0)
            daemon.start()
            connection = daemon.connection()
            for _ in range(10):
                self.assertEqual(sent.post(connection), 202)
            connection.close()
            assert_conserved(self, daemon, sent)
            self.assertFalse(old.exists())

    def test_what_fits_of_much_is_written(self):
        with tempfile.TemporaryDirectory(prefix="boxkited-test-") as folder:
            disk = SmallBlockDevice(pathlib.Path(folder))
            config = {"prediction_log": {"directory": str(disk.folder), "queue_bytes": 16 << 20}}
            with (contextlib.closing(disk),
                  Daemon(baseline=SMALL, config=config, start=False) as daemon):
                daemon.log_directory = disk.folder
                daemon.start()
                disk.leave(1_500_000)
                events = 300
                self.assertEqual(daemon.predict_lines("\n".join([EVENT] * events)).status, 202)
                await_true(lambda: total(daemon.metrics(), "boxkited_log_errors_total") > 0,
                           "a full disk")
                daemon.await_written(20)
                self.assertEqual(*conserved(daemon.metrics()))
                disk.make_room()
                daemon.await_written(events)
                self.assertEqual(len(daemon.logged()), events)

    @row(5, "disk full, then new data",
         "the same, with room again",
         "no half line in the file")
    def test_never_a_half_line_ahead_of_new_data(self):
        with small_disk() as (daemon, disk):
            taken = self.fill(daemon)
            disk.make_room()
            daemon.await_written(len(taken))
            self.assertEqual(daemon.stop(), 0)
            for file in daemon.log_files():
                for line in file.read_bytes().splitlines(keepends=True):
                    self.assertTrue(line.startswith(b'{"prediction_id":') and
                                    line.endswith(b"}\n"), line)
            self.assert_logged_once(daemon, taken)

    def test_a_stop_ends_by_its_deadline_and_says_what_is_lost(self):
        with small_files() as (daemon, _):
            taken = self.fill(daemon)
            queued = daemon.metric("boxkited_log_queue_events")
            started = time.monotonic()
            self.assertEqual(daemon.stop(), 1)
            self.assertLess(time.monotonic() - started, 20)
            (said,) = [line for line in daemon.lines if "stopped with events lost" in line]
            self.assertRegex(said, rf"\bevents={int(queued)}\b")
            self.assertIn("level=error", said)
            self.assertIn("File too large", said)
            self.assertNotIn("hangs", daemon.lines[-1])  # A disk that answers does not hang.

            daemon.start()
            self.assertEqual(len(daemon.logged()), len(taken) - queued)

    @row(20, "SIGTERM twice",
         "a second one while it waits for a full disk",
         "it ends at once")
    def test_a_second_signal_ends_a_stop_that_waits_for_the_disk(self):
        config = {**with_queue({}), "shutdown_timeout_ms": 3_600_000}
        with Daemon(baseline=SMALL, config=config) as daemon:
            SmallFiles(daemon)
            taken = self.fill(daemon)
            daemon.process.send_signal(signal.SIGTERM)
            daemon.await_line("message=stopping")
            await_true(lambda: not self.listens(daemon), "the end of the listeners")
            self.assertTrue(daemon.is_running())
            started = time.monotonic()
            self.assertEqual(daemon.stop(), 1)
            self.assertLess(time.monotonic() - started, 5)
            self.assertIn("second signal", daemon.lines[-1])

            daemon.start()  # Which cuts the line that the limit of the file's size tore.
            self.assertLess(len(daemon.logged()), len(taken))

    def listens(self, daemon):
        try:
            daemon.raw().close()
        except ConnectionRefusedError:
            return False
        return True

    def test_a_sender_on_the_stream_is_not_held_up(self):
        with small_files() as (daemon, disk):
            taken = len(self.fill(daemon))
            with daemon.stream() as stream:
                for _ in range(500):
                    stream.sendall(EVENT.encode() + b"\n")
            await_true(lambda: daemon.metric("boxkited_events_total", transport="ndjson_unix",
                                             result="queue_full") == 500, "500 refused")
            metrics = daemon.metrics()
            self.assertEqual(counted(metrics), taken)
            self.assertEqual(conserved(metrics), (taken, taken))
            disk.make_room()
            daemon.await_written(taken)

    @row(6, "disk has room again",
         "full and not, again and again under load",
         "goes on without a restart; conservation, lost = 0")
    def test_conservation_while_the_disk_is_full_again_and_again(self):
        sent = Sent()
        features = {"features": [1, "red", 1], "request_body": "x" * 10_000}
        with small_files() as (daemon, disk):
            with sender(daemon, sent, **features):
                for _ in range(5):
                    full = daemon.metric("boxkited_events_total", transport="http",
                                         result="queue_full")
                    disk = SmallFiles(daemon)

                    def is_refused():
                        metrics = daemon.metrics()
                        self.assertEqual(*conserved(metrics))
                        return metrics[sample("boxkited_events_total", transport="http",
                                              result="queue_full")] > full

                    await_true(is_refused, "a refusal")
                    disk.make_room()
                    written = daemon.metric("boxkited_log_events_written_total")
                    await_true(
                        lambda: daemon.metric("boxkited_log_events_written_total") > written,
                        "writing again")
            self.assertEqual(sent.statuses, {202, 503})
            assert_conserved(self, daemon, sent)
            metrics = daemon.metrics()
            self.assertEqual(counted(metrics), len(sent.taken))
            self.assertEqual(metrics[sample("boxkited_events_total", transport="http",
                                            result="queue_full")], len(sent.refused))
            self.assertEqual(sent.unanswered, set())


class Late(unittest.TestCase):
    def test_an_answer_that_waits_too_long_is_504_and_the_event_is_kept(self):
        options = {"ack": "written", "ack_timeout_ms": 200}
        with small_files(**options) as (daemon, disk):
            statuses = []
            while not statuses or statuses[-1] == 202:
                answer = daemon.predict(EVENT)
                statuses.append(answer.status)
            self.assertEqual(statuses[-1], 504)
            self.assertEqual(set(answer.json), {"error", "prediction_id"})
            self.assertEqual(counted(daemon.metrics()), len(statuses))

            batch = daemon.predict_lines(EVENT + "\n" + EVENT)
            self.assertEqual((batch.status, batch.json["accepted"]), (504, 2))
            self.assertEqual(set(batch.json), {"error", "accepted", "rejected", "errors"})

            disk.make_room()
            daemon.await_written(len(statuses) + 2)
            ids = [line["prediction_id"] for line in daemon.logged()]
            self.assertEqual(ids.count(answer.json["prediction_id"]), 1)
            self.assertEqual(len(ids), len(statuses) + 2)

    def test_it_is_not_kept_waiting_for_longer_than_was_said(self):
        seconds = 3
        options = {"ack": "written", "ack_timeout_ms": 1000 * seconds}
        with small_files(**options) as (daemon, disk):
            status = 202
            while status == 202:
                started = time.monotonic()
                status = daemon.predict(EVENT).status
                took = time.monotonic() - started
            self.assertEqual(status, 504)
            self.assertGreaterEqual(took, seconds)
            self.assertLessEqual(took, 1.1 * seconds)
            disk.make_room()


if __name__ == "__main__":
    unittest.main()
