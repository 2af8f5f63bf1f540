"""Requests with two readings, broken ones, floods: refused, closed, and nothing behind runs."""

import unittest

from faults.http_requests import (BODIES, BODY_LIMIT, BROKEN, EVENT, FLOODS, HOST, KEPT,
                                  MOST_FIELDS, REFUSED, SMUGGLING)
from faults.rows import row
from support.baselines import SMALL
from support.conservation import Sent, assert_conserved
from support.daemon import Daemon, event_counts
from support.wire import Wire, post

SMUGGLED = post(EVENT)
LIVEZ = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"
CLOSED = {**SMUGGLING, **{name: (400, data) for name, data in BROKEN.items()}, **FLOODS, **REFUSED}


class Checks(unittest.TestCase):
    def assert_refused(self, wire, name, status):
        """One refusal and the end; what stands behind is not read as a request."""
        answers = wire.rest()
        self.assertEqual([answer.status for answer in answers], [status], name)
        (answer,) = answers
        self.assertEqual(list(answer.json), ["error"])
        self.assertEqual(answer.headers["Connection"], "close")
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertIsNone(answer.headers.get("Allow"))

    def assert_nothing_ran(self, daemon):
        results = {result for _, result in event_counts(daemon.metrics())}
        self.assertLessEqual(results, {"bad_request", "too_large"})
        answered = daemon.metric("boxkited_request_duration_seconds_count", route="/livez")
        self.assertEqual(answered, 0)
        assert_conserved(self, daemon, Sent())

    def check(self, rows, behind=(SMUGGLED, LIVEZ)):
        with Daemon(baseline=SMALL) as daemon:
            for name, (status, data) in rows.items():
                for following in behind:
                    with self.subTest(name), Wire(daemon) as wire:
                        wire.send(data + following)
                        self.assert_refused(wire, name, status)
            self.assert_nothing_ran(daemon)


class Refusals(Checks):
    def test_there_are_as_many_as_was_meant(self):
        self.assertGreaterEqual(len(CLOSED) + len(KEPT), 90)

    @row(27, "request smuggling",
         f"{len(SMUGGLING)} requests with two readings, by name, each with "
         "`GET /smuggled`, another `GET` and a good event behind",
         "400 or 501 and closed; what stands behind never runs")
    def test_smuggling(self):
        for status, _ in SMUGGLING.values():
            self.assertIn(status, (400, 501))
        self.check(SMUGGLING, (SMUGGLED, LIVEZ, LIVEZ.replace(b"/livez", b"/smuggled")))

    @row(28, "lines, hosts and chunks that are broken",
         f"{len(BROKEN)} requests, by name, with others behind", "400, closed")
    def test_broken_lines_hosts_and_chunks(self):
        self.check({name: (400, data) for name, data in BROKEN.items()})

    @row(27, "the same, byte by byte", "each byte alone, over a Unix socket", "the same answers")
    def test_the_same_byte_by_byte(self):
        rows = {**SMUGGLING, **{name: (400, data) for name, data in BROKEN.items()}, **REFUSED}
        with Daemon() as daemon:
            for name, (status, data) in rows.items():
                with self.subTest(name), Wire(daemon, unix=True) as wire:
                    try:
                        for i in range(len(data)):
                            wire.send(data[i:i + 1])
                        wire.send(SMUGGLED)
                    except (BrokenPipeError, ConnectionResetError):
                        pass  # Refused before all was sent.
                    self.assert_refused(wire, name, status)
            self.assert_nothing_ran(daemon)

    def test_they_are_counted_where_the_path_can_be_read(self):
        with Daemon() as daemon, Wire(daemon) as wire:
            wire.send(SMUGGLING["both lengths, Content-Length first"][1])
            self.assertEqual(wire.answer().status, 400)
            self.assertEqual(daemon.metric("boxkited_events_total", transport="http",
                                           result="bad_request"), 1)

    @row(29, "lines, versions, codings and expectations that are not taken",
         f"{len(REFUSED)} requests, by name: absolute form, `%00`, HTTP/2.0, ...",
         "400, 415, 417 or 505, closed")
    def test_lines_codings_and_expectations(self):
        self.check(REFUSED)

    @row(29, "methods and paths",
         f"{len(KEPT)} request lines, by name: TRACE, `//`, `/%2e%2e/`, ...",
         "405 with `Allow` or 404, the connection goes on; HEAD has no body")
    def test_methods_and_paths(self):
        with Daemon() as daemon, Wire(daemon) as kept:
            for name, (status, allow, line) in KEPT.items():
                head = line + b" HTTP/1.1\r\n" + HOST
                with self.subTest(name), Wire(daemon) as closed:
                    closed.send(head + b"Connection: close\r\n\r\n")
                    kept.send(head + b"\r\n")
                    for wire in (closed, kept):
                        answer = wire.answer(with_body=not line.startswith(b"HEAD"))
                        self.assertEqual(answer.status, status)
                        self.assertEqual(answer.headers.get("Allow"), allow)
                    self.assertIsNone(closed.answer())
            self.assert_nothing_ran(daemon)
            kept.send(LIVEZ)
            self.assertEqual(kept.answer().status, 200)


class Floods(Checks):
    @row(26, "header flood", f"{len(FLOODS)} requests, by name: 101 fields, over 8 KiB of them, a "
         "target of 64 KiB, a method of 10,000 letters, each without an end",
         "431, 414 or 400, closed")
    def test_headers(self):
        self.check(FLOODS)
        with Daemon() as daemon, Wire(daemon) as wire:
            wire.send(MOST_FIELDS)
            self.assertEqual(wire.answer().status, 200)

    @row(25, "bodies that say that they are too large", f"{len(BODIES)} requests, by name: a huge "
         "`Content-Length` with no data, a huge chunk, `Expect`",
         "413 before the body is read; no `100 Continue`")
    def test_bodies_are_refused_before_they_are_read(self):
        with Daemon(config={"limits": {"body_bytes": BODY_LIMIT}}) as daemon:
            for name, data in BODIES.items():
                with self.subTest(name), Wire(daemon) as wire:
                    wire.send(data)
                    self.assert_refused(wire, name, 413)
            self.assert_nothing_ran(daemon)


if __name__ == "__main__":
    unittest.main()
