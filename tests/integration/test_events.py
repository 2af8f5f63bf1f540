"""What is a good prediction event, what is answered, and what is counted, over HTTP."""

import re
import time
import unittest

from faults.rows import row
from support.baselines import SMALL
from support.daemon import Daemon, conserved, event_counts

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


class SingleEvents(unittest.TestCase):
    @row(31, "bad text",
         "invalid UTF-8, surrogates, NUL, BOM and others",
         "400 with one reason; nothing logged")
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
