"""kill -9 while it writes: nothing acknowledged as written is lost, nothing is there twice."""

import json
import random
import signal
import time
import unittest

from faults.rows import row
from support.conservation import Sent, assert_logged, sender
from support.daemon import RUNS_ALL, Daemon

ROUNDS = 200
LONGEST = 0.05  # Seconds of load before the kill.
STOP_DEADLINE = 50  # Ten times the five seconds within which it is to end.
DEADLINE = 10  # Ten times the second within which a start is to be done.


class Kill(unittest.TestCase):
    @row(1, "kill -9 during writes",
         f"{ROUNDS} kills at a random moment under load, `ack: written`, each followed by a start",
         "every event acknowledged is in the files once; whole lines only; each start within a "
         "second (10 are allowed)")
    def test_two_hundred_times_nothing_acknowledged_is_lost(self):
        seed = time.time_ns()
        chance = random.Random(seed)
        sent = Sent()
        config = {"prediction_log": {"ack": "written"}}
        rounds = ROUNDS if RUNS_ALL else ROUNDS // 4
        with Daemon(config=config, start=False) as daemon:
            for number in range(rounds):
                with self.subTest(round=number, seed=seed):
                    started = time.monotonic()
                    daemon.start()
                    self.assertLess(time.monotonic() - started, DEADLINE)
                    with sender(daemon, sent, connections=2):
                        time.sleep(chance.uniform(0, LONGEST))
                        daemon.kill()
            daemon.start()
            self.assertGreater(len(sent.taken), rounds)
            assert_logged(self, daemon, sent)

    @row(20, "SIGTERM at full load",
         "SIGTERM while 4 connections post",
         "stops accepting, drains, exits 0 in 5 s (50 are allowed); conservation")
    def test_a_stop_at_full_load_writes_all_that_was_taken(self):
        sent = Sent()
        with Daemon() as daemon:
            with sender(daemon, sent, connections=4):
                daemon.await_written(100)
                started = time.monotonic()
                daemon.process.terminate()
                self.assertEqual(daemon.process.wait(STOP_DEADLINE), 0)
                self.assertLess(time.monotonic() - started, STOP_DEADLINE)
                self.assertEqual(daemon.wait(), 0)
                self.assertRaises(ConnectionRefusedError, daemon.raw)
            (said,) = [line for line in daemon.lines if "message=stopped" in line]
            self.assertNotIn("lost", said)
            self.assertEqual(sent.taken - {json.loads(line)["prediction_id"]
                                           for line in daemon.log_lines()}, set())
            assert_logged(self, daemon, sent)


if __name__ == "__main__":
    unittest.main()
