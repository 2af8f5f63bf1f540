"""Requests with two readings, broken ones, floods: refused, closed, and nothing behind runs."""

import unittest

from faults.rows import row
from support.daemon import Daemon
from support.wire import Wire, chunked, post

EVENT = b'{"output":1}'
SMUGGLED = post(EVENT)
HOST = b"Host: localhost\r\n"


def request(headers, body=b"", line=b"POST /v1/predictions HTTP/1.1", host=HOST):
    return line + b"\r\n" + host + headers + b"\r\n" + body


CHUNKED = chunked(EVENT)
LENGTH = b"Content-Length: %d\r\n" % len(EVENT)
CODING = b"Transfer-Encoding: chunked\r\n"

# What two readers see as different requests, and the status of its refusal.
SMUGGLING = {
    "both lengths, Content-Length first": (400, request(LENGTH + CODING, CHUNKED)),
    "both lengths, Transfer-Encoding first": (400, request(CODING + LENGTH, CHUNKED)),
    "both lengths, the body for Content-Length": (400, request(CODING + LENGTH, EVENT)),
    "Content-Length 0 beside chunked": (400, request(b"Content-Length: 0\r\n" + CODING, CHUNKED)),
    "Content-Length twice, alike": (400, request(LENGTH + LENGTH, EVENT)),
    "Content-Length twice, different": (400, request(LENGTH + b"Content-Length: 0\r\n", EVENT)),
    "Content-Length listed, alike": (400, request(b"Content-Length: 12, 12\r\n", EVENT)),
    "Content-Length listed, different": (400, request(b"Content-Length: 12,0\r\n", EVENT)),
    "Content-Length with plus": (400, request(b"Content-Length: +12\r\n", EVENT)),
    "Content-Length with minus": (400, request(b"Content-Length: -12\r\n", EVENT)),
    "Content-Length in hexadecimal": (400, request(b"Content-Length: 0xc\r\n", EVENT)),
    "Content-Length with letters": (400, request(b"Content-Length: 12a\r\n", EVENT)),
    "Content-Length with a point": (400, request(b"Content-Length: 12.0\r\n", EVENT)),
    "Content-Length with a space": (400, request(b"Content-Length: 1 2\r\n", EVENT)),
    "Content-Length empty": (400, request(b"Content-Length: \r\n", EVENT)),
    "Content-Length 2^64": (400, request(b"Content-Length: 18446744073709551616\r\n", EVENT)),
    "Content-Length 2^64+12": (400, request(b"Content-Length: 18446744073709551628\r\n", EVENT)),
    "coding gzip": (501, request(b"Transfer-Encoding: gzip\r\n", EVENT)),
    "coding identity": (501, request(b"Transfer-Encoding: identity\r\n", EVENT)),
    "coding xchunked": (501, request(b"Transfer-Encoding: xchunked\r\n", CHUNKED)),
    "coding chunkedx": (501, request(b"Transfer-Encoding: chunkedx\r\n", CHUNKED)),
    "coding in quotes": (501, request(b'Transfer-Encoding: "chunked"\r\n', CHUNKED)),
    "coding with a vertical tab": (400, request(b"Transfer-Encoding: \x0bchunked\r\n", CHUNKED)),
    "coding with a parameter": (501, request(b"Transfer-Encoding: chunked;a=b\r\n", CHUNKED)),
    "coding empty": (400, request(b"Transfer-Encoding: \r\n", CHUNKED)),
    "codings chunked, gzip": (501, request(b"Transfer-Encoding: chunked, gzip\r\n", CHUNKED)),
    "codings gzip, chunked": (501, request(b"Transfer-Encoding: gzip, chunked\r\n", CHUNKED)),
    "codings chunked, chunked": (400, request(b"Transfer-Encoding: chunked, chunked\r\n",
                                              CHUNKED)),
    "codings chunked, identity": (501, request(b"Transfer-Encoding: chunked, identity\r\n",
                                               CHUNKED)),
    "coding twice": (400, request(CODING + CODING, CHUNKED)),
    "coding twice, different": (400, request(CODING + b"Transfer-Encoding: gzip\r\n", CHUNKED)),
    "coding folded": (400, request(b"Transfer-Encoding:\r\n chunked\r\n", CHUNKED)),
    "coding in HTTP/1.0": (400, request(CODING, CHUNKED,
                                        line=b"POST /v1/predictions HTTP/1.0")),
    "space before the colon of Transfer-Encoding":
        (400, request(LENGTH + b"Transfer-Encoding : chunked\r\n", CHUNKED)),
    "space before the colon of Content-Length": (400, request(b"Content-Length : 12\r\n", EVENT)),
    "folded Content-Length": (400, request(b"Content-Length:\r\n 12\r\n", EVENT)),
    "lengths behind a bare LF": (400, request(b"X: y\n" + LENGTH, EVENT)),
    "lengths behind a bare CR": (400, request(b"X: y\r" + LENGTH, EVENT)),
    "lengths behind a NUL": (400, request(b"X: y\0\r\n" + LENGTH, EVENT)),
}

