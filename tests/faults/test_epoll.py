"""A kernel that watches no further socket: what waits is served as soon as it does again."""

import os
import re
import resource
import subprocess
import unittest

from faults.rows import row
from support.daemon import PATIENCE, Daemon, await_true
from support.needs import need

FEW = 20  # Descriptors beyond those that the daemon has when it is ready.


def open_descriptors(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))


class NoMoreWatches(unittest.TestCase):
    @row(40, "the kernel has no memory to watch a socket",
         "out of descriptors, then ENOSPC from each `epoll_ctl` while it asks to accept again",
         "the daemon lives, and accepts as soon as it may")
    def test_a_paused_acceptor_asks_until_it_is_watched(self):
        with Daemon() as daemon:
            limit = open_descriptors(daemon) + FEW
            resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
            waiting = [daemon.raw() for _ in range(2 * FEW)]
            daemon.await_line("connections cannot be accepted")

            tracer = subprocess.Popen(
                [need("strace"), "-f", "-yy", "-p", str(daemon.process.pid), "-e", "trace=epoll_ctl",
                 "-e", "inject=epoll_ctl:error=ENOSPC"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                text=True)
            try:
                for connection in waiting:
                    connection.close()
                listening = rf"EPOLL_CTL_ADD, \d+<TCP:\[127\.0\.0\.1:{daemon.port}\]>.*INJECTED"
                seen = []
                self.assertTrue(any(seen.append(line) or re.search(listening, line)
                                    for line in tracer.stderr), seen)
                self.assertTrue(daemon.is_running())
            finally:
                tracer.terminate()
                tracer.communicate(timeout=PATIENCE)

            self.assertEqual(await_true(lambda: daemon.get("/livez").status, "an answer"), 200)
