"""The Debian package in a Debian of its own: installed, used, installed anew, removed, purged."""

import pathlib
import shutil
import tempfile
import unittest

from support.baselines import SMALL
from support.chroot import Chroot, debian
from support.debian_package import make_package

CONFIG = "/etc/boxkited/boxkited.json"
LOG = "/var/lib/boxkited"
WANTED_BY = "/etc/systemd/system/multi-user.target.wants/boxkited.service"
# Of apt and dpkg, and of the user, who stays.
KEPT = ("/var/lib/dpkg/", "/var/lib/apt/", "/var/cache/", "/var/log/", "/root/", "/tmp/", "/proc/",
        "/dev/", "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow")


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = cls.enterClassContext(Chroot(debian()))
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="boxkited-test-"))
        shutil.copy2(make_package(pathlib.Path(folder)), cls.root.path("/root/boxkited.deb"))
        cls.root.path("/root/histogram.prom").write_text(SMALL, "utf-8")
        # What it depends on comes first, so that the rest is this package's doing.
        cls.root.run("apt-get", "-qq", "update")
        cls.apt("install", "/root/boxkited.deb")
        cls.apt("purge", "boxkited")

    @classmethod
    def apt(cls, what, package):
        cls.root.run("apt-get", "-qq", "--no-install-recommends", what, package)

    def files(self):
        found = {f"/{path.relative_to(self.root.folder)}" for path in self.root.folder.rglob("*")}
        return {path for path in found if not path.startswith(KEPT)}

    def status(self):
        return self.root.run("dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", "boxkited")

    def test_its_life(self):
        before = self.files()

        self.apt("install", "/root/boxkited.deb")
        self.assertEqual(self.status().strip(), "ii")
        self.assertEqual(self.root.run("dpkg", "--verify", "boxkited"), "")
        name, uid, group = self.root.run("sh", "-c",
                                         "id -un boxkited; id -u boxkited; id -gn boxkited").split()
        self.assertEqual((name, group), ("boxkited", "boxkited"))
        self.assertLess(0, int(uid))
        self.assertFalse(self.root.path(WANTED_BY).is_symlink())

        # As its unit runs it, on the config that it came with.
        self.root.run("chmod", "755", "/root")
        self.root.run("install", "-d", "-o", "boxkited", "-g", "boxkited", "-m", "750", LOG)
        said = self.root.run("boxkited", "check", "--config", CONFIG, "--baseline",
                             "/root/histogram.prom", user="boxkited:boxkited")
        self.assertIn('"directory": "/var/lib/boxkited"', said)
        self.root.path(f"{LOG}/models").mkdir()
        self.root.run("systemctl", "enable", "boxkited.service")
        self.assertTrue(self.root.path(WANTED_BY).is_symlink())

        # A config that was changed is kept, and so is what was enabled.
        config = self.root.path(CONFIG)
        changed = config.read_text("utf-8").replace('"threads": 1', '"threads": 2')
        config.write_text(changed, "utf-8")
        self.apt("reinstall", "/root/boxkited.deb")
        self.assertEqual(config.read_text("utf-8"), changed)
        self.assertTrue(self.root.path(WANTED_BY).is_symlink())

        self.apt("remove", "boxkited")
        self.assertEqual(self.status().strip(), "rc")
        self.assertFalse(self.root.path("/usr/bin/boxkited").exists())
        self.assertFalse(self.root.path(WANTED_BY).is_symlink())
        self.assertEqual(config.read_text("utf-8"), changed)
        self.assertTrue(self.root.path(f"{LOG}/models").exists())

        self.apt("purge", "boxkited")
        self.assertEqual(self.files(), before)


if __name__ == "__main__":
    unittest.main()
