"""The Debian package is well made. test_package_in_chroot.py installs it."""

import pathlib
import re
import subprocess
import tempfile
import unittest

from support.daemon import ROOT, run
from support.debian_package import make_package
from support.needs import need


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="boxkited-test-"))
        cls.package = make_package(pathlib.Path(folder))

    def field(self, name):
        return subprocess.run([need("dpkg-deb"), "--field", self.package, name], check=True,
                              capture_output=True, text=True).stdout.strip()

    def test_lintian_finds_no_error(self):
        ended = subprocess.run([need("lintian"), "--fail-on", "error", "--allow-root",
                                self.package], capture_output=True, text=True)
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertNotIn("E:", ended.stdout)

    def test_every_file_of_etc_is_a_conffile(self):
        files = subprocess.run([need("dpkg-deb"), "--contents", self.package], check=True,
                               capture_output=True, text=True).stdout
        control = subprocess.run([need("dpkg-deb"), "--info", self.package, "conffiles"],
                                 check=True, capture_output=True, text=True).stdout
        self.assertEqual(sorted(control.split()),
                         sorted(re.findall(r" \.(/etc/\S+[^/\s])$", files, re.M)))

    def test_its_version_is_that_of_the_program_and_of_the_changelog(self):
        version = self.field("Version")
        self.assertEqual(f"boxkited {version.rpartition('-')[0]}\n", run("--version").stdout)
        changelog = (ROOT / "deploy" / "debian" / "changelog").read_text("utf-8")
        self.assertTrue(changelog.startswith(f"boxkited ({version}) "))

    def test_it_depends_on_what_the_program_links_with_and_on_what_makes_its_user(self):
        needed = [each.split()[0] for each in self.field("Depends").split(", ")]
        self.assertLess({"libc6", "libssl3", "libsystemd0", "systemd"}, set(needed))


if __name__ == "__main__":
    unittest.main()
