"""What is a good prediction event, what is answered, and what is counted, over HTTP."""

import gzip
import json
import re
import time
import unittest

from support.baselines import SMALL
from support.daemon import Daemon, accepted, conserved, sample, total

FIELDS = "expected features, output, request_body, prediction_id, timestamp or metadata"
KEPT = "timestamp: expected a time that the log keeps, from 30 days ago to 1 day ahead"

# A single event that is refused, and why.
REFUSED = [
    # Not one JSON value.
    (b"", "not_json: expected a JSON value, got nothing"),
    (b" \n", "not_json: expected a JSON value, got nothing"),
    (b"{", "not_json: expected a field name at byte 1"),
    (b"[", "not_json: expected a value at byte 1"),
    (b"nope", "not_json: expected a value at byte 0"),
    (b"{'output':1}", "not_json: expected a field name at byte 1"),
    (b'{"output" 1}', "not_json: expected `:` at byte 10"),
    (b'{"output":}', "not_json: expected a value at byte 10"),
    (b'{"output":1,}', "not_json: expected a field name at byte 12"),
    (b'{"output":1', "not_json: expected `,` or `}` at byte 11"),
    (b'{"output":1,"metadata":{"a":}}', "not_json: expected a value at byte 28"),
    (b'{"output":1,"request_body":[{"a":}]}', "not_json: expected a value at byte 33"),
    (b'{"features":[{"a":}]}', "not_json: expected a value at byte 18"),
    (b'{"features":[1,]}', "not_json: expected a value at byte 15"),
    (b'{"features":[1 2]}', "not_json: expected `,` or `]` at byte 15"),
    (b'{"output":01}', "not_json: expected a value at byte 10"),
    (b'{"output":+1}', "not_json: expected a value at byte 10"),
    (b'{"output":.5}', "not_json: expected a value at byte 10"),
    (b'{"output":nan}', "not_json: expected a value at byte 10"),
    (b'{"output":-NaN}', "not_json: expected a value at byte 10"),
    (b'{"output":Infinity5}', "not_json: expected a value at byte 10"),
    (b'{"output":True}', "not_json: expected a value at byte 10"),
    (b'{"output":1} x', "not_json: expected nothing behind the event at byte 13"),
    (b'{"output":1}{"output":2}', "not_json: expected nothing behind the event at byte 12"),
    (b'{"output":1}\x00', "not_json: expected nothing behind the event at byte 12"),
    # Not good text.
    (b'{"output":"abc', "not_json: expected `\"` at the end of a text"),
    (b'{"output":"\n"}',
     "not_json: expected control characters in a text to be escaped"),
    (b'{"output":"\x00"}',
     "not_json: expected control characters in a text to be escaped"),
    (b'{"output":"\\x"}', "not_json: expected a text with good escapes at byte 10"),
    (b'{"output":"\\u12"}', "not_json: expected a text with good escapes at byte 10"),
    (b'{"output":"\\ud800"}', "not_json: expected a text with good escapes at byte 10"),
    (b'{"output":"\\udc00\\ud800"}', "not_json: expected a text with good escapes at byte 10"),
    (b'{"output":1,"metadata":{"a":["\\ud800"]}}',
     "not_json: expected a text with good escapes at byte 29"),
    (b'{"output":"\xff"}', "not_json: expected UTF-8"),
    (b'{"output":1,"request_body":"\xc0\x80"}', "not_json: expected UTF-8"),
    (b'{"output":1,"request_body":"\xed\xa0\x80"}', "not_json: expected UTF-8"),
    (b'\xef\xbb\xbf{"output":1}', "not_json: expected a value at byte 0"),
    # Nested too deep.
    (b'{"output":' + b"[" * 128 + b"]" * 128 + b"}", "too_deep: nested deeper than 128"),
    (b'{"output":1,"metadata":' + b'{"a":' * 128 + b"1" + b"}" * 128 + b"}",
     "too_deep: nested deeper than 128"),
    # Not the fields of an event.
    (b"7", "wrong_type: event: expected an object"),
    (b'"text"', "wrong_type: event: expected an object"),
    (b"null", "wrong_type: event: expected an object"),
    (b"{}", "missing_field: features or output"),
    (b'{"request_body":1}', "missing_field: features or output"),
    (b'{"output":1,"outputs":2}', f"unknown_field: `outputs`: {FIELDS}"),
    (b'{"output":1,"Output":2}', f"unknown_field: `Output`: {FIELDS}"),
    (b'{"output":1,"' + b"x" * 100 + b'":2}', f"unknown_field: `{'x' * 64}...`: {FIELDS}"),
    (b'{"output":1,"output":1}', "duplicate_field: output"),
    (b'{"output":1,"o\\u0075tput":1}', "duplicate_field: output"),
    (b'{"features":{"age":1,"age":1}}', "duplicate_field: features: `age`"),
    (b'{"features":{"age":1,"\\u0061ge":1}}', "duplicate_field: features: `age`"),
    # Not the types of the fields.
    (b'{"features":7}', "wrong_type: features: expected an array or an object"),
    (b'{"features":"1,2"}', "wrong_type: features: expected an array or an object"),
    (b'{"features":null}', "wrong_type: features: expected an array or an object"),
    (b'{"output":{}}',
     "wrong_type: output: expected a number, text, boolean, null or an array"),
    (b'{"output":1,"request_body":NaN}', "not_json: expected a value at byte 27"),
    (b'{"output":1,"metadata":{"a":Infinity}}', "not_json: expected a value at byte 28"),
    (b'{"output":1,"metadata":[]}', "wrong_type: metadata: expected an object"),
    (b'{"output":1,"metadata":7}', "wrong_type: metadata: expected an object"),
    (b'{"output":1,"prediction_id":7}', "wrong_type: prediction_id: expected text"),
    (b'{"output":1,"prediction_id":""}',
     "bad_id: prediction_id: expected 1 to 256 bytes, got 0"),
    (b'{"output":1,"prediction_id":"' + b"x" * 257 + b'"}',
     "bad_id: prediction_id: expected 1 to 256 bytes, got 257"),
    (b'{"output":1,"timestamp":"yesterday"}',
     "bad_timestamp: timestamp: expected RFC 3339 text, got `yesterday`"),
    (b'{"output":1,"timestamp":"2024-05-01"}',
     "bad_timestamp: timestamp: expected RFC 3339 text, got `2024-05-01`"),
    (b'{"output":1,"timestamp":"2024-05-01T00:00:00"}',
     "bad_timestamp: timestamp: expected RFC 3339 text, got `2024-05-01T00:00:00`"),
    (b'{"output":1,"timestamp":{}}',
     "wrong_type: timestamp: expected RFC 3339 text or Unix seconds"),
    (b'{"output":1,"timestamp":true}',
     "wrong_type: timestamp: expected RFC 3339 text or Unix seconds"),
    (b'{"output":1,"timestamp":1e300}', "bad_timestamp: timestamp: expected Unix seconds"),
    (b'{"output":1,"timestamp":NaN}', "not_json: expected a value at byte 24"),
    (b'{"output":1,"timestamp":1}', f"bad_timestamp: {KEPT}"),
    (b'{"output":1,"timestamp":"1970-01-01T00:00:01Z"}', f"bad_timestamp: {KEPT}"),
]

