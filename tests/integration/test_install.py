"""`cmake --install` puts all where a distribution has it, and what it puts there works."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from support.daemon import PATIENCE, ROOT, run
from support.needs import may_need, need

BUILD = os.environ["BOXKITED_BUILD"]


class Install(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(
            self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-")))

    def install(self, prefix, **environment):
        subprocess.run([need("cmake"), "--install", BUILD, "--prefix", prefix],
                       env={**os.environ, **environment}, check=True, capture_output=True)

    def installed(self):
        return {str(file.relative_to(self.folder)) for file in self.folder.rglob("*")
                if file.is_file()}

    def expected(self, prefix, config):
        documents = {str(file.relative_to(ROOT)) for file in (ROOT / "docs").rglob("*")
                     if file.is_file()}
        return {f"{prefix}bin/boxkited", f"{prefix}lib/systemd/system/boxkited.service",
                f"{config}boxkited.json", f"{config}boxkited.schema.json",
                *(f"{prefix}share/doc/boxkited/{name}"
                  for name in ("LICENSE", "README.md", *documents))}

    def test_as_a_distribution_does(self):
        self.install("/usr", DESTDIR=str(self.folder))
        self.assertEqual(self.installed(), self.expected("usr/", "etc/boxkited/"))
        unit = (self.folder / "usr/lib/systemd/system/boxkited.service").read_text()
        self.assertIn("\nExecStart=/usr/bin/boxkited serve --config /etc/boxkited/boxkited.json\n",
                      unit)

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

    def test_systemd_takes_the_unit(self):
        analyze = may_need("systemd-analyze", "the daemon runs without systemd")
        self.install(self.folder)
        unit = self.folder / "lib/systemd/system/boxkited.service"
        verified = subprocess.run([analyze, "verify", unit], capture_output=True, text=True)
        self.assertEqual((verified.returncode, verified.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
