"""The prediction log at start: torn ends, other daemons, bad directories, and what is too old."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import unittest

from faults.rows import row
from support.daemon import BINARY, Daemon, await_true, conserved
from support.needs import may_mount, need

DAY = 86400


def midnight(days_ago):
    return int(time.time()) // DAY * DAY - days_ago * DAY


def date(seconds):
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def endpoint(daemon, name="endpoint"):
    return daemon.log_directory / "models" / "predictions" / name


def put(file, content=b"{}\n"):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


class TornEnds(unittest.TestCase):
    WRITER = "logger-replica"

    def a_line(self):
        """A line as the daemon writes it."""
        with Daemon() as daemon:
            daemon.predict({"features": [1, "ü"], "output": 1, "metadata": {"a": "{}"}})
            daemon.await_written(1)
            return (daemon.log_lines()[0] + "\n").encode()

    def partitions(self):
        """Times of partitions, one after the other, from three days ago."""
        return (midnight(3) + i * 900 for i in range(3 * 96))

    def put_partition(self, daemon, seconds, content, writer=WRITER):
        name = time.strftime("%H%M", time.gmtime(seconds)) + f"_{writer}.txt"
        return put(endpoint(daemon) / date(seconds) / name, content)

    def assert_cut(self, tails, line):
        """Each of `tails` behind a whole line is cut off, counted, and the file goes on."""
        with Daemon(start=False) as daemon:
            files = {seconds: self.put_partition(daemon, seconds, line + tail)
                     for seconds, tail in zip(self.partitions(), tails)}
            self.assertEqual(len(files), len(tails))
            daemon.start()
            torn = sum(map(len, tails))
            await_true(lambda: daemon.metric("boxkited_log_torn_bytes_total") == torn,
                       lambda: f"{torn} bytes cut")
            for file in files.values():
                self.assertEqual(file.read_bytes(), line)
            body = "\n".join(json.dumps({"output": 2, "timestamp": each}) for each in files)
            self.assertEqual(daemon.predict_lines(body).json["accepted"], len(files))
            daemon.await_written(len(files))
            self.assertEqual(conserved(daemon.metrics()), (len(files), len(files)))
            for file in files.values():
                first, second = file.read_bytes().splitlines(keepends=True)
                self.assertEqual((first, json.loads(second)["output"]), (line, 2))
            self.assertEqual(len(daemon.log_files()), len(files))

    @row(2, "torn tail",
         "a file cut at every byte of its last record",
         "the tail is cut and counted; the next append begins on a line")
    def test_a_record_cut_at_any_byte(self):
        line = self.a_line()
        tails = [line[:size] for size in range(1, len(line))]
        for start in range(0, len(tails), 200):
            self.assert_cut(tails[start:start + 200], line)

    @row(3, "garbage or zero tail",
         "random bytes, 4 KiB of zeros",
         "as row 2; the start goes well")
    def test_zeros_and_garbage(self):
        line = self.a_line()
        self.assert_cut([bytes(4096), bytes(100_000), b"\0", b"garbage", b"garbage\n", b"{}\n",
                         b'{"prediction_id":"half\n', bytes(10) + b"\n", b"}\n}",
                         os.urandom(5000).replace(b"\n", b"-") + b"\n" + bytes(7),
                         line[:20] + bytes(len(line) - 21) + b"\n"], line)

    @row(3, "empty file",
         "nothing, or one torn line",
         "it is gone on with; SIGTERM works")
    def test_a_file_that_is_all_torn_or_empty_becomes_empty(self):
        with Daemon(start=False) as daemon:
            contents = [b"", b'{"prediction_id', bytes(5000), b"x\n"]
            files = [self.put_partition(daemon, seconds, content)
                     for seconds, content in zip(self.partitions(), contents)]
            daemon.start()
            await_true(lambda: daemon.metric("boxkited_log_torn_bytes_total") ==
                       sum(map(len, contents)), "all cut")
            self.assertEqual([file.read_bytes() for file in files], [b""] * 4)

    def test_whole_files_stay_as_they_are(self):
        line = self.a_line()
        with Daemon(start=False) as daemon:
            contents = [line, line * 1000, line + b"\n\n\n", line.replace(b"\xc3\xbc", b"\\u00fc")]
            files = [self.put_partition(daemon, seconds, content)
                     for seconds, content in zip(self.partitions(), contents)]
            torn = self.put_partition(daemon, midnight(1), line + b"torn")
            daemon.start()
            await_true(lambda: daemon.metric("boxkited_log_torn_bytes_total") == 4, "the torn one")
            await_true(lambda: torn.read_bytes() == line, "the torn one cut")
            self.assertEqual([file.read_bytes() for file in files], contents)

    def test_files_of_others_are_not_touched(self):
        line = self.a_line()
        with Daemon(start=False) as daemon:
            others = [
                self.put_partition(daemon, midnight(1), line + b"torn", "logger-other"),
                self.put_partition(daemon, midnight(1), line + b"torn", "other-replica"),
                self.put_partition(daemon, midnight(1), line + b"torn", "logger-replica.x"),
                put(endpoint(daemon, "other") / date(midnight(1)) / "0000_logger-replica.txt",
                    line + b"torn"),
                put(endpoint(daemon) / "not-a-date" / "0000_logger-replica.txt", line + b"torn"),
            ]
            target = put(daemon.folder / "target", line + b"torn")
            link = endpoint(daemon) / date(midnight(1)) / "0015_logger-replica.txt"
            link.symlink_to(target)
            own = self.put_partition(daemon, midnight(1) + 1800, line + b"torn")
            daemon.start()
            await_true(lambda: own.read_bytes() == line, "the own one cut")
            self.assertEqual(daemon.metric("boxkited_log_torn_bytes_total"), 4)
            for other in (*others, target):
                self.assertEqual(other.read_bytes(), line + b"torn")
            self.assertTrue(link.is_symlink())


class Lock(unittest.TestCase):
    @row(18, "two daemons with the same identity",
         "a second start",
         "refused, and says who holds the lock")
    def test_a_second_daemon_with_the_same_identity_refuses_and_says_who_is_there(self):
        with Daemon() as first, Daemon(start=False) as second:
            second.config["prediction_log"]["directory"] = str(first.log_directory)
            code, said = second.fail_to_start()
            self.assertEqual(code, 1)
            self.assertIn(str(endpoint(first)), said)
            self.assertRegex(said, rf"\b{first.process.pid}\b")
            self.assertEqual(len(said.splitlines()), 1)
            self.assertEqual(first.predict({"output": 1}).status, 202)
            first.await_written(1)
            self.assertFalse(os.path.exists(second.http_socket))

    def test_another_identity_shares_the_directory(self):
        for key in ("replica_id", "logger_id", "endpoint_id"):
            with Daemon() as first, Daemon(start=False) as second:
                second.config["prediction_log"]["directory"] = str(first.log_directory)
                second.config["identity"][key] = "other"
                second.start()
                for daemon in (first, second):
                    daemon.predict({"output": 1})
                    daemon.await_written(1)
                self.assertEqual(len(first.log_files()), 2)

    def test_a_killed_daemon_holds_no_lock(self):
        with Daemon() as daemon:
            daemon.stop(signal.SIGKILL)
            daemon.start()
            self.assertEqual(daemon.predict({"output": 1}).status, 202)


class BadDirectories(unittest.TestCase):
    def assert_refused(self, daemon, *mentioned):
        code, said = daemon.fail_to_start()
        self.assertEqual(code, 1, said)
        self.assertEqual(len(said.splitlines()), 1, said)
        for each in mentioned:
            self.assertIn(str(each), said)

    def test_a_file_in_its_place(self):
        with Daemon(start=False) as daemon:
            put(daemon.log_directory)
            self.assert_refused(daemon, daemon.log_directory, "Not a directory")

    def test_a_file_in_the_place_of_a_folder_below(self):
        with Daemon(start=False) as daemon:
            put(endpoint(daemon))
            self.assert_refused(daemon, endpoint(daemon), "Not a directory")

    @row(15, "read-only directory",
         "a read-only bind mount",
         "the start fails at once with path and reason")
    def test_a_directory_that_is_mounted_read_only(self):
        mount = may_mount()
        with Daemon(start=False) as daemon:
            daemon.log_directory.mkdir()
            subprocess.run([mount, "--bind", daemon.log_directory, daemon.log_directory],
                           check=True)
            try:
                subprocess.run([mount, "-o", "remount,bind,ro", daemon.log_directory], check=True)
                self.assert_refused(daemon, daemon.log_directory, "Read-only file system")
            finally:
                subprocess.run(["umount", daemon.log_directory], check=True)

    @row(15, "directory of another user",
         "the daemon runs as a user who may read it only",
         "the start fails at once with path and reason")
    def test_a_directory_of_another_user(self):
        if os.geteuid() != 0:
            raise unittest.SkipTest("another user: missing, which is allowed: only root can be it")
        with Daemon(start=False) as daemon:
            # Where the binary is built may be closed to others.
            binary = daemon.folder / "boxkited"
            shutil.copy2(BINARY, binary)
            daemon.command = [need("setpriv"), "--reuid", "65532", "--regid", "65532",
                              "--clear-groups", binary]
            daemon.log_directory.mkdir()
            os.chown(daemon.folder, 65532, 65532)
            self.assert_refused(daemon, daemon.log_directory, "Permission denied")

    @row(15, "a place without files",
         "one that nobody may write",
         "the start fails at once with path and reason")
    def test_a_directory_nobody_may_write(self):
        with Daemon(start=False) as daemon:
            daemon.config["prediction_log"]["directory"] = "/proc/boxkited"
            self.assert_refused(daemon, "/proc/boxkited")


class Retention(unittest.TestCase):
    def name(self, seconds, writer="logger-replica"):
        return f"{date(seconds)}/{time.strftime('%H%M', time.gmtime(seconds))}_{writer}.txt"

    def make(self, daemon, *names):
        return [put(endpoint(daemon) / name) for name in names]

    def test_old_partitions_go_and_all_else_stays(self):
        with Daemon(start=False) as daemon:
            old, young = midnight(40), midnight(20)
            goes = self.make(daemon, self.name(old), self.name(old + 900),
                             self.name(old + 1800, "other-writer"), self.name(midnight(400)),
                             self.name(old + 3600, "logger-replica.1"))
            goes.append(put(endpoint(daemon, "other") / self.name(old)))
            day = date(old)
            stays = self.make(
                daemon, self.name(young), self.name(midnight(29)), self.name(midnight(0)),
                f"{day}/notes.txt", f"{day}/0000_logger-replica.txt.gz", f"{day}/0000_noname.txt",
                f"{day}/2500_logger-replica.txt", f"{day}/0060_logger-replica.txt",
                f"{day}/0000_logger-replica.json", f"{day}/sub/0000_logger-replica.txt",
                "2020-13-01/0000_logger-replica.txt", "old/0000_logger-replica.txt")
            stays.append(put(daemon.log_directory / "models" / "other" / self.name(old)))
            target = put(daemon.folder / "elsewhere" / day / "0000_logger-replica.txt")
            link = endpoint(daemon) / day / "0030_x-y.txt"
            link.symlink_to(target)
            folder_link = endpoint(daemon) / date(midnight(50))
            folder_link.symlink_to(target.parent)
            endpoint_link = endpoint(daemon, "linked")
            endpoint_link.symlink_to(target.parent.parent)

            daemon.start()
            await_true(lambda: not any(file.exists() for file in goes),
                       lambda: f"these to go: {[file for file in goes if file.exists()]}")
            self.assertFalse((endpoint(daemon) / date(midnight(400))).exists())
            for file in (*stays, target, link, folder_link, endpoint_link):
                self.assertTrue(os.path.lexists(file), file)

    def test_for_ever(self):
        with Daemon(start=False, config={"prediction_log": {"retention_days": 0}}) as daemon:
            (old,) = self.make(daemon, self.name(midnight(4000)))
            daemon.start()
            daemon.predict({"output": 1})
            daemon.await_written(1)
            self.assertTrue(old.exists())

    def test_by_total_size_the_oldest_go_first(self):
        options = {"retention_bytes": 2500, "retention_days": 0}
        with Daemon(start=False, config={"prediction_log": options}) as daemon:
            files = self.make(daemon, *(self.name(midnight(day)) for day in range(9, 4, -1)))
            for file in files:
                file.write_bytes(b"\n" * 1000)
            daemon.start()
            await_true(lambda: sum(file.exists() for file in files) == 2, "three to go")
            self.assertEqual([file.exists() for file in files], [False] * 3 + [True] * 2)


class LiveFiles(unittest.TestCase):
    @row(17, "symlink, FIFO or folder where the file goes",
         "each, and a socket, before it begins",
         "left alone, no hang, counted; the next name is taken")
    def test_what_is_in_the_way_is_left_alone_and_the_next_name_is_taken(self):
        seconds = midnight(1)
        with Daemon(start=False) as daemon:
            target = put(daemon.folder / "target", b"mine\n")
            folder = endpoint(daemon) / date(seconds)
            folder.mkdir(parents=True)
            (folder / "0000_logger-replica.txt").symlink_to(target)
            os.mkfifo(folder / "0015_logger-replica.txt")
            (folder / "0045_logger-replica.txt").mkdir()
            with socket.socket(socket.AF_UNIX) as bound:
                bound.bind(str(folder / "0030_logger-replica.txt"))
                daemon.start()
                for number in range(4):
                    daemon.predict({"output": number, "timestamp": seconds + 900 * number})
                daemon.await_written(4)
            self.assertEqual(daemon.metric("boxkited_log_errors_total", operation="open"), 4)
            self.assertEqual(conserved(daemon.metrics()), (4, 4))
            self.assertEqual(target.read_bytes(), b"mine\n")
            for number, name in enumerate(("0000", "0015", "0030", "0045")):
                (line,) = (folder / f"{name}_logger-replica.1.txt").read_text().splitlines()
                self.assertEqual(json.loads(line)["output"], number)

    def check_after_a_restart_the_last_goes_on(self, numbers):
        event = {"output": 1, "timestamp": midnight(1), "prediction_id": "a"}
        with Daemon() as daemon:
            daemon.predict(event)
            self.assertEqual(daemon.stop(), 0)
            (first,) = daemon.log_files()
            self.assertEqual(first.name, "0000_logger-replica.txt")
            files = [first, *(put(first.with_name(f"0000_logger-replica.{number}.txt"),
                                  first.read_bytes()) for number in numbers)]
            for count in (2, 3):
                daemon.start()
                self.assertEqual(daemon.predict(event).status, 202)
                self.assertEqual(daemon.stop(), 0)
                self.assertEqual([len(file.read_bytes().splitlines()) for file in files],
                                 [1] * len(numbers) + [count])
            self.assertEqual(len(daemon.log_files()), len(files))

    def test_after_a_restart_the_file_with_the_highest_number_goes_on(self):
        self.check_after_a_restart_the_last_goes_on(range(1, 12))

    def test_also_where_a_number_in_between_has_been_removed(self):
        self.check_after_a_restart_the_last_goes_on((2, 9, 10))

    def test_a_directory_that_is_gone_is_made_anew(self):
        with Daemon() as daemon:
            for count in (1, 2):
                daemon.predict({"output": 1})
                daemon.await_written(count)
                await_true(lambda: daemon.metric("boxkited_log_queue_bytes") == 0, "the sync")
                moved = daemon.folder / f"moved-{count}"
                os.rename(daemon.log_directory, moved)
            daemon.predict({"output": 3})
            daemon.await_written(3)
            await_true(daemon.log_lines, "the line at its place")
            self.assertEqual([line["output"] for line in daemon.logged()], [3])


if __name__ == "__main__":
    unittest.main()
