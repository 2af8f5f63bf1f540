"""docs/reliability.md names every row of faults, and the test that shows it.

`python3 -B -m faults.test_reliability --write`, in tests/, renews the table.
"""

import sys
import unittest

from faults import rows

BEGIN = "<!-- the table of tests/faults begins -->\n"
END = "<!-- the table of tests/faults ends -->\n"


def parts():
    before, rest = rows.PAGE.read_text("utf-8").split(BEGIN)
    within, behind = rest.split(END)
    return before, within, behind


class Reliability(unittest.TestCase):
    def test_the_page_shows_what_the_tests_say(self):
        self.assertEqual(parts()[1], rows.table())

    def test_every_row_has_a_test(self):
        shown = {each.number for each in rows.all_rows()}

        self.assertEqual(shown, set(range(rows.FIRST, rows.LAST + 1)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        before, _, behind = parts()
        rows.PAGE.write_text(before + BEGIN + rows.table() + END + behind, "utf-8")
    else:
        unittest.main()
