"""A Debian in a folder that runs its own systemd, as a container does: with processes, mounts,
control groups and a loopback network of its own."""

import signal
import subprocess

from support.chroot import inside
from support.daemon import PATIENCE, await_true
from support.needs import need

# Not chroot: from within one nobody may make a user namespace, which PrivateUsers= is.
BOOT = """
mount --bind "$0" "$0"
cd "$0"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mount --rbind /dev dev
mkdir -p outside
pivot_root . outside
umount --lazy /outside
exec /lib/systemd/systemd --system --log-target=null --show-status=no \
    systemd.unit=multi-user.target
"""


class Booted:
    """`with Booted(root) as machine: machine.run("systemctl", "start", "boxkited")`. `root` is a
    Chroot with systemd in it."""

    def __init__(self, root):
        self.process = subprocess.Popen(
            [need("unshare"), "--pid", "--fork", "--kill-child", "--mount", "--propagation",
             "private", "--uts", "--ipc", "--net", "--cgroup", "sh", "-ec", BOOT, root.folder],
            env=inside({"container": "test"}), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def __enter__(self):
        try:
            # Its state is 'degraded' when a unit of Debian's failed, which is none of ours.
            await_true(lambda: self.state() in ("running", "degraded"), "systemd to be up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGKILL)  # The rest ends with it.
        self.process.communicate(timeout=PATIENCE)

    def init(self):
        """The process id of systemd, as seen from outside."""
        children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(children, encoding="ascii") as file:
            return file.read().split()[0]

    def state(self):
        assert self.process.poll() is None, self.process.communicate()[1]
        try:
            return self.ask("systemctl", "is-system-running").stdout.strip()
        except IndexError:
            return None  # Not even begun.

    def ask(self, *command, environment=None):
        """Runs it inside, to its end, whatever that is."""
        return subprocess.run([need("nsenter"), "--target", self.init(), "--all", "--root", "--wd",
                               *command], env=inside(environment), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)

    def run(self, *command):
        """The same for what must end well: what it printed."""
        ended = self.ask(*command)
        assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}"
        return ended.stdout.strip()

    def on_its_network(self, *command):
        """Starts a program of the outside, on the network of the inside."""
        return subprocess.Popen([need("nsenter"), "--target", self.init(), "--net", *command],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