# A single event that is taken, and the fields that the log has of it beside the ids and times.
NOTHING = {"features": None, "output": None, "request_body": None, "metadata": None}
TAKEN = [
    ({"features": [1, "red", 2], "output": 0.5}, {}),
    ({"features": {"age": 1, "grade": 2}}, {}),
    ({"features": []}, {}),
    ({"features": {}}, {}),
    ({"output": None}, {}),
    ({"output": [0.25, 0.75]}, {}),
    ({"features": [[1, [2]], {"a": {"b": None}}, 1]}, {}),
    ({"output": 1, "request_body": {"any": ["thing", 1, None, {}]}}, {}),
    ({"output": 1, "request_body": "text"}, {}),
    ({"output": 1, "request_body": None}, {}),
    ({"output": 1, "metadata": {"model": "v7", "nested": {"a": [1]}}}, {}),
    ({"output": 1, "metadata": {}}, {}),
    ({"output": 1, "prediction_id": "order-4711"}, {"entity_id": None}),
    ({"output": 1, "prediction_id": "x" * 256}, {"entity_id": None}),
    ({"output": 1, "prediction_id": "a/b/00000000-1111-4222-8333-444444444444"},
     {"entity_id": "00000000-1111-4222-8333-444444444444"}),
]


def event_counts(metrics):
    """What the counters of events hold, without those that are 0."""
    return {(dict(labels)["transport"], dict(labels)["result"]): value
            for (name, labels), value in metrics.items()
            if name == "boxkited_events_total" and value}


