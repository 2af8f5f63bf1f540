"""Resident memory after and under what asks for much of it."""

import contextlib
import tempfile
import unittest

from support.certificates import Certificate
from support.daemon import Daemon, await_true, total
from support.secured import Secured
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


class OfTls(unittest.TestCase):
    KIB = 1 << 10
    CONNECTIONS = 200
    GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"

    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-"))
        self.server = Certificate(folder, "server")
        listener = {"tls": self.server.server(client_ca=str(self.server.certificate))}
        # The certificate is its own authority, and shown by clients too.
        self.daemon = self.enterContext(
            Secured(listener, self.server.trusted(self.server)))
        self.ask(self.daemon.tls())
        # Main, I/O, log writer, drift: the one that packs text, and takes memory for it, has ended.
        await_true(lambda: self.daemon.metric("process_threads") == 4, "the text to be packed")

    def ask(self, connection):
        self.enterContext(connection).sendall(self.GET)
        self.assertIn(b"200 OK", connection.recv(1000))

    def each_takes(self, connect, sent):
        """What more of the daemon's memory is resident for each connection that `connect` makes,
        once the bytes that it sends are read."""
        before = resident(self.daemon)
        received = self.daemon.metric("boxkited_received_bytes_total")
        for _ in range(self.CONNECTIONS):
            connect()
        await_true(lambda: self.daemon.metric("boxkited_received_bytes_total") >=
                   received + self.CONNECTIONS * sent, "all to be read")
        return (resident(self.daemon) - before) / self.CONNECTIONS

    def test_a_connection_at_rest_takes_little(self):
        each = self.each_takes(lambda: self.ask(self.daemon.tls()), len(self.GET))
        self.assertLess(each, 24 * self.KIB)

    def test_no_handshake_takes_more_than_is_reckoned_with(self):
        # A first message as long as is taken, of which the last record is not whole.
        size = 131_000
        message = b"\x01" + size.to_bytes(3, "big") + bytes(size)
        most = 16_384
        sent = b"".join(b"\x16\x03\x01" + most.to_bytes(2, "big") + message[i:i + most]
                        for i in range(0, len(message), most))
        each = self.each_takes(lambda: self.enterContext(self.daemon.raw()).sendall(sent),
                               len(sent))
        self.assertGreater(each, 128 * self.KIB)
        self.assertLess(each, 192 * self.KIB)


if __name__ == "__main__":
    unittest.main()
