"""deploy/run.sh --once, from a folder where all is built: it shows the demo, and leaves nothing."""

import json
import os
import shutil
import socket
import subprocess
import unittest

from support.daemon import PATIENCE, ROOT
from support.needs import need
from support.service import free_port

BUILD = os.environ["BOXKITED_BUILD"]


class RunScript(unittest.TestCase):
    def run_once(self, port):
        for program in ("bash", "cmake", "curl", "ninja"):
            need(program)
        self.addCleanup(shutil.rmtree, ROOT / "build" / "demo" / str(port), ignore_errors=True)
        # With BOXKITED_ variables of the tests the daemon would warn of them.
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith("BOXKITED_")}
        return subprocess.run(
            [ROOT / "deploy" / "run.sh", "--once", "--port", str(port), "--build", BUILD],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment,
            timeout=4 * PATIENCE)

    def sections(self, output):
        """What it shows, by the first words of each heading."""
        sections = {}
        for part in output.split("\n== ")[1:]:
            heading, _, shown = part.partition("\n")
            sections[heading.split(":")[0]] = shown.strip("\n").splitlines()
        return sections

    def test_it_shows_what_became_of_the_predictions(self):
        port = free_port()
        ended = self.run_once(port)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        shown = self.sections(ended.stdout)
        self.assertEqual(shown["500 predictions"], ['{"accepted":500,"rejected":0,"errors":[]}'])
        metrics = shown["one feature and the predictions"]
        self.assertIn('feature_2_value_bucket{le="+Inf"} 500', metrics)
        self.assertIn('inference_value_bucket{le="+Inf"} 500', metrics)
        lines = shown["the first 2 of 500 lines of the log"]
        events = (ROOT / "config" / "demo" / "events.ndjson").read_text("utf-8").splitlines()
        self.assertEqual([json.loads(line)["features"] for line in lines],
                         [json.loads(event)["features"] for event in events[:2]])
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))

    def test_a_port_that_is_taken_is_said(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            ended = self.run_once(other.getsockname()[1])
        self.assertEqual(ended.returncode, 1)
        self.assertIn("is taken", ended.stderr)


if __name__ == "__main__":
    unittest.main()