class SingleEvents(unittest.TestCase):
    def test_a_bad_event_is_refused_with_one_reason_and_counted_nowhere_else(self):
        for unix in (False, True):
            with Daemon(baseline=SMALL) as daemon:
                before = daemon.metrics("?name[]=feature_0_value&name[]=inference_value")
                expected = {}
                for body, error in REFUSED:
                    with self.subTest(body=body, unix=unix):
                        answer = daemon.predict(body, unix=unix)
                        self.assertEqual((answer.status, answer.json), (400, {"error": error}))
                        self.assertEqual(answer.headers["Content-Type"], "application/json")
                    key = ("http_unix" if unix else "http", error.split(":")[0])
                    expected[key] = expected.get(key, 0) + 1
                self.assertEqual(
                    daemon.metrics("?name[]=feature_0_value&name[]=inference_value"), before)
                metrics = daemon.metrics()
                self.assertEqual(event_counts(metrics), expected)
                self.assertEqual(conserved(metrics), (0, 0))
                self.assertEqual(daemon.log_lines(), [])

    def test_a_good_event_is_logged_with_what_was_sent_and_nothing_else(self):
        with Daemon(baseline=SMALL) as daemon:
            answers = [daemon.predict(event) for event, _ in TAKEN]
            daemon.await_written(len(TAKEN))
            logged = daemon.logged()
        self.assertEqual([answer.status for answer in answers], [202] * len(TAKEN))
        for (event, more), answer, line in zip(TAKEN, answers, logged, strict=True):
            with self.subTest(event=event):
                identifier = answer.json["prediction_id"]
                self.assertEqual(list(answer.json), ["prediction_id"])
                self.assertEqual(identifier, event.get("prediction_id", identifier))
                entity = more.get("entity_id", identifier.split("/")[-1])
                times = {name: line[name] for name in ("created_at", "received_at")}
                self.assertEqual(line, {"prediction_id": identifier, "server_id": "server",
                                        "entity_id": entity, **times, **NOTHING, **event})

    def test_an_id_is_made_of_the_server_the_time_and_a_uuid(self):
        with Daemon() as daemon:
            made = {daemon.predict({"output": 1}).json["prediction_id"] for _ in range(50)}
        self.assertEqual(len(made), 50)
        for each in made:
            self.assertRegex(each, r"^server/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/[0-9a-f]{8}-[0-9a-f]{4}"
                                   r"-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")

    def test_a_null_field_that_may_be_absent_is_absent(self):
        with Daemon() as daemon:
            answer = daemon.predict({"output": 1, "prediction_id": None, "timestamp": None,
                                     "metadata": None, "request_body": None})
            self.assertEqual(answer.status, 202)
            daemon.await_written(1)
            line = daemon.logged()[0]
        self.assertTrue(line["prediction_id"].startswith("server/"))
        self.assertEqual((line["metadata"], line["request_body"]), (None, None))


