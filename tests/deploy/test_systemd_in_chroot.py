"""The units under a real systemd, in the Debian that the package was installed in."""

import pathlib
import shutil
import sys
import tempfile
import unittest

from support.baselines import SMALL
from support.booted import Booted
from support.chroot import Chroot, debian
from support.daemon import await_true
from support.debian_package import make_package

SEND = """
import sys, urllib.request
for _ in range(int(sys.argv[1])):
    request = urllib.request.Request("http://127.0.0.1:9810/v1/predictions",
                                     b'{"features":[1,"red",1],"output":0.5}',
                                     {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 202
"""


class Systemd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        root = cls.root = cls.enterClassContext(Chroot(debian()))
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="boxkited-test-"))
        shutil.copy2(make_package(pathlib.Path(folder)), root.path("/root/boxkited.deb"))
        root.run("apt-get", "-qq", "update")
        root.run("apt-get", "-qq", "--no-install-recommends", "install", "/root/boxkited.deb")
        root.path("/etc/boxkited/histogram.prom").write_text(SMALL, "utf-8")
        config = root.path("/etc/boxkited/boxkited.json")
        config.write_text(config.read_text("utf-8").replace(
            "/artefact/histogram.prom", "/etc/boxkited/histogram.prom"), "utf-8")
        cls.drop_in("service", "[Service]\nWatchdogSec=2\nTimeoutStopSec=20\n")

    @classmethod
    def drop_in(cls, unit, text):
        folder = cls.root.path(f"/etc/systemd/system/boxkited.{unit}.d")
        folder.mkdir(parents=True)
        (folder / "test.conf").write_text(text, "utf-8")

    def setUp(self):
        self.machine = self.enterContext(Booted(self.root))

    def show(self, key, unit="boxkited.service"):
        return self.machine.run("systemctl", "show", "--value", f"--property={key}", unit)

    def send(self, count):
        return self.machine.on_its_network(sys.executable, "-c", SEND, str(count))

    def assert_sent(self, sender):
        said = sender.communicate(timeout=120)[1]
        self.assertEqual(sender.returncode, 0, said)

    def lines(self):
        return [line for file in self.root.path("/var/lib/boxkited").rglob("*.txt")
                for line in file.read_text("utf-8").splitlines()]

    def test_a_connection_starts_it_and_none_fails_while_it_is_started_anew(self):
        before = len(self.lines())
        self.machine.run("systemctl", "start", "boxkited.socket")
        self.assertEqual(self.show("ActiveState"), "inactive")
        self.assert_sent(self.send(1))
        self.assertEqual((self.show("ActiveState"), self.show("StatusText")),
                         ("active", "serving on 127.0.0.1:9810"))

        first = self.show("MainPID")
        sender = self.send(1000)
        await_true(lambda: len(self.lines()) > before + 100, "some of them")
        self.machine.run("systemctl", "restart", "boxkited.service")
        self.assertNotEqual(self.show("MainPID"), first)
        self.assert_sent(sender)
        self.machine.run("systemctl", "reload", "boxkited.service")
        self.machine.run("systemctl", "stop", "boxkited.socket", "boxkited.service")
        self.assertEqual(self.show("Result"), "success")
        self.assertEqual(len(self.lines()), before + 1001)

    def test_it_runs_without_rights_in_folders_of_its_own(self):
        self.machine.run("systemctl", "start", "boxkited.service")
        status = self.machine.run("cat", f"/proc/{self.show('MainPID')}/status")
        self.assertIn("\nCapEff:\t0000000000000000\n", status)
        self.assertIn("\nNoNewPrivs:\t1\n", status)
        self.assertIn("\nSeccomp:\t2\n", status)
        for folder, wanted in (("/var/lib/boxkited", "boxkited boxkited 750"),
                               ("/run/boxkited", "boxkited boxkited 755")):
            self.assertEqual(self.machine.run("stat", "--format=%U %G %a", folder), wanted)
        self.machine.run("systemctl", "stop", "boxkited.service")

    def test_one_that_does_not_come_round_is_started_anew(self):
        self.machine.run("systemctl", "start", "boxkited.service")
        first = self.show("MainPID")
        self.machine.run("sh", "-c", f"kill -STOP {first}")
        await_true(lambda: self.show("NRestarts") == "1", "the watchdog")
        await_true(lambda: self.show("ActiveState") == "active", "the next one")
        self.assertNotEqual(self.show("MainPID"), first)

    def test_one_that_finds_its_config_wrong_is_not_tried_again(self):
        config = self.root.path("/etc/boxkited/boxkited.json")
        good = config.read_text("utf-8")
        self.addCleanup(config.write_text, good, "utf-8")
        config.write_text("{", "utf-8")
        started = self.machine.ask("systemctl", "start", "boxkited.service")
        self.assertNotEqual(started.returncode, 0)
        self.assertEqual((self.show("ActiveState"), self.show("ExecMainStatus"),
                          self.show("NRestarts")), ("failed", "2", "0"))


if __name__ == "__main__":
    unittest.main()
