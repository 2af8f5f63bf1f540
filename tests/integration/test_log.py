"""The prediction log while the daemon runs: where lines go, when, and what an answer promises."""

import json
import signal
import time
import unittest

from support.daemon import Daemon, await_true, conserved, sample
from support.wire import Wire, post

DAY = 86400


def moment(days_ago, hour, minute, second=0):
    """Unix seconds on a day, UTC."""
    return int(time.time()) // DAY * DAY - days_ago * DAY + hour * 3600 + minute * 60 + second


def date(seconds):
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def relative_files(daemon):
    return [str(file.relative_to(daemon.log_directory)) for file in daemon.log_files()]


def ids_by_file(daemon):
    return {str(file.relative_to(daemon.log_directory)):
            [json.loads(line)["prediction_id"] for line in file.read_text("utf-8").splitlines()]
            for file in daemon.log_files()}


class Partitions(unittest.TestCase):
    def test_a_file_is_named_for_its_event_time_and_the_identity(self):
        rows = [
            (15, (1, 0, 0, 0), "0000"), (15, (1, 0, 14, 59), "0000"), (15, (1, 0, 15, 0), "0015"),
            (15, (2, 23, 59, 59), "2345"), (60, (1, 13, 59, 59), "1300"), (1, (3, 7, 8, 9), "0708"),
            (1440, (1, 23, 0, 0), "0000"), (90, (1, 4, 29, 0), "0300"),
        ]
        identity = {"endpoint_id": "End.Point_1", "logger_id": "log-ger", "replica_id": "rep.lica",
                    "server_id": "s"}
        for minutes, when, name in rows:
            with self.subTest(minutes=minutes, when=when), Daemon(config={
                    "prediction_log": {"partition_minutes": minutes}, "identity": identity,
                    }) as daemon:
                seconds = moment(*when)
                daemon.predict({"output": 1, "timestamp": seconds})
                daemon.await_written(1)
                self.assertEqual(relative_files(daemon), [
                    f"models/predictions/End.Point_1/{date(seconds)}/{name}_log-ger-rep.lica.txt"])

    def test_an_event_without_a_time_is_of_now(self):
        before = time.time()
        with Daemon() as daemon:
            daemon.predict({"output": 1})
            daemon.await_written(1)
            (line,) = daemon.logged()
            (file,) = relative_files(daemon)
        self.assertEqual(line["created_at"], line["received_at"])
        quarters = [time.strftime("%Y-%m-%d/%H%M", time.gmtime(each // 900 * 900))
                    for each in (before, time.time())]
        self.assertIn(file.split("_")[0].removeprefix("models/predictions/endpoint/"), quarters)

    def test_many_partitions_take_turns_with_few_open_files(self):
        options = {"open_partitions": 2, "flush_interval_ms": 1}
        with Daemon(config={"prediction_log": options}) as daemon:
            expected = {}
            for turn in range(20):
                for hour in range(6):
                    seconds = moment(1 + hour % 2, hour, 0, turn)
                    identifier = f"{hour}-{turn}"
                    daemon.predict({"output": 1, "timestamp": seconds,
                                    "prediction_id": identifier})
                    file = (f"models/predictions/endpoint/{date(seconds)}/"
                            f"{hour:02}00_logger-replica.txt")
                    expected.setdefault(file, []).append(identifier)
                metrics = daemon.metrics()
                self.assertLessEqual(metrics[sample("boxkited_log_open_partitions")], 2)
                self.assertEqual(*conserved(metrics))
            daemon.await_written(120)
            self.assertEqual(ids_by_file(daemon), expected)

            batch = "\n".join(json.dumps({"output": 1, "timestamp": moment(3, hour, 0)})
                              for hour in range(24))
            self.assertEqual(daemon.predict_lines(batch).json["accepted"], 24)
            daemon.await_written(144)
            self.assertEqual(len(daemon.log_files()), 30)
            self.assertEqual(len(daemon.logged()), 144)

    def test_the_bytes_written_are_those_of_the_files(self):
        with Daemon() as daemon:
            for _ in range(10):
                daemon.predict({"output": "ü"})
            daemon.await_written(10)
            size = sum(file.stat().st_size for file in daemon.log_files())
            self.assertEqual(daemon.metric("boxkited_log_written_bytes_total"), size)


class Flushing(unittest.TestCase):
    def test_an_event_waits_for_the_flush_interval_and_no_longer(self):
        with Daemon(config={"prediction_log": {"flush_interval_ms": 300}}) as daemon:
            daemon.predict({"output": 1})
            started = time.monotonic()
            daemon.await_written(1)
            self.assertLess(time.monotonic() - started, 3)

    def test_until_then_it_is_queued_and_a_stop_writes_it(self):
        with Daemon(config={"prediction_log": {"flush_interval_ms": 3_600_000}}) as daemon:
            for _ in range(3):
                daemon.predict({"output": 1})
            metrics = daemon.metrics()
            self.assertEqual(metrics[sample("boxkited_log_queue_events")], 3)
            self.assertGreater(metrics[sample("boxkited_log_queue_bytes")], 300)
            self.assertEqual(conserved(metrics), (3, 3))
            self.assertEqual(daemon.log_lines(), [])
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(len(daemon.log_lines()), 3)

    def test_an_empty_queue_holds_nothing(self):
        with Daemon() as daemon:
            daemon.predict({"output": 1})
            await_true(lambda: daemon.metric("boxkited_log_queue_bytes") == 0, "a synced file")
            metrics = daemon.metrics()
            self.assertEqual(metrics[sample("boxkited_log_queue_events")], 0)
            self.assertEqual(metrics[sample("boxkited_log_events_written_total")], 1)


class Acknowledgement(unittest.TestCase):
    """With `ack` written or synced the line is in its file when the answer comes."""

    def test_of_each_answer(self):
        for ack in ("written", "synced"):
            with self.subTest(ack), Daemon(config={"prediction_log": {"ack": ack}}) as daemon:
                connection = daemon.connection()
                for count in range(1, 11):
                    connection.request("POST", "/v1/predictions", '{"output":1}')
                    response = connection.getresponse()
                    self.assertEqual(response.status, 202)
                    identifier = json.loads(response.read())["prediction_id"]
                    lines = daemon.logged()
                    self.assertEqual((len(lines), lines[-1]["prediction_id"]), (count, identifier))
                connection.close()

    def test_of_batches_over_each_transport(self):
        with Daemon(config={"prediction_log": {"ack": "written"}}) as daemon:
            for count, unix in ((1, False), (2, True)):
                body = "\n".join(json.dumps({"output": 1, "timestamp": moment(1, hour, 0)})
                                 for hour in range(24))
                answer = daemon.predict_lines(body, unix=unix)
                self.assertEqual((answer.status, answer.json["accepted"]), (202, 24))
                self.assertEqual(len(daemon.log_lines()), 24 * count)

    def test_of_pipelined_requests_in_order(self):
        for ack in ("written", "synced"):
            with self.subTest(ack), Daemon(config={"prediction_log": {"ack": ack}}) as daemon, \
                    Wire(daemon) as wire:
                events = [json.dumps({"output": 1, "prediction_id": str(i)}) for i in range(50)]
                wire.send(b"".join(post(event) for event in events)
                          + b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
                for i in range(50):
                    answer = wire.answer()
                    self.assertEqual((answer.status, answer.json), (202, {"prediction_id": str(i)}))
                    self.assertIn(str(i), [line["prediction_id"] for line in daemon.logged()])
                self.assertEqual(wire.answer().json, {"status": "ok"})

    def test_other_connections_do_not_wait_for_it(self):
        options = {"ack": "written", "flush_interval_ms": 3_600_000}
        with Daemon(config={"prediction_log": options}) as daemon:
            with Wire(daemon) as wire:
                wire.send(post('{"output":1}'))
                self.assertEqual(daemon.get("/livez").status, 200)
                self.assertEqual(wire.answer().status, 202)
                self.assertEqual(len(daemon.log_lines()), 1)


class LogOff(unittest.TestCase):
    def test_events_are_counted_and_no_file_is_touched(self):
        with Daemon(arguments=["--no-log"]) as daemon:
            for _ in range(3):
                self.assertEqual(daemon.predict({"output": 1}).status, 202)
            metrics = daemon.metrics()
            self.assertEqual(metrics[sample("boxkited_log_events_unlogged_total")], 3)
            self.assertEqual(conserved(metrics), (3, 3))
            self.assertFalse(daemon.log_directory.exists())
            self.assertEqual(daemon.get("/v1/status").json["log"], None)
            self.assertEqual(daemon.get("/healthz").status, 200)


class Restart(unittest.TestCase):
    def test_the_same_file_goes_on(self):
        event = {"output": 1, "timestamp": moment(1, 12, 0)}
        with Daemon() as daemon:
            for count in range(1, 4):
                self.assertEqual(daemon.predict(event).status, 202)
                self.assertEqual(daemon.stop(), 0)
                self.assertEqual(len(daemon.log_lines()), count)
                self.assertEqual(len(daemon.log_files()), 1)
                daemon.start()

    def test_after_a_kill_what_was_acknowledged_as_written_is_there_once(self):
        with Daemon(config={"prediction_log": {"ack": "written"}}) as daemon:
            acknowledged = []
            for _ in range(5):
                for _ in range(20):
                    answer = daemon.predict({"output": 1})
                    acknowledged.append(answer.json["prediction_id"])
                self.assertEqual(daemon.stop(signal.SIGKILL), -signal.SIGKILL)
                daemon.start()
            self.assertEqual([line["prediction_id"] for line in daemon.logged()], acknowledged)


if __name__ == "__main__":
    unittest.main()