# Lines, hosts and chunks that are broken.
BROKEN = {
    "no Host": request(LENGTH, EVENT, host=b""),
    "two Hosts": request(HOST + LENGTH, EVENT),
    "two Hosts, different": request(b"Host: other\r\n" + LENGTH, EVENT),
    "an empty Host": request(LENGTH, EVENT, host=b"Host: \r\n"),
    "a Host with a space": request(LENGTH, EVENT, host=b"Host: a b\r\n"),
    "a Host with a path": request(LENGTH, EVENT, host=b"Host: a/b\r\n"),
    "a Host with user": request(LENGTH, EVENT, host=b"Host: a@b\r\n"),
    "a Host with a bad port": request(LENGTH, EVENT, host=b"Host: a:b\r\n"),
    "a Host list": request(LENGTH, EVENT, host=b"Host: a, b\r\n"),
    "bare LF everywhere": request(LENGTH, EVENT).replace(b"\r\n", b"\n"),
    "a bare LF after the request line": b"POST /v1/predictions HTTP/1.1\n" + HOST + LENGTH
                                        + b"\r\n" + EVENT,
    "a bare LF at the end": b"POST /v1/predictions HTTP/1.1\r\n" + HOST + LENGTH + b"\n" + EVENT,
    "a bare CR in a value": request(b"X: a\rb\r\n" + LENGTH, EVENT),
    "bare CRs as line ends": b"GET /livez HTTP/1.1\rHost: localhost\r\r",
    "an empty line first": b"\r\n" + request(LENGTH, EVENT),
    "a field without a colon": request(b"nonsense\r\n" + LENGTH, EVENT),
    "a field without a name": request(b": x\r\n" + LENGTH, EVENT),
    "a field name with a space": request(b"X Y: x\r\n" + LENGTH, EVENT),
    "a space before a field": request(b" X: x\r\n" + LENGTH, EVENT),
    "a control character in a value": request(b"X: a\x01b\r\n" + LENGTH, EVENT),
    "no version": request(LENGTH, EVENT, line=b"POST /v1/predictions"),
    "a version of another protocol": request(LENGTH, EVENT, line=b"POST / ICY/1.1"),
    "two spaces in the request line": request(LENGTH, EVENT, line=b"POST  / HTTP/1.1"),
    "a tab in the request line": request(LENGTH, EVENT, line=b"POST\t/\tHTTP/1.1"),
    "a space behind the version": request(LENGTH, EVENT, line=b"POST / HTTP/1.1 "),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 200,
    "chunk size -1": request(CODING, b"-1\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size 0x3": request(CODING, b"0x3\r\n123\r\n0\r\n\r\n"),
    "chunk size +c": request(CODING, b"+c\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size 2^64": request(CODING, b"10000000000000000\r\n" + EVENT),
    "chunk size 2^64+12": request(CODING, b"1000000000000000c\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size empty": request(CODING, b"\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size with a letter": request(CODING, b"g\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size with a space before": request(CODING, b" c\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk size ends in a bare LF": request(CODING, b"c\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk ends in a bare LF": request(CODING, b"c\r\n" + EVENT + b"\n0\r\n\r\n"),
    "chunk longer than its size": request(CODING, b"b\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "chunk extension with a control character":
        request(CODING, b"c;a=\x01\r\n" + EVENT + b"\r\n0\r\n\r\n"),
    "the last chunk ends in a bare LF": request(CODING, b"c\r\n" + EVENT + b"\r\n0\n\n"),
    "a trailer without a colon": request(CODING, b"c\r\n" + EVENT + b"\r\n0\r\nnonsense\r\n\r\n"),
    "a trailer that is a length":
        request(CODING, b"c\r\n" + EVENT + b"\r\n0\r\nContent-Length: 5\r\n\r\n"),
    "a trailer that is folded": request(CODING, b"c\r\n" + EVENT + b"\r\n0\r\nA: b\r\n c\r\n\r\n"),
}


class Checks(unittest.TestCase):
    def assert_refused(self, wire, name, statuses):
        """One refusal and the end; what stands behind is not read as a request."""
        answers = wire.rest()
        self.assertEqual(len(answers), 1, (name, [answer.status for answer in answers]))
        (answer,) = answers
        self.assertIn(answer.status, statuses, (name, answer.body))
        self.assertEqual(list(answer.json), ["error"])
        self.assertEqual(answer.headers["Connection"], "close")
        self.assertEqual(answer.headers["Content-Type"], "application/json")

    def assert_nothing_ran(self, daemon):
        metrics = daemon.metrics()
        for (name, labels), value in metrics.items():
            if name == "boxkited_events_total" and dict(labels)["result"] not in (
                    "bad_request", "too_large"):
                self.assertEqual(value, 0, labels)
        self.assertEqual(
            metrics["boxkited_request_duration_seconds_count", (("route", "/livez"),)], 0)

    def behind(self):
        return (SMUGGLED, b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")

    def check(self, rows):
        with Daemon() as daemon:
            for name, (statuses, data) in rows.items():
                for behind in self.behind():
                    with self.subTest(name), Wire(daemon) as wire:
                        wire.send(data + behind)
                        self.assert_refused(wire, name, statuses)
            self.assert_nothing_ran(daemon)


class Refusals(Checks):
    @row(27, "request smuggling",
         "39 ambiguous requests, each with another behind",
         "400 or 501, closed; the second never runs")
    def test_smuggling(self):
        self.check({name: ((status,), data) for name, (status, data) in SMUGGLING.items()})

    @row(28, "lines and chunks",
         "42 broken requests",
         "400, closed")
    def test_broken_lines_hosts_and_chunks(self):
        self.check({name: ((400,), data) for name, data in BROKEN.items()})

    @row(27, "the same, byte by byte",
         "81 requests, a byte at a time",
         "the same answers")
    def test_the_same_byte_by_byte(self):
        rows = {**{name: ((status,), data) for name, (status, data) in SMUGGLING.items()},
                **{name: ((400,), data) for name, data in BROKEN.items()}}
        with Daemon() as daemon:
            for name, (statuses, data) in rows.items():
                with self.subTest(name), Wire(daemon, unix=True) as wire:
                    try:
                        for i in range(len(data)):
                            wire.send(data[i:i + 1])
                        wire.send(SMUGGLED)
                    except (BrokenPipeError, ConnectionResetError):
                        pass  # Refused before all was sent.
                    self.assert_refused(wire, name, statuses)
            self.assert_nothing_ran(daemon)

    def test_they_are_counted_where_the_path_can_be_read(self):
        with Daemon() as daemon, Wire(daemon) as wire:
            wire.send(SMUGGLING["both lengths, Content-Length first"][1])
            self.assertEqual(wire.answer().status, 400)
            self.assertEqual(daemon.metric("boxkited_events_total", transport="http",
                                           result="bad_request"), 1)


class Floods(Checks):
    @row(26, "header flood",
         "101 fields, 8 KiB, a target of 64 KiB, a method of 10,000 letters",
         "431, 414, 400, closed")
    def test_headers(self):
        fields = b"".join(b"X%d: y\r\n" % i for i in range(97))
        get = b"GET /livez HTTP/1.1"
        rows = {
            "101 fields": (431, request(fields + b"A: b\r\nB: c\r\nC: d\r\n", line=get)),
            "a field of over 8 KiB": (431, request(b"X: " + b"y" * 8192 + b"\r\n", line=get)),
            "many fields of over 8 KiB": (431, request(
                b"".join(b"X%d: %s\r\n" % (i, b"y" * 200) for i in range(50)), line=get)),
            "an endless field": (431, get + b"\r\n" + HOST + b"X: " + b"y" * 100_000),
            "a target of 64 KiB": (414, request(b"", line=b"GET /" + b"x" * 65536 + b" HTTP/1.1")),
            "an endless target": (414, b"GET /" + b"x" * 65536),
            "a method of 10,000 letters": (400, request(b"", line=b"G" * 10_000 + b" / HTTP/1.1")),
            "a method of 33 letters": (400, request(b"", line=b"G" * 33 + b" / HTTP/1.1")),
            "an endless method": (400, b"G" * 20_000),
        }
        self.check({name: ((status,), data) for name, (status, data) in rows.items()})
        with Daemon() as daemon, Wire(daemon) as wire:
            wire.send(request(fields + b"A: b\r\nB: c\r\n", line=get))
            self.assertEqual(wire.answer().status, 200)

    @row(25, "oversized body",
         "one byte over, endless chunks, a huge length, `Expect`",
         "413 before it is read, no `100 Continue`")
    def test_bodies_are_refused_before_they_are_read(self):
        huge = b"Content-Length: 18446744073709551615\r\n"
        expect = b"Expect: 100-continue\r\n"
        rows = {
            "a huge Content-Length": request(huge),
            "one that asks first": request(expect + huge),
            "a byte over the limit": request(b"Content-Length: 4097\r\n"),
            "endless chunks": request(CODING, b"400\r\n" + b"[" * 1024 + b"\r\n") +
                              (b"400\r\n" + b"[" * 1024 + b"\r\n") * 10,
            "a huge chunk": request(CODING, b"fffffffff\r\n"),
        }
        with Daemon(config={"limits": {"body_bytes": 4096}}) as daemon:
            for name, data in rows.items():
                with self.subTest(name), Wire(daemon) as wire:
                    wire.send(data)
                    self.assert_refused(wire, name, (413,))
            self.assert_nothing_ran(daemon)

    @row(29, "methods and paths",
         "26 of them",
         "405 with `Allow`, 404, 400; HEAD has no body")
    def test_methods_and_paths(self):
        rows = [
            (b"GET /v1/predictions", 405, "POST"),
            (b"HEAD /v1/predictions", 405, "POST"),
            (b"PUT /v1/predictions", 405, "POST"),
            (b"OPTIONS /v1/predictions", 405, "POST"),
            (b"POST /metrics", 405, "GET, HEAD"),
            (b"DELETE /metrics", 405, "GET, HEAD"),
            (b"TRACE /metrics", 405, "GET, HEAD"),
            (b"BREW /livez", 405, "GET, HEAD"),
            (b"GET /-/reload", 405, "POST"),
            (b"GET /nothing", 404, None),
            (b"GET /metrics/", 404, None),
            (b"GET //metrics", 404, None),
            (b"GET /../metrics", 404, None),
            (b"GET /%2e%2e/metrics", 404, None),
            (b"GET /%6detrics", 404, None),
            (b"GET /METRICS", 404, None),
            (b"POST /v1/predictions/", 404, None),
            (b"GET /?x=/metrics", 404, None),
            (b"GET /metrics%00", 400, None),
            (b"GET http://localhost/metrics", 400, None),
            (b"GET metrics", 400, None),
            (b"OPTIONS *", 400, None),
            (b"CONNECT localhost:80", 400, None),
            (b"GET /metrics#x", 400, None),
            (b"GET /\xc3\xa9", 400, None),
            (b"get /livez", 405, "GET, HEAD"),
        ]
        with Daemon() as daemon:
            for line, status, allow in rows:
                with self.subTest(line), Wire(daemon) as wire:
                    wire.send(line + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
                    answer = wire.answer(with_body=not line.startswith(b"HEAD"))
                    self.assertEqual(answer.status, status)
                    self.assertEqual(answer.headers.get("Allow"), allow)
                    self.assertIsNone(wire.answer())
            self.assert_nothing_ran(daemon)

    def test_versions(self):
        with Daemon() as daemon:
            for version, status in ((b"2.0", 505), (b"1.2", 505), (b"0.9", 505), (b"11.1", 400)):
                with self.subTest(version), Wire(daemon) as wire:
                    wire.send(request(b"", line=b"GET /livez HTTP/" + version))
                    self.assertEqual(wire.answer().status, status)


if __name__ == "__main__":
    unittest.main()
