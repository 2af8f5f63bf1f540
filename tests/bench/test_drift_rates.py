"""The rates that drift promises, of fewer draws than docs/drift.md has, but of the same seeds."""

import os
import pathlib
import subprocess
import unittest

PROGRAM = pathlib.Path(os.environ["BOXKITED_BUILD"]) / "tests" / "bench" / "drift_rates"


class DriftRates(unittest.TestCase):
    def test_false_alarms_and_found_shifts_are_as_promised(self):
        text = subprocess.run([PROGRAM, "--evaluations", "400"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True, text=True).stdout
        drawn, _, shifts = text.split("\n\n")[1::2]

        def rows(table):
            for line in table.splitlines()[2:]:
                cells = [cell.strip() for cell in line.strip("|").split("|")]
                yield cells[:-4], [float(cell.removesuffix("%")) for cell in cells[-4:]]

        self.assertEqual(len(list(rows(drawn))), 42)
        for what, rates in rows(drawn):
            self.assertLessEqual(max(rates), 1, what)
        of_500 = [(what, rates) for what, rates in rows(shifts) if what[-1] == "500"]
        self.assertEqual(len(of_500), 24)
        for what, rates in of_500:
            self.assertGreaterEqual(min(rates), 99, what)


if __name__ == "__main__":
    unittest.main()
