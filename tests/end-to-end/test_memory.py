"""Resident memory after and under what asks for much of it."""

import contextlib
import unittest

from support.daemon import Daemon, await_true, total
from support.wire import Wire

MIB = 1 << 20
CHUNKED = b"POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


def resident(daemon):
    return daemon.metric("process_resident_memory_bytes")


class Memory(unittest.TestCase):
    def test_a_large_event_leaves_none_behind(self):
        zeros = '{"features":[' + ",".join(["0"] * 2_000_000) + "]}"
        with Daemon() as daemon:
            self.assertEqual(daemon.predict('{"output":1}').status, 202)
            before = resident(daemon)
            self.assertEqual(daemon.predict(zeros).status, 202)
            daemon.await_written(2)
            for _ in range(5):
                self.assertEqual(daemon.predict('{"output":1}').status, 202)
            daemon.await_written(7)
            self.assertLess(resident(daemon), before + 40 * MIB)

    def test_bodies_that_do_not_end_are_bounded_together(self):
        config = {"prediction_log": {"queue_bytes": MIB},
                  "limits": {"body_bytes": MIB, "memory_bytes": 8 * MIB}}
        with Daemon(config=config) as daemon, contextlib.ExitStack() as stack:
            before = resident(daemon)
            held = [stack.enter_context(Wire(daemon)) for _ in range(100)]
            for wire in held:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    wire.send(CHUNKED + b"100000\r\n" + b" " * 1_000_000)
            # Nine megabytes do not fit; the connection that asks is one more.
            await_true(lambda: total(daemon.metrics(), "boxkited_connections") <= 9,
                       "others to be turned away")
            self.assertLess(resident(daemon), before + 24 * MIB)


if __name__ == "__main__":
    unittest.main()