class Times(unittest.TestCase):
    def created_at(self, timestamp):
        self.assertEqual(self.daemon.predict({"output": 1, "timestamp": timestamp}).status, 202)
        self.sent += 1
        self.daemon.await_written(self.sent)
        created_at = {line["created_at"] for line in self.daemon.logged()}
        (new,) = created_at - self.seen
        self.seen = created_at
        return new

    def test_rfc_3339_and_unix_seconds_name_the_same_moment(self):
        self.sent, self.seen = 0, set()
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
        start = time.strptime(day, "%Y-%m-%d")
        seconds = (int(time.time()) - 86400) // 86400 * 86400
        self.assertEqual(time.gmtime(seconds)[:6], start[:6])
        rows = [
            (f"{day}T00:00:01Z", "00:00:01.000000Z"),
            (f"{day}T00:00:02.5Z", "00:00:02.500000Z"),
            (f"{day}T00:00:03.123456789Z", "00:00:03.123456Z"),
            (f"{day}T02:00:04+02:00", "00:00:04.000000Z"),
            (f"{day}T00:00:05-00:00", "00:00:05.000000Z"),
            (f"{day}t00:00:06z", "00:00:06.000000Z"),
            (seconds + 7, "00:00:07.000000Z"),
            (seconds + 8.25, "00:00:08.250000Z"),
        ]
        with Daemon() as self.daemon:
            for timestamp, expected in rows:
                with self.subTest(timestamp=timestamp):
                    self.assertEqual(self.created_at(timestamp), f"{day}T{expected}")

    def test_what_the_log_keeps_is_bounded_by_thirty_days_and_the_retention(self):
        now = time.time()
        day = 86400
        for retention, oldest in ((90, 30), (30, 30), (7, 7), (0, 30)):
            with self.subTest(retention=retention), \
                    Daemon(config={"prediction_log": {"retention_days": retention}}) as daemon:
                for timestamp, status in ((now - oldest * day + 60, 202),
                                          (now - oldest * day - 60, 400),
                                          (now + day - 60, 202), (now + day + 60, 400)):
                    answer = daemon.predict({"output": 1, "timestamp": timestamp})
                    self.assertEqual(answer.status, status, answer.text)


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

            lines = daemon.predict_lines(b'{"output":1}\n{"output":\n{"output":"\xff"}\n'
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

    def test_a_batch_larger_than_the_queue_is_413(self):
        with Daemon(config={"prediction_log": {"queue_bytes": 1 << 20}}) as daemon:
            body = json.dumps({"output": 1, "request_body": "x" * 100_000})
            answer = daemon.predict_lines((body + "\n") * 12)
            self.assert_batch(answer, 413, {"error": "too_large: expected at most 1048576 bytes of "
                                                     "log lines, the size of the queue"})
            self.assertEqual(event_counts(daemon.metrics()), {("http", "too_large"): 12})
            self.assertEqual(daemon.predict_lines((body + "\n") * 5).status, 202)


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

    def test_a_gzip_bomb_is_413(self):
        with Daemon() as daemon:
            bomb = gzip.compress(b" " * (64 << 20))
            before = daemon.metric("process_resident_memory_bytes")
            self.assertEqual(self.status(daemon, bomb, Content_Encoding="gzip"), 413)
            grown = daemon.metric("process_resident_memory_bytes") - before
            self.assertLess(grown, 32 << 20)
            self.assertEqual(event_counts(daemon.metrics()), {("http", "too_large"): 1})

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


class Details(unittest.TestCase):
    def test_insignificant_space_is_left_out_of_the_log(self):
        with Daemon() as daemon:
            daemon.predict('{ "features" : [ 1 , "a b" ,\n\t{ "x" : [ ] } ] ,\r\n "output" : 1 ,'
                           ' "request_body" : { "a" : [ 1 , 2 ] } , "metadata" : { } }')
            daemon.await_written(1)
            (line,) = daemon.log_lines()
        self.assertIn('"features":[1,"a b",{"x":[]}],"output":1,'
                      '"request_body":{"a":[1,2]},"metadata":{}}', line)

    def test_a_line_has_its_fields_in_one_order(self):
        with Daemon() as daemon:
            daemon.predict('{"metadata":{},"request_body":1,"output":2,"features":[],'
                           '"prediction_id":"i"}')
            daemon.await_written(1)
            (line,) = daemon.log_lines()
        time_text = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
        self.assertTrue(re.fullmatch(
            r'\{"prediction_id":"i","server_id":"server","entity_id":null,'
            rf'"created_at":"{time_text}","received_at":"{time_text}",'
            r'"features":\[\],"output":2,"request_body":1,"metadata":\{\}\}', line), line)

    def test_deeper_duplicates_are_logged_as_sent(self):
        with Daemon() as daemon:
            daemon.predict('{"output":1,"request_body":{"a":1,"a":2},"features":[{"b":1,"b":2}]}')
            daemon.await_written(1)
            (line,) = daemon.log_lines()
        self.assertIn('"features":[{"b":1,"b":2}]', line)
        self.assertIn('"request_body":{"a":1,"a":2}', line)


if __name__ == "__main__":
    unittest.main()
