"""P14: what a Python model server pays in its own process for each event."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading

from bench.bodies import baseline_file, events_file
from bench.conversation import Conversation
from bench.measure import Measure
from bench.servers import PEERS, OurDaemon
from bench.setting import Bench
from bench.slices import Contender, Visit, at_most, interleave, ratio

ROWS = ("P14",)
NEEDED = {"lazy": ("answers read lazily", at_most(0.25, 0.15)),
          "batches": ("batches of 100", at_most(0.12, 0.09))}


def measure(bench: Bench) -> list[Measure]:
    events = events_file(bench, 10)
    baseline = baseline_file(bench, 10)
    with OurDaemon(bench, baseline) as daemon, contextlib.ExitStack() as stack:
        def contender(kind: str, where: object, *more: object) -> Contender:
            return _calling(kind, stack.enter_context(Conversation(
                bench.client_core, sys.executable, PEERS / "python_caller.py", kind, where, events,
                *more)))

        visits = interleave(
            [contender("boxkite", stack.enter_context(_sink()), baseline),
             *(contender(kind, daemon.unix) for kind in NEEDED)], bench.rounds)
    return [ratio("P14", f"Python caller, {what} ÷ Boxkite's call (model): CPU µs/event",
                  visits[kind], visits["boxkite"], "cpu_us", bounds)
            for kind, (what, bounds) in NEEDED.items()]


@contextlib.contextmanager
def _sink():
    """The address of one that takes a connection, and throws away what comes."""
    def take() -> None:
        with contextlib.suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                while connection.recv(1 << 16):
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=take)
        thread.start()
        yield "127.0.0.1:%d" % listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _calling(kind: str, program: Conversation) -> Contender:
    def visit() -> Visit:
        found = program.ask("0.3")
        return Visit(cpu_us=1e6 * found["cpu_seconds"] / found["events"])

    return Contender(kind, visit)
