"""What some tests need of the machine.

Where it is missing a test is skipped, and says so; with BOXKITED_TESTS_REQUIRE_ALL=1, which
tests/run.sh sets, it fails.
"""

import os
import shutil
import unittest


def missing(what):
    """Ends the test, which cannot run without it."""
    if os.environ.get("BOXKITED_TESTS_REQUIRE_ALL") == "1":
        raise AssertionError(f"{what}: missing, and BOXKITED_TESTS_REQUIRE_ALL is 1")
    raise unittest.SkipTest(f"{what}: missing")


def need(program):
    """The path of a program."""
    return shutil.which(program) or missing(f"program {program}")


def may_need(program, reason):
    """The same, for one that no machine has to have, and why not."""
    path = shutil.which(program)
    if not path:
        raise unittest.SkipTest(f"program {program}: missing, which is allowed: {reason}")
    return path


def may_mount():
    """Skips the test of someone who has no right to mount, which is allowed."""
    with open("/proc/self/status", encoding="ascii") as status:
        (capabilities,) = [line.split()[1] for line in status if line.startswith("CapEff:")]
    if not int(capabilities, 16) >> 21 & 1:
        raise unittest.SkipTest("CAP_SYS_ADMIN: missing, which is allowed: only root has it")
    return need("mount")
