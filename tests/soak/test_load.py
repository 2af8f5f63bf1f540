"""Half a minute of load: every accepted event is in the log, once."""

import os
import pathlib
import re
import subprocess
import unittest

from support.daemon import (GOLDEN, Daemon, await_true, conserved, event_counts, sample,
                            total)
from support.needs import need

SECONDS = 30
EVENTS = GOLDEN / "diabetes" / "events.ndjson"
SCRIPT = pathlib.Path(__file__).with_name("predictions.lua")


class Load(unittest.TestCase):
    def test_accepted_is_what_the_log_holds(self):
        config = {"threads": 2, "prediction_log": {"flush_interval_ms": 500}}
        with Daemon(baseline=GOLDEN / "diabetes" / "histogram.prom", config=config) as daemon:
            said = subprocess.run(
                [need("wrk"), "-t2", "-c16", f"-d{SECONDS}s", "-s", str(SCRIPT),
                 f"http://127.0.0.1:{daemon.port}/v1/predictions"],
                env={**os.environ, "EVENTS": str(EVENTS)}, check=True, text=True,
                stdout=subprocess.PIPE).stdout
            print(said)
            answered = int(re.search(r"(\d+) requests in", said).group(1))
            self.assertGreater(answered, 0)
            self.assertNotIn("Non-2xx", said)
            self.assertNotIn("Socket errors", said)

            # Requests that wrk cut off at its end may still be under way.
            await_true(lambda: total(daemon.metrics(), "boxkited_connections") == 1,
                       "wrk's connections to end")
            metrics = daemon.metrics()
            accepted = daemon.accepted()
            self.assertEqual(event_counts(metrics), {("http", "accepted"): accepted})
            self.assertGreaterEqual(accepted, answered)
            self.assertEqual(metrics[sample("inference_value_count")], accepted)
            self.assertEqual(*conserved(metrics))
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(self.logged_ids(daemon), accepted)

    def logged_ids(self, daemon):
        """How many lines the log has, each with an id of its own."""
        lines = 0
        ids = set()
        for file in daemon.log_files():
            with file.open("rb") as log:
                for line in log:
                    lines += 1
                    ids.add(line[:line.index(b'","server_id"')])
        self.assertEqual(len(ids), lines)
        return lines


if __name__ == "__main__":
    unittest.main()
