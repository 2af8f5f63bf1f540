"""Faults and bad input, one row each: a test says which row it shows, what it injects, what is seen.

    class DiskFull(unittest.TestCase):
        @row(5, "disk full", "a tmpfs of 64 KiB", "503, counted; no half line ahead of new data")
        def test_a_full_disk_refuses_whole_events(self):

docs/reliability.md is the table of all rows; test_reliability.py compares the two. Rows that only a
double of the clock or the disk can show are tests of a module, named in CATCH_ROWS.
"""

import importlib
import inspect
import pathlib
import re
import unittest
from typing import NamedTuple

FOLDER = pathlib.Path(__file__).resolve().parent
TESTS = FOLDER.parent
PAGE = TESTS.parent / "docs" / "reliability.md"
FIRST, LAST = 1, 45


class Row(NamedTuple):
    number: int
    fault: str
    injected: str
    seen: str
    test: str  # faults/<file>: <method>, or <file of a module's tests>: <its sentence>.


# Shown by tests of a module: (number, fault, injected, seen, file below tests/, name of the test).
CATCH_ROWS = []


def row(number, fault, injected, seen):
    """Marks a test as showing a row; several tests may show one, and one test several."""
    def mark(test):
        test.rows = [*getattr(test, "rows", []), (number, fault, injected, seen)]
        return test
    return mark


def marked_rows():
    for file in sorted(FOLDER.glob("test_*.py")):
        module = importlib.import_module(f"faults.{file.stem}")
        for _, case in inspect.getmembers(module, inspect.isclass):
            if not issubclass(case, unittest.TestCase) or case.__module__ != module.__name__:
                continue
            for name, method in inspect.getmembers(case, inspect.isfunction):
                for number, fault, injected, seen in getattr(method, "rows", ()):
                    yield Row(number, fault, injected, seen, f"faults/{file.stem}: {name}")


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
