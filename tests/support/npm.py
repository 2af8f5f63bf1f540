"""Packages of npm that tests need: a folder with package.json, its lock file, and programs."""

import fcntl
import os
import pathlib
import shutil
import subprocess

from support.needs import need

BUILD = pathlib.Path(os.environ.get("BOXKITED_BUILD", "build")).resolve()
LOCK = "package-lock.json"


def installed(folder):
    """A copy of the folder below the build with its packages beside it; made when the lock file is
    another one than that of the copy."""
    copy = BUILD / "npm" / folder.name
    copy.mkdir(parents=True, exist_ok=True)
    with (copy / ".lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # Tests run side by side.
        wanted = (folder / LOCK).read_bytes()
        done = copy / ".installed"
        if not done.exists() or done.read_bytes() != wanted:
            for name in ("package.json", LOCK):
                shutil.copy(folder / name, copy)
            npm(copy, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            done.write_bytes(wanted)
        for program in folder.glob("*.mjs"):
            shutil.copy(program, copy)
    return copy


def npm(folder, *arguments):
    ended = subprocess.run([need("npm"), *arguments], cwd=folder, stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, timeout=240, check=False)
    if ended.returncode != 0:
        raise AssertionError(f"npm {' '.join(arguments)}: {ended.stdout}{ended.stderr}")
