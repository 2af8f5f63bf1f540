"""What a power cut leaves of the prediction log: a disk's state at some moment, looked at."""

import contextlib
import filecmp
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import unittest

from faults.rows import row
from support.conservation import Sent, assert_conserved, assert_logged, sender
from support.daemon import Daemon, await_true, total
from support.needs import may_mount, may_need, need

DISK_BYTES = 256 << 20
SMALL_DISK_BYTES = 32 << 20
CUTS = 4


def run(*command):
    subprocess.run([str(each) for each in command], check=True, capture_output=True)


class Disk:
    """A file system in a file, that commits its journal all the time, if wanted."""

    def __init__(self, folder, size=DISK_BYTES, commits=True):
        self.image = folder / "image"
        self.folder = folder / "mounted"
        self._copy = folder / "copy"
        self._mounted_copy = folder / "mounted-copy"
        self._stop = threading.Event()
        self._may_commit = threading.Lock()
        self._thread = threading.Thread(target=self._commit_until_stopped)
        make = may_need("mkfs.ext4", "the power is cut on a file system of this kind")
        self._check = need("e2fsck")
        mount = may_mount()
        self.image.touch()
        os.truncate(self.image, size)
        run(make, "-q", self.image)
        self.folder.mkdir()
        self._mounted_copy.mkdir()
        run(mount, "-o", "loop", self.image, self.folder)
        if commits:
            self._thread.start()

    def _commit_until_stopped(self):
        with open(self.folder / "other", "ab", buffering=0) as file:
            while not self._stop.wait(0.01):
                with self._may_commit:
                    file.write(b"x")
                    os.fsync(file.fileno())

    def stop(self):
        self._stop.set()
        if self._thread.ident:
            self._thread.join()
        run("umount", self.folder)

    @contextlib.contextmanager
    def after_a_power_cut(self):
        """The folder as it is when the power comes back. Nobody writes to the disk meanwhile."""
        with self._may_commit:
            shutil.copyfile(self.image, self._copy)
            while not filecmp.cmp(self.image, self._copy, shallow=False):
                shutil.copyfile(self.image, self._copy)  # The kernel has gone on writing.
        # Replays the journal; after that nothing is left to be repaired.
        subprocess.run([self._check, "-p", self._copy], capture_output=True)
        run(self._check, "-fn", self._copy)
        run("mount", "-o", "loop", self._copy, self._mounted_copy)
        try:
            yield self._mounted_copy
        finally:
            run("umount", self._mounted_copy)


class PowerCut(unittest.TestCase):
    def disk(self, **options):
        folder = tempfile.TemporaryDirectory(prefix="boxkited-test-")
        self.addCleanup(folder.cleanup)
        disk = Disk(pathlib.Path(folder.name), **options)
        self.addCleanup(disk.stop)
        return disk

    @row(4, "power cut",
         "an ext4 copied while the daemon is stopped in the midst, replayed",
         "clean; all lines up to the last one, in order")
    def test_under_load_a_file_holds_all_lines_up_to_its_last(self):
        disk = self.disk()
        with self.daemon_on(disk.folder, flush_interval_ms=500) as daemon:
            daemon.start()
            stop = threading.Event()
            sender = threading.Thread(target=self.send_until, args=(stop, daemon))
            sender.start()
            try:
                for cut in range(CUTS):
                    self.check_cut(disk, daemon, at_least=(5 + 10 * cut) << 20)
            finally:
                stop.set()
                sender.join()

    @row(4, "power cut, `ack: synced`",
         "an ext4 of 32 MiB, copied while the daemon is stopped under load; nobody else syncs",
         "`e2fsck` is clean after the replay; what was acknowledged is there once, its directory "
         "too; a daemon goes on with it")
    def test_what_was_acknowledged_as_synced_is_there(self):
        disk = self.disk(size=SMALL_DISK_BYTES, commits=False)
        sent = Sent()
        with self.daemon_on(disk.folder, ack="synced") as daemon:
            daemon.start()
            with sender(daemon, sent, connections=2):
                for cut in range(CUTS):
                    await_true(lambda: len(sent.taken) > 20 + 50 * cut, "events acknowledged")
                    with daemon.paused(), disk.after_a_power_cut() as folder:
                        self.check_recovery(folder, sent)
            assert_conserved(self, daemon, sent)

    def check_recovery(self, folder, sent):
        with self.daemon_on(folder) as recovered:
            recovered.start()
            self.assertEqual(recovered.stop(), 0)
            assert_logged(self, recovered, sent)

    def daemon_on(self, folder, **options):
        config = {"prediction_log": {"directory": str(folder / "log"), **options}}
        daemon = Daemon(config=config, start=False)
        daemon.log_directory = folder / "log"
        return daemon

    def send_until(self, stop, daemon):
        """Events with a number each, about 30 MB a second."""
        filler = "x" * 400
        numbers = itertools.count()
        with daemon.stream() as stream:
            while not stop.wait(0.01):
                stream.sendall("".join(
                    f'{{"prediction_id":"{next(numbers)}","output":1,"request_body":"{filler}"}}\n'
                    for _ in range(500)).encode())

    def synced_bytes(self, daemon):
        """At least so many: those that wait may wait for their write, or for their sync."""
        metrics = daemon.metrics()
        return (total(metrics, "boxkited_log_written_bytes_total") -
                total(metrics, "boxkited_log_queue_bytes"))

    def check_cut(self, disk, daemon, at_least):
        await_true(lambda: self.synced_bytes(daemon) > at_least, f"{at_least} bytes synced")
        with daemon.paused(), disk.after_a_power_cut() as folder:
            files = sorted(folder.glob("log/models/predictions/endpoint/*/*.txt"))
            lines = [line for file in files for line in file.read_bytes().split(b"\n")[:-1]]
        self.assertGreater(len(lines), 1000)
        for number, line in enumerate(lines):
            self.assertEqual(json.loads(line)["prediction_id"], str(number))


if __name__ == "__main__":
    unittest.main()
