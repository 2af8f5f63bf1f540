"""Someone who follows a document: types its commands, and looks for what it says they print."""

import re
import subprocess

from support.daemon import PATIENCE, await_true, surroundings
from support.documents import masked


class Reader:
    """In a folder of their own, on ports that are free here instead of the documented ones."""

    def __init__(self, folder, ports):
        self.folder = folder
        self.ports = ports

    def here(self, text):
        return re.sub(rf"\b({'|'.join(self.ports)})\b", lambda found: self.ports[found[0]], text)

    def check(self, command, shown, more=lambda: ""):
        """The command prints what it is said to, if not now then after a few seconds."""
        def printed():
            nonlocal said
            ended = subprocess.run(["bash", "-c", self.here(command)], cwd=self.folder,
                                   env=surroundings(), stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, timeout=PATIENCE,
                                   check=False)
            said = masked(ended.stdout.strip("\n"))
            return said == masked(shown)

        said = None
        await_true(printed, lambda: f"{command} to print\n{masked(shown)}\ngot\n{said}\n{more()}")
