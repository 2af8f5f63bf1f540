"""A Debian in a folder, or what has been laid out as the root of an image, and programs run in it.

Each program gets mounts of its own, that end with it: nothing has to be undone.
"""

import fcntl
import os
import pathlib
import shutil
import subprocess
import tempfile

from support.needs import may_mount, need

SUITE = "bookworm"


def sources():
    """The machine's own sources of Debian packages, as lines of a sources.list."""
    targets = subprocess.run(
        [need("apt-get"), "indextargets", "--format",
         "$(ORIGIN) $(COMPONENT) $(REPO_URI) $(RELEASE)", "Created-By: Packages"],
        check=True, capture_output=True, text=True).stdout
    of_debian = {tuple(line.split()[2:]) for line in targets.splitlines()
                 if line.startswith("Debian main ")}
    return sorted(f"deb {address} {suite} main" for address, suite in of_debian)


def debian():
    """The folder of a small Debian that is copied, not used. It is made once for each build."""
    folder = pathlib.Path(os.environ["BOXKITED_BUILD"]) / "chroot" / SUITE
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            make_debian(folder)
    return folder


def npm_settings(root):
    """What npm needs in a Chroot to reach what the machine's own does."""
    registry = subprocess.run([need("npm"), "config", "get", "registry"],
                              check=True, capture_output=True, text=True).stdout.strip()
    settings = {"npm_config_registry": registry}
    authorities = os.environ.get("NODE_EXTRA_CA_CERTS")
    if authorities:
        shutil.copy(authorities, root.path("/etc/authorities-of-the-machine.pem"))
        settings["NODE_EXTRA_CA_CERTS"] = "/etc/authorities-of-the-machine.pem"
    return settings


def make_debian(folder):
    (mirror,) = [line.split()[1] for line in sources() if f" {SUITE} " in line]
    begun = folder.with_suffix(".begun")
    shutil.rmtree(begun, ignore_errors=True)
    subprocess.run([need("debootstrap"), "--variant=minbase", SUITE, begun, mirror],
                   check=True, stdout=subprocess.DEVNULL)
    (begun / "etc/apt/sources.list").write_text("\n".join(sources()) + "\n")
    begun.rename(folder)


class Chroot:
    """`with Chroot(debian()) as root: root.run("apt-get", "update")`. `copied` is left alone;
    without it the root is empty."""

    def __init__(self, copied=None):
        may_mount()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boxkited-test-")) / "root"
        if copied:
            subprocess.run(["cp", "--archive", "--reflink=auto", copied, self.folder], check=True)
        else:
            self.folder.mkdir()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder.parent)

    def path(self, inside):
        return self.folder / str(inside).lstrip("/")

    def command(self, *command, user="0:0", read_only=False, mounts=None):
        """What runs `command` inside. With `read_only` nothing there can be written to but what
        `mounts` puts there: {"/inside": folder outside}."""
        steps = ['cd "$0"', "mount --bind . .", 'cd "$0"', "mkdir -p proc dev",
                 "mount -t proc proc proc", "mount --rbind /dev dev"]
        for inside, outside in (mounts or {}).items():
            target = inside.lstrip("/")
            steps += [f"mkdir -p {target}", f"mount --bind {outside} {target}"]
        if read_only:
            steps.append("mount -o remount,bind,ro .")
        steps.append(f'exec chroot --userspec={user} --groups= . "$@"')
        return [need("unshare"), "--mount", "--propagation", "private",
                "sh", "-ec", "\n".join(steps), str(self.folder), *map(str, command)]

    def run(self, *command, environment=None, **more):
        """Runs it to its end, which must be good: what it printed."""
        ended = subprocess.run(self.command(*command, **more), env=inside(environment),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
        assert ended.returncode == 0, f"{command}: ended with {ended.returncode}: {ended.stdout}"
        return ended.stdout


def inside(more=None):
    """The environment of what runs in a chroot."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
            "DEBIAN_FRONTEND": "noninteractive", **(more or {})}
