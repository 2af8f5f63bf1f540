#!/usr/bin/python3
"""How fast `boxkited baseline` reads a CSV file, beside pandas.read_csv and numpy.histogram.

    tests/bench/baseline_speed.py --binary build/daemon/boxkited [--gigabytes 1] [--rounds 3]

Makes a table of 20 numeric columns (17-digit floats, integers, prices, tiny numbers, missing
values; its rows repeat after 150,000), then runs both in turn, each a process of its own, and prints
the median of each, their ratio, and the most memory that each was resident with. Needs Debian's
python3-pandas and python3-numpy.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

PANDAS = """
import sys
import numpy, pandas
table = pandas.read_csv(sys.argv[1])
for name in table.columns:
    values = table[name].to_numpy(dtype=float)
    numpy.histogram(values[numpy.isfinite(values)], 50)
"""


def write_table(path, size):
    import numpy
    import pandas
    random = numpy.random.default_rng(0)
    rows = 150_000
    columns = {}
    for i in range(8):
        columns[f"normal_{i}"] = random.normal(size=rows)
    for i in range(3):
        columns[f"lognormal_{i}"] = random.lognormal(size=rows)
    for i in range(4):
        columns[f"integer_{i}"] = random.integers(0, 10 ** (i + 1), size=rows)
    for i in range(2):
        columns[f"price_{i}"] = random.uniform(0, 1000, size=rows).round(2)
    columns["tiny"] = random.normal(size=rows) * 1e-9
    columns["missing"] = numpy.where(random.random(rows) < 0.1, numpy.nan,
                                     random.normal(size=rows))
    columns["prediction"] = random.random(rows)
    header, body = pandas.DataFrame(columns).to_csv(index=False).encode().split(b"\n", 1)
    with open(path, "wb") as file:
        file.write(header + b"\n")
        while file.tell() < size:
            file.write(body)


def run(arguments):
    """Seconds from start to end, and the most MiB resident."""
    begin = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{arguments[0]} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--binary")
    parser.add_argument("--make", metavar="FILE", help="only makes the table")
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.make:
        return write_table(options.make, options.gigabytes * 1e9)
    if not options.binary:
        parser.error("--binary is needed")
    with tempfile.TemporaryDirectory(prefix="boxkited-bench-") as folder:
        table = pathlib.Path(folder) / "train.csv"
        # Elsewhere, since a process begins with the peak of the one that starts it.
        subprocess.run([sys.executable, __file__, "--make", table,
                        "--gigabytes", str(options.gigabytes)], check=True)
        sides = {"boxkited baseline": [options.binary, "baseline", table],
                 "pandas, numpy": [sys.executable, "-c", PANDAS, table]}
        figures = {name: [] for name in sides}
        for _ in range(options.rounds):
            for name, arguments in sides.items():
                figures[name].append(run(arguments))
        size = table.stat().st_size
    medians = {}
    for name, rounds in figures.items():
        medians[name] = statistics.median(seconds for seconds, _ in rounds)
        print(f"{name:18} {medians[name]:7.2f} s {size / medians[name] / 1e6:7.0f} MB/s "
              f"{max(memory for _, memory in rounds):7.0f} MiB resident  "
              f"({', '.join(f'{seconds:.2f}' for seconds, _ in rounds)})")
    ratio = medians["pandas, numpy"] / medians["boxkited baseline"]
    print(f"{size / 1e9:.2f} GB: {ratio:.1f} times as fast")


if __name__ == "__main__":
    main()
