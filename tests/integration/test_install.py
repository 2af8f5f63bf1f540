"""`cmake --install` puts all where a distribution has it, and what it puts there works."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from support.daemon import PATIENCE, ROOT, run
from support.needs import may_need, need

BUILD = os.environ["BOXKITED_BUILD"]


class Installed(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(
            self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-")))

    def install(self, prefix, **environment):
        subprocess.run([need("cmake"), "--install", BUILD, "--prefix", prefix],
                       env={**os.environ, **environment}, check=True, capture_output=True)


class Install(Installed):
    def installed(self):
        return {str(file.relative_to(self.folder)) for file in self.folder.rglob("*")
                if file.is_file()}

    def expected(self, prefix, config):
        documents = {str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*")
                     if file.is_file()}
        return {f"{prefix}bin/boxkited", f"{prefix}lib/systemd/system/boxkited.service",
                f"{prefix}lib/systemd/system/boxkited.socket",
                f"{prefix}lib/sysusers.d/boxkited.conf",
                f"{config}boxkited.json", f"{config}boxkited.schema.json",
                *(f"{prefix}share/doc/boxkited/{name}"
                  for name in ("LICENSE", "README.md", *documents))}

    def test_as_a_distribution_does(self):
        self.install("/usr", DESTDIR=str(self.folder))
        self.assertEqual(self.installed(), self.expected("usr/", "etc/boxkited/"))
        unit = (self.folder / "usr/lib/systemd/system/boxkited.service").read_text()
        self.assertIn("\nExecStart=/usr/bin/boxkited serve --config /etc/boxkited/boxkited.json\n",
                      unit)
        self.assertIn("\nDocumentation=file:///usr/share/doc/boxkited/docs/operations.md\n", unit)

    def test_below_a_prefix(self):
        self.install(self.folder)
        self.assertEqual(self.installed(), self.expected("", "etc/boxkited/"))
        config = self.folder / "etc/boxkited/boxkited.json"
        binary = self.folder / "bin/boxkited"
        unit = (self.folder / "lib/systemd/system/boxkited.service").read_text()
        self.assertIn(f"\nExecStart={binary} serve --config {config}\n", unit)

        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True)
        self.assertEqual(said.stdout, run("--version").stdout)
        baseline = ROOT / "config" / "demo" / "histogram.prom"
        checked = subprocess.run([binary, "check", "--config", config, "--baseline", baseline],
                                 capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(checked.returncode, 0, checked.stderr)

class Systemd(Installed):
    """What systemd says of the units, without running them."""

    def setUp(self):
        super().setUp()
        self.analyze = may_need("systemd-analyze", "the daemon runs without systemd")
        self.install(self.folder)
        self.units = self.folder / "lib/systemd/system"

    def test_systemd_takes_the_unit(self):
        for unit in ("boxkited.service", "boxkited.socket"):
            verified = subprocess.run([self.analyze, "verify", self.units / unit],
                                      capture_output=True, text=True)
            self.assertEqual((verified.returncode, verified.stderr), (0, ""))

    def test_the_service_is_exposed_to_little(self):
        judged = subprocess.run(
            [self.analyze, "security", "--offline=true", "--threshold=15", "--no-pager",
             self.units / "boxkited.service"], capture_output=True, text=True)
        self.assertEqual(judged.returncode, 0, judged.stdout + judged.stderr)
        self.assertRegex(judged.stdout, r"Overall exposure level for boxkited.service: [01]\.")

    def test_the_user_that_it_names_is_made(self):
        sysusers = may_need("systemd-sysusers", "the daemon runs without systemd")
        root = self.folder / "root"
        (root / "etc").mkdir(parents=True)
        subprocess.run([sysusers, f"--root={root}", self.folder / "lib/sysusers.d/boxkited.conf"],
                       check=True, capture_output=True)
        unit = (self.units / "boxkited.service").read_text()
        for file, key in (("passwd", "User"), ("group", "Group")):
            (name,) = re.findall(f"^{key}=(.*)$", unit, re.M)
            self.assertIn(f"{name}:", (root / "etc" / file).read_text())

    def test_the_sockets_are_those_of_the_default_config(self):
        socket = (self.units / "boxkited.socket").read_text()
        defaults = json.loads(run("check", "--no-baseline").stdout)
        self.assertEqual(re.findall(r"^ListenStream=(.*)$", socket, re.M),
                         [each["http"] for each in defaults["listeners"]])

    def test_it_has_the_time_that_a_stop_takes(self):
        unit = (self.units / "boxkited.service").read_text()
        (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.M)
        defaults = json.loads(run("check", "--no-baseline").stdout)
        self.assertGreater(int(seconds) * 1000, defaults["shutdown_delay_ms"]
                           + defaults["shutdown_timeout_ms"])


if __name__ == "__main__":
    unittest.main()
