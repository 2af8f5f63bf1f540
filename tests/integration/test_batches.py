"""Many events in one request, and the bodies that hold them: types, codings, sizes."""

import gzip
import json
import unittest

from faults.rows import row
from support.baselines import SMALL
from support.daemon import Daemon, accepted, await_true, conserved, event_counts, sample, total

FIELDS = "expected features, output, request_body, prediction_id, timestamp or metadata"


class Batches(unittest.TestCase):
    def assert_batch(self, answer, status, expected):
        self.assertEqual((answer.status, answer.json), (status, expected))

    def test_an_array_and_lines_are_answered_alike(self):
        good, bad = '{"output":1,"prediction_id":"a"}', '{"outputs":1}'
        error = f"unknown_field: `outputs`: {FIELDS}"
        for unix in (False, True):
            with Daemon() as daemon:
                array = daemon.predict(f"[{good}, {bad}, 7, {good}]", unix=unix)
                lines = daemon.predict_lines(f"{good}\n{bad}\r\n\n \t\n7\n{good}", unix=unix)
                expected = {"accepted": 2, "rejected": 2, "errors": [
                    {"index": 1, "error": error},
                    {"index": 2, "error": "wrong_type: event: expected an object"}]}
                self.assert_batch(array, 202, expected)
                self.assert_batch(lines, 202, expected)
                daemon.await_written(4)
                self.assertEqual(len(daemon.log_lines()), 4)
                transport = "http_unix" if unix else "http"
                self.assertEqual(event_counts(daemon.metrics()), {
                    (transport, "accepted"): 4, (transport, "unknown_field"): 2,
                    (transport, "wrong_type"): 2})

    def test_ids_are_listed_when_asked_for(self):
        with Daemon() as daemon:
            body = '[{"output":1,"prediction_id":"a"},{},{"output":2}]'
            answer = daemon.post("/v1/predictions?x=1&ids=true", body)
            first, second, third = answer.json["prediction_ids"]
            self.assertEqual((answer.status, first, second), (202, "a", None))
            daemon.await_written(2)
            self.assertEqual([line["prediction_id"] for line in daemon.logged()], ["a", third])

            lines = daemon.predict_lines('{}\n{"output":1,"prediction_id":"b"}', "?ids=true")
            self.assertEqual(lines.json["prediction_ids"], [None, "b"])
            for query in ("", "?ids=false", "?ids=1", "?ids"):
                answer = daemon.predict_lines('{"output":1}', query)
                self.assertNotIn("prediction_ids", answer.json, query)

    def test_a_batch_without_a_good_event_is_400(self):
        with Daemon() as daemon:
            expected = {"error": "no event was accepted", "accepted": 0, "rejected": 1,
                        "errors": [{"index": 0, "error": "missing_field: features or output"}]}
            self.assert_batch(daemon.predict("[{}]"), 400, expected)
            self.assert_batch(daemon.predict_lines("{}"), 400, expected)

    @row(35, "empty batch",
         "`[]`, no lines, blank lines",
         "400, counted by its reason")
    def test_an_empty_batch_is_400(self):
        with Daemon() as daemon:
            expected = {"error": "empty_batch: expected at least one event"}
            self.assert_batch(daemon.predict(" [ ] "), 400, expected)
            for body in ("", "\n", " \r\n\t\n"):
                self.assert_batch(daemon.predict_lines(body), 400, expected)
            self.assertEqual(event_counts(daemon.metrics()), {("http", "empty_batch"): 4})

    def test_the_first_hundred_errors_are_listed_and_all_are_counted(self):
        with Daemon() as daemon:
            answer = daemon.predict_lines("{}\n" * 150 + '{"output":1}')
            self.assertEqual((answer.status, answer.json["accepted"], answer.json["rejected"]),
                             (202, 1, 150))
            self.assertEqual([error["index"] for error in answer.json["errors"]],
                             list(range(100)))
            self.assertEqual(event_counts(daemon.metrics()),
                             {("http", "accepted"): 1, ("http", "missing_field"): 150})

    def test_a_syntax_error_refuses_a_whole_array_but_only_its_line_of_lines(self):
        with Daemon(baseline=SMALL) as daemon:
            answer = daemon.predict('[{"output":1},{"output":},{"output":1}]')
            self.assert_batch(answer, 400, {"error": "not_json: expected a value at byte 24"})
            self.assertEqual(daemon.accepted(), 0)

            lines = daemon.predict_lines(b'{"output":1}\n{"output":}\n{"output":"\xff"}\n'
                                         b'{"output":"\n{"output":1}\n')
            self.assert_batch(lines, 202, {"accepted": 2, "rejected": 3, "errors": [
                {"index": 1, "error": "not_json: expected a value at byte 10"},
                {"index": 2, "error": "not_json: expected UTF-8"},
                {"index": 3, "error": "not_json: expected `\"` at the end of a text"}]})
            self.assertEqual(daemon.metric("inference_value_count"), 2)

    def test_a_literal_in_the_wrong_place_refuses_only_its_event(self):
        with Daemon() as daemon:
            answer = daemon.predict('[{"output":NaN},{"output":1,"metadata":{"a":NaN}}]')
            self.assertEqual((answer.status, answer.json["accepted"]), (202, 1))

    @row(35, "10,001 events in a batch",
         "one over the limit",
         "413, nothing counted")
    def test_more_events_than_a_batch_may_have_are_413_and_none_is_counted(self):
        error = {"error": "too_many_events: expected at most 10000 events in a batch"}
        event = '{"output":1}'
        with Daemon(baseline=SMALL) as daemon:
            self.assert_batch(daemon.predict_lines((event + "\n") * 10_001), 413, error)
            self.assert_batch(daemon.predict("[" + ",".join([event] * 10_001) + "]"), 413, error)
            metrics = daemon.metrics()
            self.assertEqual(conserved(metrics), (0, 0))
            self.assertEqual(metrics[sample("inference_value_count")], 0)
            self.assertEqual(event_counts(metrics), {("http", "too_many_events"): 20_002})

            self.assert_batch(daemon.predict_lines((event + "\n") * 10_000), 202,
                              {"accepted": 10_000, "rejected": 0, "errors": []})
            self.assertEqual(daemon.metric("inference_value_count"), 10_000)
            daemon.await_written(10_000)
            self.assertEqual(len(daemon.log_lines()), 10_000)

    def test_a_batch_whose_lines_are_larger_than_the_queue_is_413(self):
        with Daemon(config={"prediction_log": {"queue_bytes": 1 << 20}}) as daemon:
            answer = daemon.predict_lines('{"output":1}\n' * 9_000)
            self.assert_batch(answer, 413, {"error": "too_large: expected at most 1048576 bytes of "
                                                     "log lines, the size of the queue"})
            metrics = daemon.metrics()
            self.assertEqual(event_counts(metrics), {("http", "too_large"): 9_000})
            self.assertEqual(conserved(metrics), (0, 0))
            self.assertEqual(daemon.predict_lines('{"output":1}\n' * 2_000).status, 202)

    @row(25, "a body larger than the queue",
         "one byte over `queue_bytes`, and twice as much",
         "413: no repetition could be taken")
    def test_a_body_larger_than_the_queue_is_413(self):
        with Daemon(config={"prediction_log": {"queue_bytes": 1 << 20}}) as daemon:
            for size, status in ((1_000_000, 202), (1_048_577, 413), (2_000_000, 413)):
                for unix in (False, True):
                    event = {"output": 1, "request_body": ""}
                    event["request_body"] = "x" * (size - len(json.dumps(event)))
                    answer = daemon.predict(event, unix)
                    self.assertEqual(answer.status, status, (size, answer.text))
                    await_true(lambda: daemon.metric("boxkited_log_queue_bytes") == 0, "room")
            self.assertEqual(daemon.accepted(), 2)


