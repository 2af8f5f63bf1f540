#!/usr/bin/python3
"""What boxkited costs beside its peers, as a table of ratios with what each must be.

    tests/bench/side_by_side.py [--build build] [--rows P1,P2] [--rounds 11] [--write] [--long]

Starts the daemon and each peer, all in one run on one machine, and visits them in turn in slices of
a few tenths of a second: servers on one core, clients on another. Ends with exit code 0 when each
row is what it must be, else with 1. --write puts the table into docs/benchmarks.md. --long makes
what is measured after many events wait for as many as it is meant to be.

Needs what deploy/install-packages.sh --bench installs. Builds what it runs.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator

TESTS = pathlib.Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
sys.path.insert(0, str(TESTS))
sys.dont_write_bytecode = True

# Each has ROWS, the rows that it knows, and measure(bench), which gives a Measure at a time.
MODULES = ["single", "batches", "latency", "parts", "caller", "process", "growth"]
# Again and again, while servers that were told to end still write.
CLEANER = """
import os, shutil, sys, time
sys.stdin.read()
for _ in range(100):
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    if not os.path.exists(sys.argv[1]):
        break
    time.sleep(0.1)
"""
NEEDED_GIB = 16  # Logs of a minute under full load, until they are removed.


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--rows", help="only these, such as P1,P4")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--write", action="store_true", help="renew docs/benchmarks.md")
    parser.add_argument("--long", action="store_true", help="100 million events, not 2")
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()),
                        help="where temporary files go; a real disk")
    options = parser.parse_args()
    if options.write and options.rows:
        parser.error("--write goes with all rows")
    return options


def check_machine(folder: pathlib.Path) -> None:
    """Says what is missing, rather than failing in the middle."""
    programs = ("nginx", "setpriv")
    path = os.environ["PATH"] + ":/usr/sbin"
    missing = [name for name in programs if not shutil.which(name, path=path)]
    missing += [name for name in ("fluent", "prometheus_client")
                if not importlib.util.find_spec(name)]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}; run deploy/install-packages.sh --bench")
    kind = subprocess.run(["findmnt", "-no", "FSTYPE", "-T", folder], stdout=subprocess.PIPE,
                          text=True, check=False).stdout.strip()
    if kind in ("tmpfs", "ramfs"):
        sys.exit(f"{folder} is in memory: name a folder on a disk by --folder")
    if shutil.disk_usage(folder).free < NEEDED_GIB << 30:
        sys.exit(f"{folder} has less than {NEEDED_GIB} GiB: name another by --folder")


def build(folder: pathlib.Path) -> None:
    """All that is run: the daemon, the client and the peers."""
    if not (folder / "build.ninja").exists():
        subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja"], check=True,
                       stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", folder, "--quiet", "benchmarks"], check=True)


def come_first() -> None:
    """Where that is allowed, so that what else the machine does is not measured."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -15)


@contextlib.contextmanager
def temporary_folder(parent: pathlib.Path) -> Iterator[str]:
    """Removed at the end by a process of its own, whatever ends this one."""
    folder = tempfile.mkdtemp(prefix="boxkited-bench-", dir=parent)
    cleaner = subprocess.Popen([sys.executable, "-c", CLEANER, folder], stdin=subprocess.PIPE,
                               start_new_session=True)
    try:
        yield folder
    finally:
        cleaner.stdin.close()
        cleaner.wait()


def end_orderly(number: int, _: object) -> None:
    sys.exit(128 + number)


def measure(options: argparse.Namespace, folder: str) -> tuple[list, bool]:
    """All rows that are asked for, and whether nothing failed. All files are below the folder."""
    from bench.setting import Bench, two_cores
    server_core, client_core = two_cores()
    rows = frozenset(options.rows.split(",")) if options.rows else None
    bench = Bench(options.build.resolve(), pathlib.Path(folder), options.rounds, server_core,
                  client_core, rows, options.long)
    modules = [importlib.import_module(f"bench.rows.{name}") for name in MODULES]
    unknown = (rows or set()) - {row for module in modules for row in module.ROWS}
    if unknown:
        sys.exit(f"no such rows: {', '.join(sorted(unknown))}")
    found, whole = [], True
    for module in modules:
        if not any(map(bench.wants, module.ROWS)):
            continue
        try:
            for row in filter(lambda row: bench.wants(row.row), module.measure(bench)):
                print(f"{row.row} {row.what}: {row.median:.3g}", file=sys.stderr)
                found.append(row)
        except Exception:  # The others are wanted all the same.
            traceback.print_exc()
            whole = False
    return sorted(found, key=lambda row: int(row.row[1:])), whole


def main() -> int:
    options = parse_arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_orderly)
    check_machine(options.folder)
    build(options.build)
    load = os.getloadavg()[1]
    come_first()
    os.environ["BOXKITED_BINARY"] = str(options.build.resolve() / "daemon" / "boxkited")
    from bench import table
    with temporary_folder(options.folder) as folder:
        tempfile.tempdir = folder
        rows, whole = measure(options, folder)
        tempfile.tempdir = None
    facts = table.surroundings(ROOT, load)
    print(facts)
    print(table.text(rows))
    if not whole:
        print("some rows could not be measured", file=sys.stderr)
        return 1
    if options.write:
        table.write(ROOT / "docs" / "benchmarks.md", facts, rows)
    return 0 if all(row.verdict != "falls short" for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
