"""Each limit is an option: at its default it is the design's, at another value that is obeyed."""

import json
import resource
import select
import unittest

from support.baselines import COLOUR
from support.daemon import ROOT, Daemon, await_true, run
from support.wire import Wire, post

DEFAULTS = {
    "body_bytes": 4 << 20, "header_bytes": 8192, "header_count": 100, "header_time_ms": 10_000,
    "idle_time_ms": 60_000, "connections": 1024, "memory_bytes": 0, "json_depth": 128,
    "batch_events": 10_000, "bins_per_feature": 1000, "new_bins_total": 20_000,
    "bin_name_bytes": 256,
}

GET = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
EVENT = '{"output":1}'


def body_of(size):
    return post(EVENT.ljust(size))


def header_of(size):
    filler = b"X: \r\n"
    return GET[:-2] + filler[:3] + b"x" * (size - len(GET) - len(filler)) + filler[3:] + b"\r\n"


def fields(count):
    return GET[:-2] + b"X: y\r\n" * (count - 1) + b"\r\n"


def nested(depth):
    return post('{"output":1,"request_body":%s}' % ("[" * (depth - 1) + "]" * (depth - 1)))


def batch(count):
    return post("[" + ",".join([EVENT] * count) + "]")


# What a request can have too much of: another limit, a request that has as much, and the status
# of one that has one more.
REQUESTS = {
    "body_bytes": (1024, body_of, 413),
    "header_bytes": (1024, header_of, 431),
    "header_count": (8, fields, 431),
    "json_depth": (4, nested, 400),
    "batch_events": (3, batch, 413),
}

# Another limit, categories of one feature, and how many of them count as `__other__`.
CATEGORIES = {
    "bins_per_feature": (2, ["a", "b", "c", "d", "a"], 2),
    "new_bins_total": (1, ["a", "b", "c", "d", "a"], 3),
    "bin_name_bytes": (3, ["abc", "abcd", "abcde"], 2),
}


def limited(name, value, **options):
    return Daemon(config={"limits": {name: value}}, **options)


class Limits(unittest.TestCase):
    def statuses(self, daemon, *requests):
        with Wire(daemon) as wire:
            for request in requests:
                wire.send(request)
            return [wire.answer().status for _ in requests]

    def test_the_defaults_are_those_of_the_design_and_all_of_them_are_here(self):
        checked = json.loads(run("check", "--no-baseline").stdout)
        self.assertEqual(checked["limits"], DEFAULTS)
        tested = {*REQUESTS, *CATEGORIES, "header_time_ms", "idle_time_ms", "connections",
                  "memory_bytes"}
        self.assertEqual(tested, set(DEFAULTS))
        page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
        for name, value in DEFAULTS.items():
            self.assertIn(f"| `limits.{name}` | `{value}` | `BOXKITED_LIMITS_{name.upper()}` |", page)

    def test_what_a_request_has_too_much_of(self):
        with Daemon() as default:
            for name, (limit, make, status) in REQUESTS.items():
                with self.subTest(name), limited(name, limit) as daemon:
                    good, refused = self.statuses(daemon, make(limit), make(limit + 1))
                    self.assertIn(good, (200, 202))
                    self.assertEqual(refused, status)
                    self.assertEqual(self.statuses(default, make(limit + 1)), [good])

    def test_a_variable_sets_them_as_well(self):
        for name, (limit, make, status) in REQUESTS.items():
            variable = {f"BOXKITED_LIMITS_{name.upper()}": str(limit)}
            with self.subTest(name), Daemon(environment=variable) as daemon:
                self.assertEqual(self.statuses(daemon, make(limit + 1)), [status])

    def test_how_many_categories_are_counted_as_themselves(self):
        baseline = COLOUR.replace("feature_1", "feature_0")
        for name, (limit, categories, expected) in CATEGORIES.items():
            categories = [{"colour": each} for each in categories]
            with self.subTest(name), limited(name, limit, baseline=baseline) as daemon:
                for each in categories:
                    self.assertEqual(daemon.predict({"features": each}).status, 202)
                self.assertEqual(daemon.metric("feature_0_value_total", bin="__other__"), expected)
        with Daemon(baseline=baseline) as daemon:
            daemon.predict({"features": {"colour": "abcde"}})
            self.assertEqual(daemon.metric("feature_0_value_total", bin="__other__"), 0)

    def test_how_long_is_waited(self):
        rows = {"header_time_ms": (GET[:-1], [408]), "idle_time_ms": (b"", []),
                "idle_time_ms of a body": (post(EVENT)[:-1], [408])}
        with Daemon() as default:
            for row, (sent, statuses) in rows.items():
                with (self.subTest(row), limited(row.split()[0], 100) as daemon,
                      Wire(daemon) as impatient, Wire(default) as patient):
                    patient.send(sent)
                    impatient.send(sent)
                    self.assertEqual([each.status for each in impatient.rest()], statuses)
                    self.assertEqual(select.select([patient.socket], [], [], 0)[0], [])

    def busy(self, daemon, count):
        """As many connections, each within a request."""
        wires = []
        for _ in range(count):
            wires.append(self.enterContext(Wire(daemon)))
            wires[-1].send(GET[:-1])
        await_true(lambda: self.refused(daemon), "all to be taken")
        for wire in wires:
            wire.send(GET[-1:])
            self.assertEqual(wire.answer().status, 200)

    def refused(self, daemon):
        with Wire(daemon) as late:
            late.send(GET)
            return late.answer().status == 503

    def test_how_many_connections_are_open(self):
        with limited("connections", 3) as daemon:
            self.busy(daemon, 3)

    def test_connections_are_at_most_half_of_the_descriptors(self):
        with Daemon(start=False) as daemon:
            before = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (100, before[1]))
            try:
                daemon.start()
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, before)
            daemon.await_line("limits.connections: lowered from 1024 to 50, half of the 100 ")
            self.busy(daemon, 50)

    def test_how_much_memory_requests_take(self):
        queue = 1 << 20
        config = {"prediction_log": {"queue_bytes": queue}}
        rows = {3 * queue: 503, 64 * queue: 202}
        for memory, status in rows.items():
            with (self.subTest(memory), Daemon(config=config | {"limits": {"memory_bytes": memory}})
                  as daemon, Wire(daemon, unix=True) as one, Wire(daemon, unix=True) as two,
                  Wire(daemon, unix=True) as three):
                body = EVENT.ljust(1_000_000)
                for wire in (one, two):
                    wire.send(post(body)[:-1])
                await_true(lambda: daemon.metric("boxkited_received_bytes_total") > 2_000_000,
                           "both bodies to be read but for their last byte")
                try:
                    three.send(post(body))
                except (BrokenPipeError, ConnectionResetError):
                    pass
                self.assertEqual(three.answer().status, status)


if __name__ == "__main__":
    unittest.main()
