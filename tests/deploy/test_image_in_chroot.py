"""deploy/Dockerfile, carried out in a folder, makes an image that does its work with a read-only
root, as a user without rights."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest

from support import dockerfile
from support.baselines import SMALL
from support.chroot import inside
from support.daemon import PATIENCE, UnixConnection, await_true

SOCKET = "/run/boxkited/http.sock"
LISTENERS = [{"http_unix": SOCKET, "serves": ["predictions", "metrics", "admin"]}]
TOLD = dockerfile.settings(dockerfile.stages()[-1])


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.image = cls.enterClassContext(dockerfile.Built())

    def setUp(self):
        self.folder = pathlib.Path(
            self.enterContext(tempfile.TemporaryDirectory(prefix="boxkited-test-")))
        self.folder.chmod(0o755)
        uid, _, gid = TOLD["USER"].partition(":")
        self.mounts = {}
        for mounted in (*TOLD["VOLUME"], "/run/boxkited", "/artefact"):
            outside = self.folder / mounted.strip("/").replace("/", "-")
            outside.mkdir()
            os.chown(outside, int(uid), int(gid))
            self.mounts[mounted] = outside
        (self.mounts["/artefact"] / "histogram.prom").write_text(SMALL, "utf-8")

    def command(self, *command):
        return self.image.command(*command, user=TOLD["USER"], read_only=True, mounts=self.mounts)

    def environment(self):
        return inside({"BOXKITED_LISTENERS": json.dumps(LISTENERS)})

    def run_inside(self, *command):
        return subprocess.run(self.command(*command), env=self.environment(), timeout=PATIENCE,
                              capture_output=True, text=True)

    def is_healthy(self):
        (check,) = [rest.partition("CMD ")[2] for word, rest in dockerfile.stages()[-1]
                    if word == "HEALTHCHECK"]
        return self.run_inside(*json.loads(check)).returncode == 0

    def started(self):
        daemon = subprocess.Popen(self.command(*TOLD["ENTRYPOINT"], *TOLD["CMD"]),
                                  env=self.environment(), stdin=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, text=True)
        self.addCleanup(daemon.stderr.close)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        await_true(self.is_healthy, "health")
        return daemon

    def test_it_takes_predictions_and_ends_as_it_is_told_to(self):
        self.assertFalse(self.is_healthy())
        daemon = self.started()
        connection = UnixConnection(str(self.mounts["/run/boxkited"] / "http.sock"))
        connection.request("POST", "/v1/predictions", '{"features":[1,"red",1],"output":0.5}')
        self.assertEqual(connection.getresponse().status, 202)
        connection.close()
        with open(f"/proc/{daemon.pid}/status", encoding="ascii") as status:
            rights = dict(re.findall(r"^(\w+):\s*(.*)$", status.read(), re.M))
        self.assertEqual((rights["Uid"].split(), int(rights["CapEff"], 16)), (["65532"] * 4, 0))

        daemon.send_signal(getattr(signal, TOLD["STOPSIGNAL"]))
        self.assertEqual(daemon.wait(PATIENCE), 0, daemon.stderr.read())
        (log,) = self.mounts["/var/lib/boxkited"].rglob("*.txt")
        self.assertEqual(len(log.read_text("utf-8").splitlines()), 1)

    def test_its_root_is_small_and_has_no_other_program(self):
        files = [file for file in self.image.folder.rglob("*")
                 if file.is_file() and not file.is_symlink()]
        self.assertLess(sum(file.stat().st_size for file in files), 32 << 20)
        programs = {str(file.relative_to(self.image.folder)) for file in files
                    if os.access(file, os.X_OK) and ".so" not in file.name}
        self.assertEqual(programs, {"usr/bin/boxkited"})
        self.assertEqual([file for file in files if file.stat().st_mode & 0o6002], [])

    def test_its_user_owns_what_it_writes_to_and_nothing_else(self):
        owned = {str(path.relative_to(self.image.folder)): path.stat().st_mode & 0o777
                 for path in self.image.folder.rglob("*") if path.lstat().st_uid != 0}
        self.assertEqual(owned, {"var/lib/boxkited": 0o750, "run/boxkited": 0o750})

    def test_scanners_find_the_package_and_the_licence_of_each_library(self):
        status = self.image.path("/var/lib/dpkg/status.d")
        packages = {file.name: file.read_text("utf-8") for file in status.iterdir()}
        self.assertLess({"libc6", "libstdc++6", "libssl3", "ca-certificates"}, set(packages))
        for name, told in packages.items():
            self.assertIn(f"Package: {name}\n", told)
            self.assertIn("\nVersion: ", told)
            self.assertTrue(self.image.path(f"/usr/share/doc/{name}/copyright").exists(), name)


if __name__ == "__main__":
    unittest.main()
