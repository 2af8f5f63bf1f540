"""A body that never ends is refused soon after the limit."""

import select
import unittest

from faults.rows import row
from support.conservation import Sent, assert_conserved
from support.daemon import Daemon, event_counts
from support.wire import Wire

FLAT = 32 << 20  # Bytes that memory may grow by.
CHUNKED = b"POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"


class Bodies(unittest.TestCase):
    @row(25, "endless chunks", "chunks of spaces until the daemon answers, with `Expect` as well",
         "413 soon after the limit; memory flat; `100 Continue` to nobody but who asks")
    def test_chunks_without_end_are_413(self):
        limit = 1 << 20
        piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        with Daemon(config={"limits": {"body_bytes": limit}}) as daemon:
            before = daemon.metric("process_resident_memory_bytes")
            for more, statuses in ((b"", [413]), (b"Expect: 100-continue\r\n", [100, 413])):
                for unix in (False, True):
                    with Wire(daemon, unix) as wire:
                        wire.send(CHUNKED + more + b"\r\n")
                        self.assertEqual([wire.answer().status for _ in statuses[1:]],
                                         statuses[:-1])
                        sent = self.send_until_refused(wire, piece)
                        # What the kernel holds for both sides comes on top.
                        self.assertLess(sent, limit + (16 << 20))
                        self.assertEqual([answer.status for answer in wire.rest()], [413])
            grown = daemon.metric("process_resident_memory_bytes") - before
            self.assertLess(grown, FLAT)
            self.assertEqual(event_counts(daemon.metrics()),
                             {("http", "too_large"): 2, ("http_unix", "too_large"): 2})
            assert_conserved(self, daemon, Sent())

    def send_until_refused(self, wire, piece):
        """Sends until an answer comes; the bytes sent."""
        sent = 0
        while not select.select([wire.socket], [], [], 0)[0]:
            try:
                wire.send(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
            sent += len(piece)
        return sent


if __name__ == "__main__":
    unittest.main()
