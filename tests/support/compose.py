"""deploy/compose without containers: the same commands, with the same files, as processes here."""

import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

import yaml

from support.daemon import BINARY, PATIENCE, ROOT, await_true, surroundings
from support.needs import need
from support.service import free_port

FOLDER = ROOT / "deploy" / "compose"
FILE = FOLDER / "compose.yaml"

# What an image runs, and whether its command is behind that.
PROGRAMS = {"boxkited": BINARY, "prom/prometheus": "prometheus",
            "prom/alertmanager": "prometheus-alertmanager", "python": None}


def load(variables=None):
    """The document, with the variables in the place of `${NAME:-default}`."""
    def value(found):
        return (variables or {}).get(found[1], found[2])
    text = re.sub(r"\$\{(\w+):-(\w*)\}", value, FILE.read_text("utf-8"))
    return yaml.safe_load(text)


def volumes(service):
    """What of this machine, or which volume, is where in the container: (source, target)."""
    return [tuple(each.split(":")[:2]) for each in service.get("volumes", ())]


class Compose:
    """`with Compose(["model", ...], DRIFT_AFTER="5") as compose:` starts these services.

    Each sees its mounted files below a folder of its own. Ports are free ones, and `edits` are
    made in mounted files: a shorter wait here and there.
    """

    def __init__(self, services, edits=(), **variables):
        self.document = load(variables)
        self.services = services
        self.edits = dict(edits)
        self.ports = {}
        self.processes = {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boxkited-test-"))

    def __enter__(self):
        try:
            for name in self.services:
                self.start(name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes.values()):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def port(self, documented):
        return self.ports.setdefault(str(documented), free_port())

    def local(self, text, root):
        """A text of the document with ports and paths of here."""
        text = re.sub(r"\b(?:0\.0\.0\.0|127\.0\.0\.1):(\d+)\b",
                      lambda found: f"127.0.0.1:{self.port(found[1])}", text)
        targets = [target for service in self.document["services"].values()
                   for _, target in volumes(service)]
        return re.sub(rf"(^|[=\s\"'])({'|'.join(map(re.escape, sorted(targets, reverse=True)))})\b",
                      lambda found: f"{found[1]}{root}{found[2]}", text)

    def mount(self, service, root):
        for source, target in volumes(service):
            place = pathlib.Path(f"{root}{target}")
            place.parent.mkdir(parents=True, exist_ok=True)
            if not source.startswith("."):
                volume = self.folder / "volumes" / source
                volume.mkdir(parents=True, exist_ok=True)
                place.symlink_to(volume)
                continue
            source = (FOLDER / source).resolve()
            if source.is_dir():
                shutil.copytree(source, place)
            else:
                shutil.copy(source, place)
            for file in [place] if place.is_file() else place.rglob("*.yml"):
                text = self.local(file.read_text("utf-8"), root)
                for old, new in self.edits.items():
                    text = text.replace(old, new)
                file.write_text(text, "utf-8")

    def start(self, name):
        service = self.document["services"][name]
        root = self.folder / name
        root.mkdir()
        self.mount(service, root)
        program = PROGRAMS[service["image"].split(":")[0]]
        command = [self.local(str(each), root) for each in service["command"]]
        if program is None:
            command[0] = "/usr/bin/python3"
        elif program != BINARY:
            program = need(program)
        environment = {key: self.local(str(value), root)
                       for key, value in service.get("environment", {}).items()}
        if program == BINARY:  # Its own default.
            environment.setdefault("BOXKITED_PREDICTION_LOG_DIRECTORY", f"{root}/var/lib/boxkited")
        with open(self.folder / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen(
                [program, *command] if program else command, cwd=root, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
                env=surroundings(**environment, PYTHONDONTWRITEBYTECODE="1"))
        if service.get("restart") == "no" or name == "baseline":
            code = self.processes[name].wait(PATIENCE)
            assert code == 0, self.said(name)

    def said(self, name):
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    def await_said(self, name, pattern):
        def found():
            match = re.search(pattern, self.said(name))
            if not match and self.processes[name].poll() is not None:
                raise AssertionError(f"{name} has ended: {self.said(name)}")
            return match
        return await_true(found, lambda: f"{name} to say {pattern}; it said {self.said(name)}")
