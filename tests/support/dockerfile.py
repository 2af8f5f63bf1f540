"""deploy/Dockerfile, read and carried out without a container engine: what it builds on is a Debian
in a folder, and its commands run there."""

import json
import pathlib
import re
import shlex
import shutil
import subprocess

from support.chroot import Chroot, debian, npm_settings
from support.daemon import ROOT

FILE = ROOT / "deploy" / "Dockerfile"
IGNORED = [ROOT / line for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()]


def ignored(folder, names):
    """Those of a folder that no COPY sees."""
    return {name for name in names if pathlib.Path(folder) / name in IGNORED}


def instructions():
    """Of each line, continued ones being one: what to do, and with what."""
    text = re.sub(r"\\\n", " ", FILE.read_text("utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def stages():
    """The instructions of each stage, the FROM of each being the first."""
    found = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


def settings(stage):
    """What is not done but told to whoever runs the image. Of words that are there once."""
    told = {word: rest for word, rest in stage if word not in ("FROM", "COPY", "RUN", "WORKDIR")}
    for word in ("ENTRYPOINT", "CMD", "VOLUME"):
        if word in told:
            told[word] = json.loads(told[word])
    return told


class Built:
    """`with Built() as image:` is the Chroot of the last stage."""

    def __init__(self):
        self.roots = {}

    def __enter__(self):
        for stage in stages():
            image = self.carry_out(stage)
        return image

    def __exit__(self, *_):
        for root in self.roots.values():
            root.__exit__()

    def carry_out(self, stage):
        base, _, name = stage[0][1].partition(" AS ")
        root = self.roots[name] = Chroot(None if base == "scratch" else debian())
        folder = pathlib.PurePosixPath("/")
        for word, rest in stage[1:]:
            if word == "WORKDIR":
                folder = folder / rest
                root.path(folder).mkdir(parents=True, exist_ok=True)
            elif word == "RUN":
                root.run("sh", "-ec", f"cd {folder}\n{rest}", mounts=self.caches(),
                         environment=npm_settings(root))
            elif word == "COPY":
                self.copy(root, folder, shlex.split(rest))
        return root

    def caches(self):
        """What was compiled by an earlier test is not compiled again."""
        cache = debian().parent / "ccache"
        cache.mkdir(exist_ok=True)
        return {"/root/.cache/ccache": cache}

    def copy(self, root, folder, words):
        *whats, where = words
        if whats[0].startswith("--from="):
            stage = self.roots[whats.pop(0).removeprefix("--from=")]
            # As it stands there, owners and all.
            for what in whats:
                subprocess.run(["cp", "--archive", "--no-target-directory", stage.path(what),
                                root.path(folder / where)], check=True)
            return
        target = root.path(folder / where)
        for what in whats:
            source = ROOT / what.lstrip("/")
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=ignored)
            else:
                if where.endswith("/"):
                    target.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
