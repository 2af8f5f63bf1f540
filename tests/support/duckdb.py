"""DuckDB, as npm has it: `rows(sql)`."""

import json
import pathlib
import subprocess

from support.needs import need
from support.npm import installed

PROGRAM = pathlib.Path(__file__).resolve().parent / "duckdb"


def rows(sql):
    """What the last statement gives, a dict for each row."""
    folder = installed(PROGRAM)
    ended = subprocess.run([need("node"), folder / "query.mjs"], input=sql, cwd=folder,
                           capture_output=True, encoding="utf-8", timeout=120, check=False)
    if ended.returncode != 0:
        raise AssertionError(f"{ended.stderr}\n{sql}")
    return json.loads(ended.stdout)
