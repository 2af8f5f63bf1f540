"""Compiled programs that are told on standard input what to do, and answer a line of JSON."""

from __future__ import annotations

import json
import subprocess

from bench.servers import ENDS_WITH_US, cpu_seconds, pinned
from bench.setting import Bench
from support.daemon import PATIENCE


class Conversation:
    """`with` a program that runs on one core and ends with its input."""

    def __init__(self, core: int, *command: object):
        self._core = core
        self._command = list(map(str, command))

    def __enter__(self):
        with pinned(self._core):
            self.process = subprocess.Popen([*ENDS_WITH_US, *self._command], text=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.stdout.close()

    def ask(self, line: str) -> dict:
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            raise RuntimeError(f"{self._command[0]} failed at {line}")
        return json.loads(answer)


class LoadClient(Conversation):
    """load_client.cc: `with LoadClient(bench) as client: client.open("ours", address=...)`."""

    def __init__(self, bench: Bench):
        super().__init__(bench.client_core, bench.program("load_client"))

    def open(self, name: str, **options) -> None:
        """Connects to a server; the options are those of load_client.cc."""
        self.ask(json.dumps({"open": name, **options}))

    def close(self, name: str) -> None:
        self.ask(json.dumps({"close": name}))

    def slice(self, name: str, **options) -> dict:
        """Puts load on it for a while, and says what came of it."""
        return self.ask(json.dumps({"slice": name, **options}))

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)


class DecodeAlone(Conversation):
    """peers/decode_alone.cc, on the core of servers."""

    def __init__(self, bench: Bench, events, events_in_a_body: int):
        super().__init__(bench.server_core, bench.program("decode_alone"), events,
                         events_in_a_body)

    def run(self, seconds: float) -> dict:
        return self.ask(str(seconds))
