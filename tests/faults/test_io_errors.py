"""A disk that fails or takes long, on the real daemon: strace injects into its system calls."""

import os
import shutil
import statistics
import time
import unittest

from faults.rows import row
from support.conservation import Sent, assert_conserved, assert_logged, sender
from support.daemon import Daemon, await_true, conserved, total
from support.injection import inject, log_writer

WRITES = "write,pwrite64,pwritev,writev"
SYNCS = "fsync,fdatasync"
QUICK = 0.5  # Seconds: ten times what an answer or a scrape may take on a quiet machine, and more.


def cpu_seconds(process):
    with open(f"/proc/{process}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Errors(unittest.TestCase):
    def errors(self, daemon):
        return total(daemon.metrics(), "boxkited_log_errors_total")

    @row(9, "EIO on write", "each `write` of the log fails for a time (strace)",
         "503 from /healthz, liveness and readiness stay; counted; no busy loop; then every event "
         "is in the log once")
    def test_a_disk_that_cannot_be_written_is_told_and_gone_on_with(self):
        sent = Sent()
        with Daemon() as daemon:
            connection = daemon.connection()
            with inject(log_writer(daemon), WRITES, "error=EIO") as injected:
                for _ in range(20):
                    self.assertEqual(sent.post(connection), 202)
                injected.await_calls()
                await_true(lambda: daemon.get("/healthz").status == 503, "bad health")
                self.assertIn("Input/output error", daemon.get("/healthz").json["error"])
                self.assertEqual([daemon.get(path).status for path in ("/livez", "/readyz")],
                                 [200, 200])
                before, began = cpu_seconds(daemon.process.pid), time.monotonic()
                injected.await_calls(len(injected.calls()) + 3)
                passed = time.monotonic() - began
                self.assertLess(cpu_seconds(daemon.process.pid) - before, 0.1 + passed / 2)
                self.assertGreater(self.errors(daemon), 0)
            await_true(lambda: daemon.get("/healthz").status == 200, "health")
            self.assertEqual(sent.post(connection), 202)
            connection.close()
            assert_conserved(self, daemon, sent)

    @row(10, "fsync fails once", "the second sync of a file fails (strace)",
         "not believed again: the lines since the last good one go to the file `.1`; no line lost, "
         "none doubled")
    def test_after_a_failed_sync_no_line_is_lost_or_doubled(self):
        sent = Sent()
        config = {"prediction_log": {"ack": "synced", "partition_minutes": 1440}}
        with Daemon(config=config) as daemon:
            connection = daemon.connection()
            self.assertEqual(sent.post(connection), 202)
            with inject(log_writer(daemon), "fdatasync", "error=EIO:when=1") as injected:
                self.assertEqual(sent.post(connection), 202)
                injected.await_calls()
                self.assertEqual(sent.post(connection), 202)
            connection.close()
            self.assertEqual(daemon.metric("boxkited_log_errors_total", operation="fsync"), 1)
            self.assertEqual([file.name[4:] for file in daemon.log_files()],
                             ["_logger-replica.1.txt", "_logger-replica.txt"])
            assert_conserved(self, daemon, sent)

    @row(12, "EINTR storm", "every second `write` and sync of the log is interrupted (strace)",
         "nothing lost, no exit, no error counted")
    def test_interrupted_calls_are_made_again(self):
        sent = Sent()
        with Daemon(config={"prediction_log": {"ack": "synced"}}) as daemon:
            connection = daemon.connection()
            with inject(log_writer(daemon), f"{WRITES},{SYNCS}",
                        "error=EINTR:when=1+2") as injected:
                for _ in range(20):
                    self.assertEqual(sent.post(connection), 202)
                injected.await_calls(20)
            connection.close()
            self.assertEqual(self.errors(daemon), 0)
            assert_conserved(self, daemon, sent)


class SlowDisk(unittest.TestCase):
    @row(13, "slow disk", "2 s for each write and each sync of the log (strace)",
         "answers as quick as before until the queue is full, then 503; a scrape at once")
    def test_senders_and_scrapes_do_not_wait_for_it(self):
        sent = Sent()
        filler = {"request_body": "x" * 10_000}
        config = {"prediction_log": {"queue_bytes": 2 << 20}}
        with Daemon(config=config) as daemon:
            connection = daemon.connection()
            with inject(log_writer(daemon), f"{WRITES},{SYNCS}", "delay_enter=2000000"):
                self.assertEqual(sent.post(connection), 202)
                times = []
                status = 202
                while status == 202:
                    began = time.monotonic()
                    status = sent.post(connection, **filler)
                    times.append(time.monotonic() - began)
                self.assertEqual(status, 503)
                self.assertGreater(len(times), 100)
                self.assertLess(statistics.quantiles(times, n=100)[98], QUICK)
                for _ in range(10):
                    began = time.monotonic()
                    self.assertEqual(*conserved(daemon.metrics()))
                    self.assertLess(time.monotonic() - began, 1)  # Ten times 100 ms.
            connection.close()
            assert_conserved(self, daemon, sent)

    @row(14, "hung disk", "a `write` of the log that does not return for a minute (strace)",
         "events, scrapes and health go on; SIGTERM ends by the deadline and says what is lost")
    def test_a_disk_that_hangs_holds_neither_senders_nor_the_end(self):
        sent = Sent()
        with Daemon(config={"shutdown_timeout_ms": 1000}) as daemon:
            connection = daemon.connection()
            with inject(log_writer(daemon), WRITES, "delay_enter=60000000"):
                for _ in range(10):
                    self.assertEqual(sent.post(connection), 202)
                connection.close()
                self.assertEqual([daemon.get(path).status for path in ("/metrics", "/livez")],
                                 [200, 200])
                began = time.monotonic()
                daemon.process.terminate()
                said = daemon.await_line("stopped with events lost")
                self.assertLess(time.monotonic() - began, 20)
                self.assertRegex(said, r"\bevents=10\b")
            # No process is gone before its last call has come back.
            self.assertEqual(daemon.wait(), 1)
            daemon.start()
            assert_logged(self, daemon, sent, lost=10)


class Removed(unittest.TestCase):
    @row(16, "directory or file removed under load", "`rm -r` of the day, then the file moved away",
         "made anew at the next flush; with what went to the removed and the moved file, every "
         "event is there once")
    def test_what_is_removed_under_load_is_made_anew(self):
        sent = Sent()
        config = {"prediction_log": {"ack": "written", "partition_minutes": 1440}}
        with Daemon(config=config) as daemon:
            with sender(daemon, sent):
                daemon.await_written(10)
                (file,) = daemon.log_files()
                with open(file, "rb") as removed:
                    shutil.rmtree(file.parent, ignore_errors=True)
                    await_true(daemon.log_files, "a new file")
                    # Its name is the next number where a sync found the directory gone first.
                    (file,) = daemon.log_files()
                    aside = file.with_name("aside.moved")
                    os.rename(file, aside)
                    await_true(daemon.log_files, "another new file")
                    before = len(sent.taken)
                    await_true(lambda: len(sent.taken) > before + 10, "more events")
                    lines = removed.read()
            self.assertEqual(lines[-1:], b"\n")
            # Whoever took them away puts them back.
            file.with_name("0000_removed-file.txt").write_bytes(lines)
            os.rename(aside, file.with_name("0000_moved-file.txt"))
            assert_conserved(self, daemon, sent)


if __name__ == "__main__":
    unittest.main()
