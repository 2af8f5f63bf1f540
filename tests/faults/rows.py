"""Faults and bad input, one row each: a test says which row it shows, what it injects, what is seen.

    class DiskFull(unittest.TestCase):
        @row(5, "disk full", "a tmpfs of 64 KiB", "503, counted; no half line ahead of new data")
        def test_a_full_disk_refuses_whole_events(self):

docs/reliability.md is the table of all rows; test_reliability.py compares the two. Tests of other
folders may be marked too. Rows that only a double of the clock or the disk can show are tests of a
module, named in CATCH_ROWS.
"""

import importlib.util
import inspect
import pathlib
import re
import unittest
from typing import NamedTuple

TESTS = pathlib.Path(__file__).resolve().parents[1]
FOLDERS = ("faults", "integration", "end-to-end", "soak")
PAGE = TESTS.parent / "docs" / "reliability.md"
FIRST, LAST = 1, 48


class Row(NamedTuple):
    number: int
    fault: str
    injected: str
    seen: str
    test: str  # <folder>/<file>: <method>, or <file of a module's tests>: <its sentence>.


# Shown by tests of a module: (number, fault, injected, seen, file below tests/, name of the test).
LOG = "unit/prediction_log"
CATCH_ROWS = [
    (1, "kill at every step", "a process is killed before, within and after each call to the disk",
     "nothing acknowledged is lost or doubled; a second start changes nothing",
     f"{LOG}/crash_points_test.cc",
     "killed at any step it loses nothing acknowledged and the next start is clean"),
    (3, "kill during recovery", "the same at each step of recovery and retention",
     "the next start ends where this one would have ended", f"{LOG}/crash_points_test.cc",
     "killed at any step of a recovery the next one ends where it would have ended"),
    (7, "disk full and retention due", "a disk without room, and an old partition",
     "the old one is deleted, what waits is written", f"{LOG}/disk_faults_test.cc",
     "a full disk is freed of what is due for deletion"),
    (9, "any call fails once", "the N-th call of the writer to the disk, for N = 1, 2, 3, …; EIO and "
     "ENOSPC", "every event is in the log once; nothing lost", f"{LOG}/every_call_fails_test.cc",
     "whichever call fails once, every event is in the log once"),
    (9, "all calls fail for a time", "from the N-th call on, for N = 1, 2, 3, …; EIO and ENOSPC",
     "every event is in the log once when they go well again", f"{LOG}/every_call_fails_test.cc",
     "whichever call begins a time in which all fail, every event is in the log once after it"),
    (9, "all calls fail to the end", "from the N-th call on, for N = 1, 2, 3, …; EIO",
     "what is lost is counted", f"{LOG}/every_call_fails_test.cc",
     "whichever call begins a time in which all fail to the end, what is lost is counted"),
    (10, "fsync and truncate fail", "both, of one file",
     "the file is set aside as `.suspect`, its lines go to the next", f"{LOG}/disk_faults_test.cc",
     "a file that can be neither synced nor cut is set aside"),
    (11, "short write", "writes that take a part", "the rest is written; lines are whole",
     f"{LOG}/disk_faults_test.cc", "short writes make whole lines"),
    (19, "the clock jumps 40 days ahead", "a clock double", "nothing young is deleted",
     f"{LOG}/retention_test.cc", "a clock that jumps ahead deletes nothing young"),
]


def row(number, fault, injected, seen):
    """Marks a test as showing a row; several tests may show one, and one test several."""
    def mark(test):
        test.rows = [*getattr(test, "rows", []), (number, fault, injected, seen)]
        return test
    return mark


def load(file):
    spec = importlib.util.spec_from_file_location(f"rows_of_{file.stem}", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def marked_rows():
    for file in sorted(file for folder in FOLDERS for file in (TESTS / folder).glob("test_*.py")):
        if "faults.rows" not in file.read_text("utf-8"):
            continue
        module = load(file)
        for _, case in inspect.getmembers(module, inspect.isclass):
            if not issubclass(case, unittest.TestCase) or case.__module__ != module.__name__:
                continue
            for name, method in inspect.getmembers(case, inspect.isfunction):
                for number, fault, injected, seen in getattr(method, "rows", ()):
                    yield Row(number, fault, injected, seen,
                              f"{file.parent.name}/{file.stem}: {name}")


def catch_rows():
    for number, fault, injected, seen, file, name in CATCH_ROWS:
        source = (TESTS / file).read_text("utf-8")
        assert re.search(rf'TEST_CASE\(\s*"{re.escape(name)}"', source), f"no test {name} in {file}"
        yield Row(number, fault, injected, seen, f"{file}: {name}")


def all_rows():
    return sorted([*marked_rows(), *catch_rows()], key=lambda each: (each.number, each.test))


def table():
    """The table as Markdown, one line a test."""
    lines = ["| # | fault or bad input | injected | seen | test |", "|---|---|---|---|---|"]
    lines += [f"| {each.number} | {each.fault} | {each.injected} | {each.seen} | `{each.test}` |"
              for each in all_rows()]
    return "\n".join(lines) + "\n"
