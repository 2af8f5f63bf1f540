"""Text that is no text gets neither into the log nor into a scrape, where one bad label would cost
all of it.
"""

import json
import unittest

from faults.rows import row
from support.baselines import COLOUR, SMALL, copies
from support.conservation import Sent, assert_conserved
from support.daemon import Daemon, await_true, event_counts
from support.wire import Wire

# What stands within the quotes of a text.
BAD_TEXTS = {
    "a lone byte FF": b"\xff", "a lone continuation": b"\x80", "Latin-1": b"caf\xe9",
    "a sequence cut short": b"\xe2\x82", "an overlong NUL": b"\xc0\x80",
    "an overlong slash": b"\xe0\x80\xaf", "a raw surrogate": b"\xed\xa0\x80",
    "a raw surrogate pair": b"\xed\xa0\xbd\xed\xb8\x80", "beyond U+10FFFF": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80", "a high surrogate": rb"\ud83d",
    "a low surrogate": rb"\ude00", "surrogates in the wrong order": rb"\ude00\ud83d",
    "a high surrogate and a letter": rb"\ud83dx", "a raw NUL": b"\0", "a raw newline": b"\n",
    "a raw escape": b"\x1b", "half an escape": rb"\u12",
}

# Where a text may stand in an event.
PLACES = {
    "a feature": b'{"features":["%s"]}', "a named feature": b'{"features":{"colour":"%s"}}',
    "the name of a feature": b'{"features":{"%s":1}}', "output": b'{"output":"%s"}',
    "a nested feature": b'{"features":[{"a":["%s"]}]}',
    "request_body": b'{"output":1,"request_body":"%s"}',
    "a name in request_body": b'{"output":1,"request_body":{"%s":1}}',
    "metadata": b'{"output":1,"metadata":{"a":"%s"}}',
    "a name in metadata": b'{"output":1,"metadata":{"%s":1}}',
    "prediction_id": b'{"output":1,"prediction_id":"%s"}',
    "timestamp": b'{"output":1,"timestamp":"%s"}', "a name": b'{"output":1,"%s":1}',
}
MARK = b"\xef\xbb\xbf"

# Texts at the edges of Unicode, which are good.
GOOD_TEXTS = ["\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\ufeff", "\ufffd", "\ufffe",
              "\uffff", "\U00010000", "\U0001f600", "\U0010ffff", "e\u0301", "\u202eabc", "\u200b"]


class BadText(unittest.TestCase):
    @row(31, "bad text", f"{len(BAD_TEXTS)} texts in {len(PLACES)} places of an event: invalid "
         "UTF-8, lone surrogates, NUL; a byte order mark; by HTTP and on the stream",
         "400 by `not_json`, and nothing of it anywhere")
    def test_bad_text_is_refused_in_every_place(self):
        bodies = {f"{text} as {place}": event % BAD_TEXTS[text]
                  for place, event in PLACES.items() for text in BAD_TEXTS}
        bodies["a byte order mark first"] = MARK + b'{"output":1}'
        bodies["a byte order mark first of a batch"] = MARK + b'[{"output":1}]'
        lines = [body for body in bodies.values() if b"\n" not in body]
        with Daemon(baseline=SMALL) as daemon:
            connection = daemon.connection()
            for name, body in bodies.items():
                with self.subTest(name):
                    connection.request("POST", "/v1/predictions", body)
                    answer = connection.getresponse()
                    error = json.loads(answer.read().decode("utf-8"))["error"]
                    self.assertEqual((answer.status, error.split(":")[0]), (400, "not_json"))
            connection.close()
            with daemon.stream() as stream:
                stream.sendall(b"\n".join(lines) + b"\n")
            expected = {("http", "not_json"): len(bodies), ("ndjson_unix", "not_json"): len(lines)}
            await_true(lambda: event_counts(daemon.metrics()) == expected,
                       lambda: event_counts(daemon.metrics()))
            self.assertEqual(daemon.metric("feature_0_value_count"), 0)
            assert_conserved(self, daemon, Sent())

    @row(31, "text at the edges of Unicode",
         f"{len(GOOD_TEXTS)} texts as categories, raw and escaped",
         "log and `/metrics`, in both formats, are valid UTF-8 and hold each of them")
    def test_log_and_metrics_are_always_utf_8(self):
        sent = Sent()
        with Daemon(baseline=copies(COLOUR, 1)) as daemon:
            for text in GOOD_TEXTS:
                for raw in (False, True):
                    name, event = sent.event(features=[text], request_body=text)
                    event = json.dumps(json.loads(event), ensure_ascii=not raw)
                    sent.answered(name, daemon.predict(event.encode()).status)
            self.assertEqual(sent.refused, set())
            for accept in ("text/plain", "application/openmetrics-text"):
                text = daemon.get("/metrics", {"Accept": accept}).body.decode("utf-8")
                for each in GOOD_TEXTS:
                    self.assertIn(f'feature_0_value_total{{bin="{each}"}} 2', text)
            assert_conserved(self, daemon, sent)
            logged = [line["features"][0] for line in daemon.logged()]
            self.assertEqual(sorted(logged), sorted(GOOD_TEXTS * 2))

    @row(31, "bad text around an event", "invalid UTF-8 in the query, in `Content-Type`, `Accept`, "
         "`User-Agent`", "answers, scrapes and the daemon's own log are valid UTF-8")
    def test_bytes_of_a_header_come_back_as_text(self):
        with Daemon(baseline=SMALL) as daemon, Wire(daemon) as wire:
            for head in (b"GET /metrics?name[]=%ff HTTP/1.1\r\nHost: a\r\n",
                         b"GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: \xff\xfe\r\n",
                         b"GET /%ff HTTP/1.1\r\nHost: a\r\nUser-Agent: \xff\r\n",
                         b"POST /v1/predictions HTTP/1.1\r\nHost: a\r\nContent-Type: \xff\xfe/x\r\n"
                         b"Content-Length: 0\r\n",
                         b"POST /v1/predictions?ids=%ff HTTP/1.1\r\nHost: a\r\n"
                         b"Content-Length: 0\r\n"):
                wire.send(head + b"\r\n")
                with self.subTest(head):
                    wire.answer().body.decode("utf-8")
            daemon.get("/metrics").body.decode("utf-8")
            for line in daemon.lines:
                line.encode("utf-8")  # Bytes that are none were read as surrogates.


if __name__ == "__main__":
    unittest.main()