class Bodies(unittest.TestCase):
    """Content-Type, Content-Encoding and size of what holds the events."""

    EVENT = b'{"output":1}'

    def status(self, daemon, body, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return daemon.post("/v1/predictions", body, names).status

    def test_the_type_of_the_content_says_how_it_is_read(self):
        lines = self.EVENT + b"\n" + self.EVENT
        rows = [
            ({}, self.EVENT, 202),
            ({}, b"[" + self.EVENT + b"]", 202),
            ({}, lines, 400),
            ({"Content_Type": ""}, self.EVENT, 202),
            ({"Content_Type": "application/json"}, self.EVENT, 202),
            ({"Content_Type": "APPLICATION/JSON"}, self.EVENT, 202),
            ({"Content_Type": "application/json; charset=latin-1"}, self.EVENT, 202),
            ({"Content_Type": "application/json ;x=y"}, self.EVENT, 202),
            ({"Content_Type": "application/x-ndjson"}, lines, 202),
            ({"Content_Type": "application/x-ndjson;charset=utf-8"}, lines, 202),
            ({"Content_Type": "application/ndjson"}, lines, 202),
            ({"Content_Type": "text/plain"}, self.EVENT, 415),
            ({"Content_Type": "application/x-www-form-urlencoded"}, self.EVENT, 415),
            ({"Content_Type": "application/jsonx"}, self.EVENT, 415),
        ]
        with Daemon() as daemon:
            for headers, body, status in rows:
                with self.subTest(headers=headers, body=body):
                    self.assertEqual(self.status(daemon, body, **headers), status)
            self.assertEqual(event_counts(daemon.metrics()), {
                ("http", "accepted"): 13, ("http", "not_json"): 1, ("http", "bad_request"): 3})
            answer = daemon.post("/v1/predictions", self.EVENT, {"Content-Type": "text/plain"})
            self.assertEqual(answer.json, {
                "error": "Content-Type: expected application/json or application/x-ndjson, "
                         "got text/plain"})

    def test_gzip_is_undone(self):
        packed = gzip.compress(self.EVENT)
        rows = [
            ("gzip", packed, 202),
            ("GZIP", packed, 202),
            ("x-gzip", packed, 202),
            ("identity", self.EVENT, 202),
            ("gzip", gzip.compress(b'{"out') + gzip.compress(b'put":1}'), 202),
            ("gzip", self.EVENT, 400),
            ("gzip", b"", 400),
            ("gzip", packed[:-1], 400),
            ("gzip", packed[:-4] + b"\0\0\0\0", 400),
            ("gzip", packed + b"x", 400),
            ("identity", packed, 400),
            ("deflate", packed, 415),
            ("br", packed, 415),
            ("gzip, gzip", gzip.compress(packed), 415),
        ]
        for unix in (False, True):
            with Daemon() as daemon:
                for coding, body, status in rows:
                    with self.subTest(coding=coding, body=body, unix=unix):
                        answer = daemon.post("/v1/predictions", body,
                                             {"Content-Encoding": coding}, unix)
                        self.assertEqual(answer.status, status, answer.text)
                        self.assertRegex(answer.text, '"(error|prediction_id)":"')
                self.assertEqual(daemon.accepted(), 5)

    @row(25, "gzip bomb",
         "a small body that is large decompressed",
         "413")
    def test_a_gzip_bomb_is_413(self):
        with Daemon() as daemon:
            bomb = gzip.compress(b" " * (64 << 20))
            before = daemon.metric("process_resident_memory_bytes")
            self.assertEqual(self.status(daemon, bomb, Content_Encoding="gzip"), 413)
            grown = daemon.metric("process_resident_memory_bytes") - before
            self.assertLess(grown, 32 << 20)
            self.assertEqual(event_counts(daemon.metrics()), {("http", "too_large"): 1})

    @row(25, "one byte over the limit of a body",
         "plain, in chunks, in gzip",
         "413 that names the limit; the limit itself is taken")
    def test_one_byte_over_the_limit_is_413_and_the_limit_itself_is_good(self):
        limit = 4096
        fitting = self.EVENT + b" " * (limit - len(self.EVENT))

        def chunks(body):
            yield body[:1000]
            yield body[1000:]

        with Daemon(config={"limits": {"body_bytes": limit}}) as daemon:
            for unix in (False, True):
                for body, status in ((fitting, 202), (fitting + b" ", 413)):
                    for form, headers in ((body, {}), (chunks(body), {}),
                                          (gzip.compress(body), {"Content-Encoding": "gzip"})):
                        with self.subTest(status=status, form=type(form), unix=unix):
                            answer = daemon.post("/v1/predictions", form, headers, unix)
                            self.assertEqual(answer.status, status)
                            if status == 413:
                                self.assertRegex(answer.json["error"], r"\b4096 bytes")
            metrics = daemon.metrics()
            self.assertEqual(accepted(metrics), 6)
            self.assertEqual(total(metrics, "boxkited_events_total", result="too_large"), 6)

    def test_every_byte_received_is_counted(self):
        with Daemon() as daemon:
            before = daemon.metric("boxkited_received_bytes_total")
            self.assertEqual(self.status(daemon, self.EVENT + b" " * 100_000), 202)
            self.assertGreater(daemon.metric("boxkited_received_bytes_total") - before, 100_000)


if __name__ == "__main__":
    unittest.main()
