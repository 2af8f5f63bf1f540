"""The servers of a run: each on the core of servers, and ended by its process id."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator

from bench.setting import FLUSH_SECONDS, Bench
from support.daemon import PATIENCE, Daemon, await_true, parse_metrics, sample, surroundings
from support.needs import need
from support.service import free_port

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
# Ends with the process that started it, even when that is killed.
ENDS_WITH_US = ["setpriv", "--pdeathsig", "TERM", "--"]


@contextlib.contextmanager
def pinned(*cores: int) -> Iterator[None]:
    """Whatever is started within runs on these cores alone, all of its threads."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(process: int) -> float:
    """Of all threads of a process, exact to the nanosecond: clock_getcpuclockid() of it."""
    return time.clock_gettime((~process << 3) | 2)


def memory_mib(process: int) -> dict[str, float]:
    """Resident memory by kind: Rss, Pss (shared pages by halves and thirds), Anonymous, …"""
    text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    return {name: int(kib) / 1024 for name, kib in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}


class OurDaemon(Daemon):
    """The daemon with all that it does by default; only idle connections live longer.

    On the core of servers, unless others are named.
    """

    name = "boxkited"

    def __init__(self, bench: Bench, baseline: pathlib.Path, config: dict | None = None,
                 cores: tuple[int, ...] = ()):
        merged = {"prediction_log": {}, "limits": {}, **(config or {})}
        merged["prediction_log"] = {"flush_interval_ms": int(FLUSH_SECONDS * 1000),
                                    **merged["prediction_log"]}
        merged["limits"] = {"idle_time_ms": 3_600_000, **merged["limits"]}
        super().__init__(baseline=baseline, config=merged)
        self._bench = bench
        self._cores = cores or (bench.server_core,)

    def launch(self):
        self.write_config()
        self.lines = []
        with pinned(*self._cores):
            self.process = subprocess.Popen(
                [*ENDS_WITH_US, self._bench.boxkited, "serve", "--config", self.config_file,
                 *self.arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                env=self.environment)
        self._reader = threading.Thread(target=self._read_lines, args=(self.process,))
        self._reader.start()
        return self

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def tcp(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def unix(self) -> str:
        return self.http_socket

    def settle(self) -> None:
        """Returns when all that was accepted is on disk.

        Waits as long as that may take before it asks, since to answer costs the daemon CPU time
        that is being measured.
        """
        time.sleep(FLUSH_SECONDS)
        await_true(lambda: self.only("boxkited_log_queue_bytes") == 0, "an empty queue")

    def only(self, name: str) -> float:
        """One sample without labels, for little work."""
        return parse_metrics(self.get(f"/metrics?name[]={name}").text)[sample(name)]


class Process:
    """A peer, `with` its own folder; a subclass says what is run and when it is ready."""

    def __init__(self, bench: Bench):
        self._bench = bench
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=bench.folder))
        self.port = free_port()
        self.process = None

    def command(self) -> list[object]:
        raise NotImplementedError

    def __enter__(self):
        with pinned(self._bench.server_core):
            self.process = subprocess.Popen(
                [*ENDS_WITH_US, *map(str, self.command())], cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=surroundings())
        try:
            await_true(self._is_ready, f"{self.name} to answer")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", "/", '{"output":1}')
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def tcp(self) -> str:
        return f"127.0.0.1:{self.port}"

    def settle(self) -> None:
        """Everything is done when the last answer has come."""


class Nginx(Process):
    """One worker, see peers/nginx.conf."""

    name = "nginx"

    def command(self) -> list[object]:
        text = (PEERS / "nginx.conf").read_text("utf-8")
        values = {"user": "user root;" if os.geteuid() == 0 else "", "folder": self.folder,
                  "modules": "/usr/lib/nginx/modules", "port": self.port}
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        file = self.folder / "nginx.conf"
        file.write_text(text, "utf-8")
        program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin") or need("nginx")
        return [program, "-p", self.folder, "-c", file]

    @property
    def pid(self) -> int:
        """Of the worker."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        (worker,) = children.read_text("ascii").split()
        return int(worker)

    @property
    def unix(self) -> str:
        return str(self.folder / "http.sock")

    def check_log(self, events: pathlib.Path) -> None:
        """Fails unless the bodies that were sent are in both logs."""
        with events.open("rb") as file:
            bodies = set(file.read().split(b"\n"))
        for name in ("bodies.log", "bodies-buffered.log"):
            with (self.folder / name).open("rb") as log:
                logged = [log.readline().rstrip(b"\n") for _ in range(1000)]
            if not all(line and line in bodies for line in logged):
                raise AssertionError(f"{name} of nginx does not hold what it was sent")


class Textbook(Process):
    """peers/textbook.cc."""

    name = "textbook"

    def __init__(self, bench: Bench, baseline: pathlib.Path):
        super().__init__(bench)
        self._baseline = baseline

    def command(self) -> list[object]:
        return [self._bench.program("textbook"), self.port, self._baseline,
                self.folder / "predictions.log"]


class Echo(Process):
    """peers/echo.cc."""

    name = "echo"

    def command(self) -> list[object]:
        return [self._bench.program("echo"), self.port]
