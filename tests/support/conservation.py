"""The law of conservation: what was acknowledged, what /metrics says and what lies in the files agree,
event by event.

    sent = Sent()
    with sender(daemon, sent):          # Posts, one event after the other, until the end of the with.
        ...                             # The fault.
    assert_conserved(self, daemon, sent)
"""

import collections
import contextlib
import http.client
import json
import threading

from support.daemon import accepted, await_true, conserved, sample


class Sent:
    """Events with ids of their own, and what was answered: taken (202), refused (any other answer),
    or nothing, as when a daemon is killed. Any number of threads may send."""

    def __init__(self):
        self._lock = threading.Lock()
        self._count = 0
        self.taken = set()
        self.refused = set()
        self.unanswered = set()
        self.statuses = set()  # Of all answers.

    def event(self, **fields):
        """A new event, as text; its answer is not known yet."""
        with self._lock:
            self._count += 1
            name = f"event-{self._count}"
            self.unanswered.add(name)
        return name, json.dumps({"prediction_id": name, "output": 1, **fields})

    def answered(self, name, status):
        with self._lock:
            self.unanswered.discard(name)
            self.statuses.add(status)
            (self.taken if status == 202 else self.refused).add(name)

    def post(self, connection, **fields):
        """Posts a new event; its status, None when no answer came."""
        name, body = self.event(**fields)
        try:
            connection.request("POST", "/v1/predictions", body)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            return None
        self.answered(name, response.status)
        return response.status


@contextlib.contextmanager
def sender(daemon, sent, connections=1, **fields):
    """Posts over each connection, one event after the other, until the end of the `with` or of the
    daemon."""
    stop = threading.Event()

    def run():
        connection = daemon.connection()
        while not stop.is_set() and sent.post(connection, **fields) is not None:
            pass
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def logged_ids(daemon):
    """How often each id stands in the files; lines are whole and strict JSON."""
    return collections.Counter(line["prediction_id"] for line in daemon.each_logged())


def assert_logged(test, daemon, sent, lost=0):
    """What was taken is in the files once, but for `lost` events; what was refused is in none; what
    was not answered is there once or not at all."""
    ids = logged_ids(daemon)
    test.assertEqual({name: times for name, times in ids.items() if times > 1}, {})
    test.assertEqual(ids.keys() - sent.taken - sent.unanswered, set())
    test.assertEqual(len(sent.taken - ids.keys()), lost)


def assert_conserved(test, daemon, sent, lost=0):
    """The same, once all that this process has accepted is written, and its scrape agrees. `sent`
    holds all that the files may hold, and this process has accepted."""
    await_true(lambda: daemon.metric("boxkited_log_queue_events") == 0, "an empty queue")
    metrics = daemon.metrics()
    test.assertEqual(*conserved(metrics))
    test.assertEqual(metrics[sample("boxkited_log_events_lost_total")], lost)
    test.assertGreaterEqual(accepted(metrics), len(sent.taken))
    test.assertLessEqual(accepted(metrics), len(sent.taken) + len(sent.unanswered))
    assert_logged(test, daemon, sent, lost)
