"""docs/getting-started.md is followed from a built daemon to a histogram in Prometheus."""

import contextlib
import pathlib
import signal
import subprocess
import tempfile
import unittest

from support.daemon import BINARY, PATIENCE, ROOT, surroundings
from support.documents import PORT, fences, session
from support.needs import need
from support.reader import Reader
from support.service import free_port

PROMETHEUS_PORT = "9091"


class GettingStarted(unittest.TestCase):
    def setUp(self):
        for program in ("bash", "curl", "prometheus"):
            need(program)
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-"))
        self.folder = pathlib.Path(folder)
        for part in ("config", "tests"):
            (self.folder / part).symlink_to(ROOT / part)
        (self.folder / "output").touch()
        binary = self.folder / "build" / "daemon" / "boxkited"
        binary.parent.mkdir(parents=True)
        binary.symlink_to(BINARY)
        self.reader = Reader(self.folder, {PORT: str(free_port()),
                                           PROMETHEUS_PORT: str(free_port())})

    def here(self, text):
        """With ports that are free; the daemon's own default has to be said then."""
        return self.reader.here(
            text.replace("boxkited serve", f"boxkited serve --listen 127.0.0.1:{PORT}"))

    def start(self, command):
        """What the reader lets run in a terminal of its own."""
        output = self.enterContext(open(self.folder / "output", "ab"))
        process = subprocess.Popen(["bash", "-c", f"exec {self.here(command)}"], cwd=self.folder,
                                   env=surroundings(), stdout=output, stderr=output)
        self.addCleanup(self.end, process)

    def end(self, process):
        process.send_signal(signal.SIGINT)
        with contextlib.ExitStack() as stack:
            stack.callback(process.kill)
            self.assertEqual(process.wait(PATIENCE), 0)

    def check(self, command, shown):
        self.reader.check(command, shown, (self.folder / "output").read_text)

    def test_each_step_shows_what_the_document_says(self):
        steps = fences("docs/getting-started.md")
        # The first step builds, which is done.
        self.assertEqual(steps.pop(0), ("sh", "deploy/run.sh --once\n"))
        for language, block in steps:
            if language == "sh":
                self.start(block)
            elif language == "yaml":
                (self.folder / "build" / "prometheus.yml").write_text(self.here(block))
            elif language == "console":
                for command, shown in session(block):
                    self.check(command, shown)
            else:
                demo = (ROOT / "config" / "demo" / "histogram.prom").read_text("utf-8")
                self.assertTrue(demo.startswith(block))


if __name__ == "__main__":
    unittest.main()
