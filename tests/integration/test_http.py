"""Good requests, however their bytes come: kept connections, pipelines, chunks, deadlines."""

import contextlib
import gzip
import json
import select
import socket
import threading
import time
import unittest

from support.daemon import Daemon, await_true, sample, total
from support.wire import Wire, chunked, post

EVENT = b'{"output":1}'
GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"POST /v1/predictions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


def connections(daemon):
    return total(daemon.metrics(), "boxkited_connections")


class Connections(unittest.TestCase):
    def test_is_kept_for_many_requests(self):
        for unix in (False, True):
            with Daemon() as daemon, Wire(daemon, unix) as wire:
                for i in range(200):
                    wire.send(post(json.dumps({"output": 1, "prediction_id": f"{i}"})))
                    answer = wire.answer()
                    self.assertEqual((answer.status, answer.json), (202, {"prediction_id": f"{i}"}))
                    self.assertNotEqual(answer.headers.get("Connection"), "close")
                daemon.await_written(200)

    def test_is_closed_when_asked(self):
        rows = [
            (b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", True),
            (b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: Close, x\r\n\r\n", True),
            (b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", False),
            (b"GET /livez HTTP/1.0\r\n\r\n", True),
            (b"GET /livez HTTP/1.0\r\nHost: a\r\n\r\n", True),
            (b"GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", False),
        ]
        with Daemon() as daemon:
            for data, closes in rows:
                with self.subTest(data), Wire(daemon) as wire:
                    wire.send(data)
                    answer = wire.answer()
                    self.assertEqual((answer.status, answer.json), (200, {"status": "ok"}))
                    wire.send(data)
                    if closes:
                        self.assertEqual(answer.headers["Connection"], "close")
                        self.assertIsNone(wire.answer())
                    else:
                        self.assertEqual(wire.answer().status, 200)

    def test_a_refused_event_keeps_it(self):
        with Daemon() as daemon, Wire(daemon) as wire:
            for path, body, status in (("/v1/predictions", "{}", 400), ("/nothing", "{}", 404),
                                       ("/metrics", "{}", 405), ("/v1/predictions", EVENT, 202)):
                wire.send(post(body, path=path))
                self.assertEqual(wire.answer().status, status)

    def test_a_half_close_still_gets_the_answer(self):
        for unix in (False, True):
            for data, expected in ((post(EVENT), [202]),
                                   (post(EVENT) * 3 + GET, [202, 202, 202, 200]),
                                   (CHUNKED + chunked(EVENT), [202])):
                with Daemon() as daemon, Wire(daemon, unix) as wire:
                    wire.send(data)
                    wire.socket.shutdown(socket.SHUT_WR)
                    self.assertEqual([answer.status for answer in wire.rest()], expected)

    def test_a_peer_that_vanishes_leaves_nothing(self):
        parts = [b"", b"POST", post(EVENT)[:-1], CHUNKED + b"c\r\n{", GET * 50 + b"G"]
        with Daemon() as daemon:
            before = daemon.metric("process_open_fds")
            for part in parts:
                for linger in (False, True):
                    wire = Wire(daemon)
                    wire.send(part)
                    if linger:  # Resets the connection.
                        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                               b"\1\0\0\0\0\0\0\0")
                    wire.socket.close()
            await_true(lambda: connections(daemon) == 1, "all closed but this one")
            await_true(lambda: daemon.metric("process_open_fds") <= before, "all descriptors freed")
            metrics = daemon.metrics()
            self.assertEqual(total(metrics, "boxkited_events_total", result="accepted"), 0)
            self.assertTrue(daemon.is_running())


class Pieces(unittest.TestCase):
    def test_a_hundred_requests_in_one_write_are_answered_in_order(self):
        for unix in (False, True):
            with Daemon() as daemon, Wire(daemon, unix) as wire:
                wire.send(b"".join(
                    post(json.dumps({"output": 1, "prediction_id": str(i)})) if i % 3 else GET
                    for i in range(100)))
                for i in range(100):
                    expected = {"prediction_id": str(i)} if i % 3 else {"status": "ok"}
                    self.assertEqual(wire.answer().json, expected)
                self.assertEqual(daemon.accepted(), 66)

    def test_a_reader_that_is_slower_than_its_pipeline_gets_every_answer(self):
        count = 3000
        get = b"GET /metrics?name[]=process_open_fds HTTP/1.1\r\nHost: a\r\n\r\n"
        with Daemon() as daemon, Wire(daemon) as wire:
            sender = threading.Thread(target=wire.send, args=(get * count,))
            sender.start()
            for _ in range(count):
                self.assertEqual(wire.answer().status, 200)
            sender.join()

    def test_byte_by_byte(self):
        packed = gzip.compress(EVENT)
        requests = [GET, post(EVENT), CHUNKED + chunked(EVENT[:5], EVENT[5:]),
                    post(packed, "Content-Encoding: gzip\r\n")]
        with Daemon() as daemon:
            for data in requests:
                with self.subTest(data), Wire(daemon) as wire:
                    wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    for i in range(len(data)):
                        wire.send(data[i:i + 1])
                    self.assertEqual(wire.answer().status, 200 if data == GET else 202)

    def test_cut_in_two_at_every_byte(self):
        data = post(EVENT) + CHUNKED + chunked(EVENT)
        with Daemon() as daemon:
            for cut in range(1, len(data)):
                with Wire(daemon) as wire:
                    wire.send(data[:cut])
                    wire.send(data[cut:])
                    self.assertEqual([wire.answer().status for _ in range(2)], [202, 202], cut)
            self.assertEqual(daemon.accepted(), 2 * (len(data) - 1))

    def test_odd_chunks(self):
        event = json.dumps({"output": 1, "request_body": "x" * 10_000}).encode()
        rows = [
            chunked(event),
            chunked(*(event[i:i + 1] for i in range(len(event)))),
            chunked(*(event[i:i + 777] for i in range(0, len(event), 777))),
            b"000000c\r\n" + EVENT + b"\r\n000\r\n\r\n",
            b"C\r\n" + EVENT + b"\r\n0\r\n\r\n",
            b'c;name=value;other="a;b"\r\n' + EVENT + b"\r\n0;last\r\n\r\n",
            b"c\r\n" + EVENT + b"\r\n0\r\nA: b\r\nC: d\r\n\r\n",
        ]
        with Daemon() as daemon:
            for body in rows:
                with self.subTest(body[:50]), Wire(daemon) as wire:
                    wire.send(CHUNKED + body + GET)
                    self.assertEqual([wire.answer().status for _ in range(2)], [202, 200])
            self.assertEqual(daemon.accepted(), len(rows))
            daemon.await_written(len(rows))

    def test_a_large_body_arrives_whole(self):
        text = "x" * 4_000_000
        with Daemon() as daemon:
            self.assertEqual(daemon.predict({"output": 1, "request_body": text}).status, 202)
            daemon.await_written(1)
            self.assertEqual(daemon.logged()[0]["request_body"], text)


class Continue(unittest.TestCase):
    HEAD = (b"POST /v1/predictions HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n"
            b"Expect: 100-continue\r\n\r\n")

    def test_is_answered_before_the_body(self):
        for unix in (False, True):
            with Daemon() as daemon, Wire(daemon, unix) as wire:
                for _ in range(2):
                    wire.send(self.HEAD)
                    self.assertEqual(wire.answer().status, 100)
                    wire.send(EVENT)
                    self.assertEqual(wire.answer().status, 202)

    def test_of_a_chunked_body(self):
        with Daemon() as daemon, Wire(daemon) as wire:
            wire.send(CHUNKED[:-2] + b"Expect: 100-Continue\r\n\r\n")
            self.assertEqual(wire.answer().status, 100)
            wire.send(chunked(EVENT))
            self.assertEqual(wire.answer().status, 202)

    def test_a_body_that_is_there_already_is_taken(self):
        with Daemon() as daemon, Wire(daemon) as wire:
            wire.send(self.HEAD + EVENT + GET)
            answers = [wire.answer(), wire.answer()]
            if answers[0].status == 100:
                answers = [answers[1], wire.answer()]
            self.assertEqual([answer.status for answer in answers], [202, 200])

    def test_another_expectation_is_417(self):
        with Daemon() as daemon, Wire(daemon) as wire:
            wire.send(self.HEAD.replace(b"100-continue", b"miracles"))
            self.assertEqual([answer.status for answer in wire.rest()], [417])


class Answers(unittest.TestCase):
    def test_head_has_no_body(self):
        with Daemon() as daemon, Wire(daemon) as wire:
            for path in (b"/livez", b"/metrics", b"/v1/status", b"/nothing"):
                wire.send(b"HEAD " + path + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for status in (200, 200, 200, 404):
                answer = wire.answer(with_body=False)
                self.assertEqual(answer.status, status)
                self.assertGreater(int(answer.headers["Content-Length"]), 0)
            wire.send(GET)
            self.assertEqual(wire.answer().json, {"status": "ok"})

    def test_have_the_headers_that_they_need(self):
        with Daemon() as daemon:
            for answer in (daemon.get("/livez"), daemon.predict(EVENT), daemon.predict("{}"),
                           daemon.get("/nothing"), daemon.get("/v1/status")):
                self.assertEqual(answer.headers["Content-Type"], "application/json")
                self.assertEqual(int(answer.headers["Content-Length"]), len(answer.body))
                moment = time.mktime(time.strptime(answer.headers["Date"],
                                                   "%a, %d %b %Y %H:%M:%S GMT"))
                self.assertLess(abs(moment - time.mktime(time.gmtime())), 60)

    def test_durations_are_measured_by_route(self):
        with Daemon() as daemon:
            daemon.predict(EVENT)
            daemon.get("/livez")
            daemon.get("/nothing")
            metrics = daemon.metrics()
            for route in ("/v1/predictions", "/livez", "none"):
                count = sample("boxkited_request_duration_seconds_count", route=route)
                self.assertEqual(metrics[count], 1, route)


class Deadlines(unittest.TestCase):
    LIMITS = {"limits": {"header_time_ms": 200, "idle_time_ms": 400}}

    def test_a_slow_header_is_408(self):
        with Daemon(config=self.LIMITS) as daemon, Wire(daemon) as wire:
            wire.send(GET[:-1])
            (answer,) = wire.rest()
            self.assertEqual((answer.status, answer.headers["Connection"]), (408, "close"))

    def test_a_slow_body_is_408(self):
        for data in (post(EVENT)[:-1], CHUNKED + b"c\r\n{"):
            with Daemon(config=self.LIMITS) as daemon, Wire(daemon) as wire:
                wire.send(data)
                self.assertEqual([answer.status for answer in wire.rest()], [408])
                self.assertEqual(daemon.accepted(), 0)

    def test_a_body_that_drips_is_408(self):
        with Daemon(config={"limits": {"idle_time_ms": 1000}}) as daemon, Wire(daemon) as wire:
            started = time.monotonic()
            wire.send(post(b" " * 1000)[:-1000])
            while not select.select([wire.socket], [], [], 0.05)[0]:
                self.assertLess(time.monotonic() - started, 10)
                wire.send(b" ")
            self.assertGreater(time.monotonic() - started, 0.9)
            self.assertEqual([answer.status for answer in wire.rest()], [408])
            self.assertEqual(daemon.accepted(), 0)

    def test_a_silent_connection_is_closed_without_a_word(self):
        with Daemon(config=self.LIMITS) as daemon:
            with Wire(daemon) as wire:
                self.assertEqual(wire.rest(), [])
            with Wire(daemon) as wire:
                wire.send(GET)
                self.assertEqual(len(wire.rest()), 1)

    def test_slow_connections_do_not_hold_up_others(self):
        with Daemon() as daemon:
            slow = [Wire(daemon) for _ in range(200)]
            for wire in slow:
                wire.send(b"POST /v1/pre")
            started = time.monotonic()
            self.assertEqual(daemon.predict(EVENT).status, 202)
            self.assertLess(time.monotonic() - started, 5)
            for wire in slow:
                wire.socket.close()

    def test_beyond_the_limit_of_memory_requests_are_turned_away(self):
        config = {"prediction_log": {"queue_bytes": 1 << 20},
                  "limits": {"body_bytes": 1 << 20, "memory_bytes": 8 << 20}}
        with Daemon(config=config) as daemon, contextlib.ExitStack() as stack:
            # Over a Unix socket, where a reset does not overtake the answer.
            wires = [stack.enter_context(Wire(daemon, unix=True)) for _ in range(50)]
            for wire in wires:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    wire.send(CHUNKED + b"100000\r\n" + b" " * 1_000_000)
            # Nine megabytes do not fit; the connection that asks is one more.
            await_true(lambda: connections(daemon) <= 9, "others to be turned away")
            answered = [wire for wire in wires if select.select([wire.socket], [], [], 0)[0]]
            self.assertGreaterEqual(len(answered), 42)
            for wire in answered:
                self.assertEqual([answer.status for answer in wire.rest()], [503])
            stack.close()
            await_true(lambda: daemon.predict(EVENT).status == 202, "room for a request")

    def test_beyond_the_limit_connections_are_turned_away(self):
        with Daemon(config={"limits": {"connections": 4}}) as daemon:
            held = [Wire(daemon) for _ in range(4)]
            for wire in held:
                wire.send(GET[:10])
            with Wire(daemon) as late:
                late.send(GET)
                self.assertEqual([answer.status for answer in late.rest()], [503])
            for wire in held:
                wire.send(GET[10:])
                self.assertEqual(wire.answer().status, 200)
                wire.socket.close()
            await_true(lambda: daemon.get("/livez").status == 200, "room for a connection")


if __name__ == "__main__":
    unittest.main()
