"""It needs no root: as a user of its own, without capabilities and without a way to new ones."""

import json
import os
import re
import shutil
import socket
import stat
import unittest

from support.baselines import SMALL
from support.certificates import Certificate
from support.daemon import BINARY, await_true
from support.needs import need
from support.secured import Secured

NOBODY = 65532  # As in images without a distribution.
EVENT = {"features": [1, "red", 2], "output": 0.5}


class Unprivileged(unittest.TestCase):
    def daemon(self):
        """One whose folder and whose files are its user's alone."""
        daemon = Secured({}, baseline=SMALL, start=False, config={
            "prediction_log": {"ack": "synced", "flush_interval_ms": 20}})
        (daemon.folder / "state").mkdir()
        daemon.config["drift"] = {"state_directory": str(daemon.folder / "state")}
        # Where the binary is built may be closed to others.
        binary = daemon.folder / "boxkited"
        shutil.copy2(BINARY, binary)
        daemon.command = [*self.stripped(), binary]
        server = Certificate(daemon.folder, "server")
        (daemon.folder / "token").write_text("0123456789abcdef")
        (daemon.folder / "token").chmod(0o400)
        server.key.chmod(0o400)
        daemon.config["listeners"][0] |= {"tls": server.server(),
                                          "token_file": str(daemon.folder / "token")}
        daemon.context = server.trusted()
        if os.geteuid() == 0:
            for path in (daemon.folder, *daemon.folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
        return daemon

    def stripped(self):
        """The command in front that takes all rights away. Who is not root has none to take."""
        strip = [need("setpriv"), "--no-new-privs"]
        if os.geteuid() == 0:
            strip += ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups",
                      "--inh-caps=-all", "--bounding-set=-all"]
        return strip

    def status(self, daemon):
        with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as status:
            return dict(re.findall(r"^(\w+):\s*(.*)$", status.read(), re.M))

    def test_it_does_all_of_its_work(self):
        with self.daemon() as daemon:
            daemon.start()
            status = self.status(daemon)
            self.assertEqual((int(status["CapEff"], 16), status["NoNewPrivs"]), (0, "1"))
            self.assertNotEqual(status["Uid"].split()[0], "0")

            headers = {"Authorization": "Bearer 0123456789abcdef"}
            self.assertEqual(
                daemon.post("/v1/predictions", json.dumps(EVENT), headers).status, 202)
            self.assertEqual(daemon.predict(EVENT, unix=True).status, 202)
            with daemon.stream() as stream:
                stream.sendall(json.dumps(EVENT).encode() + b"\n")
                stream.shutdown(socket.SHUT_WR)
                await_true(lambda: daemon.accepted() == 3, "the line")
            daemon.await_written(3)
            self.assertEqual(len(daemon.logged()), 3)
            self.assertEqual(daemon.get("/healthz").status, 200)
            self.assertEqual(daemon.reload().json, {"reloaded": True})
            self.assertEqual(
                [stat.S_IMODE(os.stat(path).st_mode) for path in (daemon.http_socket,
                                                                  daemon.events_socket)],
                [0o660, 0o660])
            owner = int(status["Uid"].split()[0])
            self.assertEqual({os.stat(file).st_uid for file in daemon.folder.rglob("*")
                              if file != daemon.config_file}, {owner})
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual([line for line in daemon.lines if "level=info" not in line], [])
            self.assertNotEqual(list((daemon.folder / "state").glob("*")), [])


if __name__ == "__main__":
    unittest.main()
