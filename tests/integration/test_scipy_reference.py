"""The count vectors of the unit tests of drift, and what is expected of them, are scipy's."""

import importlib.util
import json
import math
import pathlib
import unittest

from support.needs import missing

try:
    import numpy
    import scipy
except ImportError:
    numpy = scipy = None

SCRIPT = pathlib.Path(__file__).parents[1] / "unit/drift/make_scipy_cases.py"


def loaded(script):
    spec = importlib.util.spec_from_file_location(script.stem, script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_same(made, committed):
    """Equal, but for the last digits of numbers, which may differ between versions of scipy."""
    if isinstance(made, dict):
        return made.keys() == committed.keys() and all(
            is_same(value, committed[key]) for key, value in made.items())
    if isinstance(made, float):
        return math.isclose(made, committed, rel_tol=1e-11, abs_tol=1e-13)
    return made == committed


class Reference(unittest.TestCase):
    def setUp(self):
        if scipy is None:
            missing("scipy")

    def test_the_committed_cases_are_what_the_script_makes(self):
        script = loaded(SCRIPT)
        committed = json.loads(script.CASES.read_text("ascii"))

        made = script.cases()

        self.assertEqual(len(made), len(committed))
        for seed, pair in enumerate(zip(made, committed)):
            with self.subTest(seed=seed):
                self.assertTrue(is_same(*pair), pair)
