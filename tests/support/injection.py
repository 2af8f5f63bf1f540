"""System calls of a running daemon that fail, or take long: strace puts itself between."""

import contextlib
import os
import re
import subprocess
import threading

from support.daemon import PATIENCE, await_true
from support.needs import need


class Injected:
    def __init__(self, tracer):
        self._tracer = tracer
        self.lines = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self._tracer.stderr:
            self.lines.append(line)

    def calls(self, pattern="INJECTED|DELAYED"):
        return [line for line in list(self.lines) if re.search(pattern, line)]

    def await_calls(self, count=1, pattern="INJECTED|DELAYED"):
        await_true(lambda: len(self.calls(pattern)) >= count,
                   lambda: f"{count} calls like {pattern}; got {self.lines[-5:]}")

    def end(self):
        self._tracer.terminate()
        self._reader.join(PATIENCE)
        self._tracer.wait(PATIENCE)
        self._tracer.stderr.close()


def thread_of(daemon, name):
    """Its thread of this name. It names itself, which may be a moment after the daemon is ready."""
    return await_true(lambda: threads_named(daemon, name), f"thread {name}")[0]


def log_writer(daemon):
    """The thread whose calls go to the disk, so that sockets and messages are left alone."""
    return thread_of(daemon, "log-writer")


def threads_named(daemon, wanted):
    tasks = f"/proc/{daemon.process.pid}/task"
    found = []
    for task in os.listdir(tasks):
        with open(f"{tasks}/{task}/comm", encoding="ascii") as name:
            if name.read().strip() == wanted:
                found.append(int(task))
    return found


@contextlib.contextmanager
def inject(thread, calls, what):
    """`with inject(log_writer(daemon), "fsync,fdatasync", "error=EIO:when=2") as injected:` Into one
    thread, until the end of the `with`; `what` is as strace has it."""
    tracer = subprocess.Popen(
        [need("strace"), "-p", str(thread), "-e", f"trace={calls}",
         "-e", f"inject={calls}:{what}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    injected = Injected(tracer)
    try:
        await_true(lambda: any("attached" in line for line in injected.lines), "strace")
        yield injected
    finally:
        injected.end()
