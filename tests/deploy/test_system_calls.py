"""All that the daemon asks of the kernel is within what its systemd unit lets it ask."""

import re
import subprocess
import unittest

from support.baselines import SMALL
from support.daemon import BINARY, ROOT, Daemon, await_true
from support.needs import may_need, need

EVENT = '{"features":[1,"red",1],"output":0.5}'


def system_calls(analyze, name):
    """Those in a set as systemd knows it, sets within it included."""
    told = subprocess.run([analyze, "syscall-filter", "--no-pager", name], check=True,
                          capture_output=True, text=True).stdout
    calls = set()
    for each in re.findall(r"^ +([@\w-]+)$", told, re.M):
        calls |= system_calls(analyze, each) if each.startswith("@") else {each}
    return calls


class SystemCalls(unittest.TestCase):
    def allowed(self):
        """As the SystemCallFilter lines of the unit say, one after the other."""
        analyze = may_need("systemd-analyze", "the daemon runs without systemd")
        unit = (ROOT / "deploy" / "systemd" / "boxkited.service.in").read_text("utf-8")
        calls = set()
        for sign, name in re.findall(r"^SystemCallFilter=(~?)(\S+)$", unit, re.M):
            more = system_calls(analyze, name)
            calls = calls - more if sign else calls | more
        self.assertGreater(len(calls), 200)
        return calls

    def test_all_that_it_does_is_allowed(self):
        with Daemon(baseline=SMALL, start=False) as daemon:
            trace = daemon.folder / "trace"
            # As its parent, not as its child: signals go to the daemon.
            daemon.command = [need("strace"), "-D", "-f", "-qq", "-o", trace, BINARY]
            daemon.config["drift"] = {"state_directory": str(daemon.folder / "state"),
                                      "evaluation_interval_ms": 100}
            daemon.config["prediction_log"]["ack"] = "synced"
            daemon.start()
            self.assertEqual(daemon.predict(EVENT).status, 202)
            self.assertEqual(daemon.predict(EVENT, unix=True).status, 202)
            with daemon.stream() as stream:
                stream.sendall(EVENT.encode() + b"\n")
                await_true(lambda: daemon.accepted() == 3, "the line")
            self.assertEqual(daemon.post("/-/reload").status, 200)
            self.assertEqual(daemon.get("/metrics", {"Accept-Encoding": "gzip"}).status, 200)
            self.assertEqual(daemon.stop(), 0)
            asked = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text("utf-8"), re.M))
        self.assertLess({"epoll_wait", "fdatasync", "sched_setattr", "accept4"}, asked)
        self.assertEqual(asked - self.allowed(), set())


if __name__ == "__main__":
    unittest.main()
