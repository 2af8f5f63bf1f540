"""JSON that no reader may take is refused whole; what every reader must take is logged as it came."""

import json
import unittest

from faults.json_documents import ACCEPTED, REJECTED, REJECTED_BODIES, SPACED
from faults.rows import row
from support.conservation import Sent, assert_conserved
from support.daemon import Daemon, event_counts

JSON = {"Content-Type": "application/json"}


def as_bytes(document):
    return document if isinstance(document, bytes) else document.encode()


def event_of(document, name="x"):
    return (b'{"prediction_id":"%s","output":1,"request_body":' % name.encode() +
            as_bytes(document) + b"}")


class JsonDocuments(unittest.TestCase):
    def post(self, connection, body):
        connection.request("POST", "/v1/predictions", body, JSON)
        response = connection.getresponse()
        return response.status, response.read()

    def test_there_are_as_many_as_was_meant(self):
        self.assertGreaterEqual(len(REJECTED) + len(REJECTED_BODIES), 180)
        self.assertGreaterEqual(len(ACCEPTED) + len(SPACED), 90)

    @row(34, "documents that are no JSON",
         f"{len(REJECTED) + len(REJECTED_BODIES)} documents, by name",
         "400 with one reason, on a connection that goes on; nothing counted or logged")
    def test_what_is_no_json_is_refused_and_counted_nowhere_else(self):
        bodies = {**{name: event_of(document) for name, document in REJECTED.items()},
                  **{name: as_bytes(document) for name, document in REJECTED_BODIES.items()}}
        with Daemon() as daemon:
            connection = daemon.connection()
            for name, body in bodies.items():
                with self.subTest(name):
                    status, answer = self.post(connection, body)
                    self.assertEqual(status, 400, answer)
                    self.assertEqual(list(json.loads(answer)), ["error"])
            connection.close()
            counts = event_counts(daemon.metrics())
            self.assertEqual(set(counts) - {("http", "not_json"), ("http", "duplicate_field"),
                                            ("http", "wrong_type")}, set())
            self.assertEqual(sum(counts.values()), len(bodies))
            assert_conserved(self, daemon, Sent())

    @row(34, "documents that are JSON", f"{len(ACCEPTED) + len(SPACED)} documents, by name",
         "202; in the log as they came, without insignificant whitespace")
    def test_what_is_json_is_logged_as_it_came(self):
        rows = {**{name: (document, document) for name, document in ACCEPTED.items()}, **SPACED}
        sent = Sent()
        with Daemon() as daemon:
            connection = daemon.connection()
            logged = {}
            for name, (document, expected) in rows.items():
                with self.subTest(name):
                    event, _ = sent.event()
                    status, answer = self.post(connection, event_of(document, event))
                    self.assertEqual(status, 202, answer)
                    sent.answered(event, status)
                    logged[event] = (name, expected)
            connection.close()
            assert_conserved(self, daemon, sent)
            for line in daemon.log_lines():
                name, expected = logged[json.loads(line)["prediction_id"]]
                with self.subTest(name):
                    self.assertIn(f'"request_body":{expected},"metadata":', line)


if __name__ == "__main__":
    unittest.main()
