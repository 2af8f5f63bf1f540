"""What an event may cost, in instructions.

A count is the same on a quiet machine and a busy one, so it can be held against a record, which is
in instruction_budgets.json: instructions an event, by processor and part. A part that takes over 1%
more fails; so does one that takes over 5% less, since then the record would let too much through.
After a change that is meant:

    BOXKITED_BUILD=build/release tests/bench/test_instruction_budget.py --record

The processor's special instructions are left out of it (simdjson's portable kernel, the C library's
plain functions), so that machines of one kind count alike. The compiler is part of the record: that
of Debian 12.
"""

import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import unittest

from support.needs import need

HERE = pathlib.Path(__file__).resolve().parent
RECORD = HERE / "instruction_budgets.json"
PROGRAM = pathlib.Path(os.environ["BOXKITED_BUILD"]) / "tests" / "bench" / "instruction_budget"
PARTS = ("request", "event", "lines", "append")
SHORT, LONG = 2_000, 6_000  # Events; what both have in common is not of events.
ENVIRONMENT = {
    "SIMDJSON_FORCE_IMPLEMENTATION": "fallback",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,"
                      "-AVX_Fast_Unaligned_Load,-ERMS,-FSRM,-BMI2,-SSE4_2",
}


def instructions(part, events):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [need("valgrind"), "--tool=callgrind", f"--callgrind-out-file={folder}/out",
             PROGRAM, part, str(events)],
            env={"PATH": os.environ["PATH"], **ENVIRONMENT}, cwd=folder, capture_output=True,
            text=True, check=False)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not collected:
        raise AssertionError(f"{part}: {done.stderr}")
    return int(collected.group(1))


def instructions_an_event(part):
    return (instructions(part, LONG) - instructions(part, SHORT)) / (LONG - SHORT)


class InstructionBudget(unittest.TestCase):
    def setUp(self):
        budgets = json.loads(RECORD.read_text(encoding="utf-8"))
        if platform.machine() not in budgets:
            self.skipTest(f"no budget is recorded for {platform.machine()}, which is allowed")
        self.budget = budgets[platform.machine()]

    def test_every_part_keeps_its_budget(self):
        for part in PARTS:
            with self.subTest(part):
                found = instructions_an_event(part)
                print(f"{part}: {found:.0f} instructions an event, of {self.budget[part]}")
                self.assertLessEqual(found, self.budget[part] * 1.01)
                self.assertGreaterEqual(found, self.budget[part] * 0.95, "record it anew")

    def test_a_count_is_the_same_each_time(self):
        first, second = (instructions("event", SHORT) for _ in range(2))
        self.assertAlmostEqual(first / second, 1, delta=0.001)


def record():
    budgets = json.loads(RECORD.read_text(encoding="utf-8"))
    budgets[platform.machine()] = {part: round(instructions_an_event(part)) for part in PARTS}
    RECORD.write_text(json.dumps(budgets, indent=2) + "\n", encoding="utf-8")
    print(budgets[platform.machine()])


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        record()
    else:
        unittest.main()
