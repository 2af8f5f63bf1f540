"""The raw stream of lines: counted like the rest, never answered, never held up."""

import json
import resource
import select
import socket
import time
import unittest

from faults.rows import row
from support.baselines import SMALL
from support.daemon import Daemon, await_true, conserved, event_counts, sample, total

LINE = b'{"features":[1,"red",1],"output":0.5}\n'


def counts(daemon):
    """Events of the stream by what became of them."""
    return {result: value for (transport, result), value in event_counts(daemon.metrics()).items()
            if transport == "ndjson_unix"}


class Stream(unittest.TestCase):
    def await_counts(self, daemon, **expected):
        await_true(lambda: counts(daemon) == expected,
                   lambda: f"{expected}; got {counts(daemon)}")

    def test_lines_may_come_in_any_pieces(self):
        lines = LINE * 3 + b"\n \r\n" + LINE.replace(b"\n", b"\r\n")
        for size in (1, 7, 40, 1000):
            with self.subTest(size), Daemon(baseline=SMALL) as daemon, daemon.stream() as stream:
                for start in range(0, len(lines), size):
                    stream.sendall(lines[start:start + size])
                self.await_counts(daemon, accepted=4)
                daemon.await_written(4)
                self.assertEqual(len(daemon.log_lines()), 4)
                self.assertEqual(daemon.metric("feature_0_value_count"), 4)

    def test_half_a_line_is_not_an_event_until_its_end_comes(self):
        with Daemon() as daemon, daemon.stream() as stream:
            stream.sendall(LINE + LINE[:10])
            self.await_counts(daemon, accepted=1)
            stream.sendall(LINE[10:])
            self.await_counts(daemon, accepted=2)

    @row(44, "Unix stream: half a line",
         "a sender that ends within a line",
         "counted as cut off")
    def test_half_a_line_at_the_end_is_counted_as_cut_off(self):
        with Daemon(baseline=SMALL) as daemon:
            for end in (LINE[:-1], LINE[:5], b"{"):
                with daemon.stream() as stream:
                    stream.sendall(LINE + end)
            self.await_counts(daemon, accepted=3, cut_off=3)
            self.assertEqual(daemon.metric("feature_0_value_count"), 3)

    @row(44, "Unix stream: a sender that vanishes",
         "closed in the midst",
         "nothing is left")
    def test_a_sender_that_vanishes_leaves_nothing(self):
        with Daemon() as daemon:
            self.assertEqual(daemon.predict(LINE).status, 202)
            daemon.await_written(1)  # Its file stays open.
            before = daemon.metric("process_open_fds")
            for _ in range(50):
                with daemon.stream() as stream:
                    stream.sendall(LINE)
            self.await_counts(daemon, accepted=50)
            await_true(lambda: daemon.metric("process_open_fds") == before, "all freed")
            self.assertEqual(
                daemon.metric("boxkited_connections", listener=daemon.events_socket), 0)

    @row(44, "Unix stream: a line too long",
         "over the limit",
         "counted; the next line is good")
    def test_a_line_too_long_is_counted_and_the_next_is_good(self):
        limit = 4096
        with Daemon(config={"limits": {"body_bytes": limit}}) as daemon, daemon.stream() as stream:
            fitting = LINE[:-1] + b" " * (limit - len(LINE) + 1) + b"\n"
            self.assertEqual(len(fitting), limit + 1)
            stream.sendall(fitting + fitting[:-1] + b" \n" + LINE)
            self.await_counts(daemon, accepted=2, too_large=1)
            for size in (10_000, 1_000_000):
                for start in range(0, size, 5000):
                    stream.sendall(b"x" * min(5000, size - start))
                stream.sendall(b"\n" + LINE)
            self.await_counts(daemon, accepted=4, too_large=3)
            self.assertLess(daemon.metric("process_resident_memory_bytes"), 200 << 20)

    @row(44, "Unix stream: bad lines",
         "13 of them, each with a good one behind",
         "counted by reason; the next line is good")
    def test_bad_lines_are_counted_by_reason_and_the_next_is_good(self):
        rows = [
            (b"nope", "not_json"), (b'{"output":"\xff"}', "not_json"), (b'{"output":"', "not_json"),
            (b'{"output":1}{"output":2}', "not_json"), (b'{"output":"\x00"}', "not_json"),
            (b"[" + LINE[:-1] + b"]", "wrong_type"), (b"7", "wrong_type"), (b"{}", "missing_field"),
            (b'{"x":1}', "unknown_field"), (b'{"output":1,"output":1}', "duplicate_field"),
            (b'{"output":1,"timestamp":1}', "bad_timestamp"),
            (b'{"output":1,"prediction_id":""}', "bad_id"),
            (b'{"output":' + b"[" * 200 + b"]" * 200 + b"}", "too_deep"),
        ]
        expected = {}
        for _, reason in rows:
            expected[reason] = expected.get(reason, 0) + 1
        with Daemon(baseline=SMALL) as daemon, daemon.stream() as stream:
            for line, _ in rows:
                stream.sendall(line + b"\n" + LINE)
            self.await_counts(daemon, accepted=len(rows), **expected)
            with daemon.stream() as other:  # The same, all at once.
                other.sendall(b"".join(line + b"\n" + LINE for line, _ in rows))
            doubled = {reason: 2 * count for reason, count in expected.items()}
            self.await_counts(daemon, accepted=2 * len(rows), **doubled)
            self.assertEqual(daemon.metric("feature_0_value_count"), 2 * len(rows))

    def test_nothing_is_ever_written_back(self):
        with Daemon() as daemon, daemon.stream() as stream:
            stream.sendall(LINE + b"nope\n" + b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            self.await_counts(daemon, accepted=1, not_json=3)
            self.assertEqual(select.select([stream], [], [], 0)[0], [])
            stream.shutdown(socket.SHUT_WR)
            self.assertEqual(stream.recv(100), b"")

    def test_a_batch_limit_does_not_hold_for_it(self):
        with Daemon(config={"limits": {"batch_events": 10}}) as daemon, daemon.stream() as stream:
            stream.sendall(LINE * 5000)
            self.await_counts(daemon, accepted=5000)

    @row(44, "Unix stream: a full queue",
         "5,000 lines while no file may grow",
         "what is not taken is counted, the sender not held up; conservation")
    def test_a_full_queue_drops_events_and_does_not_hold_up_the_sender(self):
        line = json.dumps({"output": 1, "request_body": "x" * 2000}).encode() + b"\n"
        options = {"queue_bytes": 1 << 20}
        no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        with Daemon(config={"prediction_log": options}) as daemon, daemon.stream() as stream:
            # No file may grow, so nothing leaves the queue.
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE,
                             (0, resource.RLIM_INFINITY))
            started = time.monotonic()
            stream.sendall(line * 5000)
            self.assertLess(time.monotonic() - started, 20)
            metrics = await_true(
                lambda: total(found := daemon.metrics(), "boxkited_events_total",
                              transport="ndjson_unix") == 5000 and found, "all events")
            taken, dropped = (metrics[sample("boxkited_events_total", transport="ndjson_unix",
                                             result=result)]
                              for result in ("accepted", "queue_full"))
            self.assertGreater(taken, 0)
            self.assertGreater(dropped, 0)
            self.assertEqual(conserved(metrics), (taken, taken))
            resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, no_limit)
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(len(daemon.log_lines()), taken)

    def test_many_small_lines_at_once_are_not_one_large_request(self):
        count = 20_000
        with Daemon(config={"prediction_log": {"queue_bytes": 1 << 20}}) as daemon, \
                daemon.stream() as stream:
            accepted = 0
            for sent in (count, 2 * count):
                stream.sendall(b'{"output":1}\n' * count)
                found = await_true(lambda: sum(counts(daemon).values()) == sent and counts(daemon),
                                   lambda: f"{sent} events; got {counts(daemon)}")
                self.assertLessEqual(set(found), {"accepted", "queue_full"}, found)
                # A queue holds some 3000 of them.
                self.assertGreaterEqual(found["accepted"], accepted + 2000)
                accepted = found["accepted"]
                daemon.await_written(accepted)
                await_true(lambda: daemon.metric("boxkited_log_queue_bytes") == 0, "the sync")
            self.assertEqual(conserved(daemon.metrics()), (accepted, accepted))
            self.assertEqual(len(daemon.log_lines()), accepted)

    def test_what_was_sent_before_the_end_of_the_daemon_is_taken(self):
        with Daemon() as daemon, daemon.stream() as stream:
            stream.sendall(LINE * 1000)
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(len(daemon.log_lines()), 1000)

    def test_many_senders_at_once(self):
        with Daemon(config={"threads": 2}) as daemon:
            streams = [daemon.stream() for _ in range(20)]
            for piece in (LINE[:10], LINE[10:] + LINE[:5], LINE[5:]):
                for stream in streams:
                    stream.sendall(piece)
            self.await_counts(daemon, accepted=40)
            for stream in streams:
                stream.close()
            daemon.await_written(40)


if __name__ == "__main__":
    unittest.main()
