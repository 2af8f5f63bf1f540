"""What a power cut leaves of the prediction log: a disk's state at some moment, looked at."""

import contextlib
import filecmp
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest

from faults.rows import row
from support.conservation import Sent, assert_conserved, sender
from support.daemon import Daemon, await_true, total
from support.needs import may_mount, may_need

DISK_BYTES = 256 << 20
CUTS = 4


def run(*command):
    subprocess.run([str(each) for each in command], check=True, capture_output=True)


class Disk:
    """A file system in a file, that commits its journal all the time."""

    def __init__(self, folder):
        self.image = folder / "image"
        self.folder = folder / "mounted"
        self._copy = folder / "copy"
        self._mounted_copy = folder / "mounted-copy"
        self._stop = threading.Event()
        self._may_commit = threading.Lock()
        self._thread = threading.Thread(target=self._commit_until_stopped)
        make = may_need("mkfs.ext4", "the power is cut on a file system of this kind")
        mount = may_mount()
        self.image.touch()
        os.truncate(self.image, DISK_BYTES)
        run(make, "-q", self.image)
        self.folder.mkdir()
        self._mounted_copy.mkdir()
        run(mount, "-o", "loop", self.image, self.folder)
        self._thread.start()

    def _commit_until_stopped(self):
        with open(self.folder / "other", "ab", buffering=0) as file:
            while not self._stop.wait(0.01):
                with self._may_commit:
                    file.write(b"x")
                    os.fsync(file.fileno())

    def stop(self):
        self._stop.set()
        self._thread.join()
        run("umount", self.folder)

    @contextlib.contextmanager
    def after_a_power_cut(self):
        """The folder as it is when the power comes back. Nobody writes to the disk meanwhile."""
        with self._may_commit:
            shutil.copyfile(self.image, self._copy)
            while not filecmp.cmp(self.image, self._copy, shallow=False):
                shutil.copyfile(self.image, self._copy)  # The kernel has gone on writing.
        run("mount", "-o", "loop", self._copy, self._mounted_copy)
        try:
            yield self._mounted_copy
        finally:
            run("umount", self._mounted_copy)


class PowerCut(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="boxkited-test-")
        self.addCleanup(folder.cleanup)
        self.disk = Disk(pathlib.Path(folder.name))
        self.addCleanup(self.disk.stop)

    @row(4, "power cut",
         "an ext4 copied while the daemon is stopped in the midst, replayed",
         "clean; all lines up to the last one, in order")
    def test_under_load_a_file_holds_all_lines_up_to_its_last(self):
        config = {"prediction_log": {"directory": str(self.disk.folder / "log"),
                                     "flush_interval_ms": 500}}
        with Daemon(config=config, start=False) as daemon:
            daemon.log_directory = self.disk.folder / "log"
            daemon.start()
            stop = threading.Event()
            sender = threading.Thread(target=self.send_until, args=(stop, daemon))
            sender.start()
            try:
                for cut in range(CUTS):
                    self.check_cut(daemon, at_least=(5 + 10 * cut) << 20)
            finally:
                stop.set()
                sender.join()

    @row(4, "power cut behind an acknowledgement",
         "the same, `ack: synced`, at each of several moments under load",
         "every event acknowledged as synced is there once, whatever its partition")
    def test_what_was_acknowledged_as_synced_is_there(self):
        sent = Sent()
        log = self.disk.folder / "log"
        config = {"prediction_log": {"directory": str(log), "ack": "synced"}}
        with Daemon(config=config, start=False) as daemon:
            daemon.log_directory = log
            daemon.start()
            with sender(daemon, sent, connections=2):
                for cut in range(CUTS):
                    daemon.await_written(20 * (cut + 1))
                    daemon.process.send_signal(signal.SIGSTOP)
                    acknowledged = set(sent.taken)
                    try:
                        with self.disk.after_a_power_cut() as folder:
                            ids = [json.loads(line)["prediction_id"]
                                   for file in folder.rglob("*.txt")
                                   for line in file.read_bytes().split(b"\n")[:-1]]
                    finally:
                        daemon.process.send_signal(signal.SIGCONT)
                    self.assertEqual(len(ids), len(set(ids)))
                    self.assertEqual(acknowledged - set(ids), set())
            assert_conserved(self, daemon, sent)

    def send_until(self, stop, daemon):
        """Events with a number each, about 30 MB a second."""
        filler = "x" * 400
        numbers = itertools.count()
        with daemon.stream() as stream:
            while not stop.wait(0.01):
                stream.sendall("".join(
                    f'{{"prediction_id":"{next(numbers)}","output":1,"request_body":"{filler}"}}\n'
                    for _ in range(500)).encode())

    def check_cut(self, daemon, at_least):
        await_true(lambda: total(daemon.metrics(), "boxkited_log_written_bytes_total") > at_least,
                   f"{at_least} bytes written")
        daemon.process.send_signal(signal.SIGSTOP)
        try:
            with self.disk.after_a_power_cut() as folder:
                files = sorted(folder.glob("log/models/predictions/endpoint/*/*.txt"))
                lines = [line for file in files for line in file.read_bytes().split(b"\n")[:-1]]
        finally:
            daemon.process.send_signal(signal.SIGCONT)
        self.assertGreater(len(lines), 1000)
        for number, line in enumerate(lines):
            self.assertEqual(json.loads(line)["prediction_id"], str(number))


if __name__ == "__main__":
    unittest.main()
