"""Another program that tests need as a server, in a folder and on a port of its own."""

import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

from support.daemon import PATIENCE, await_true
from support.needs import need


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """What a `with` starts and ends. A subclass says what: `program`, the text of its `config()`,
    more `options()` of its command line, and when it `is_ready()`."""

    program = None

    def __init__(self):
        self.binary = need(self.program)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boxkited-test-"))
        self.port = free_port()

    def __enter__(self):
        file = self.folder / f"{self.program}.yml"
        file.write_text(self.config(), "utf-8")
        self.log = open(self.folder / "log", "wb+")
        self.process = subprocess.Popen(
            [self.binary, f"--config.file={file}", f"--web.listen-address=127.0.0.1:{self.port}",
             *self.options()],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            await_true(self.is_ready, self.said)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def said(self):
        self.log.seek(0)
        return f"{self.program}, which said {self.log.read().decode()}"
