"""`python -m benchmarks [NAME...]`: runs all or the named ones, prints one table.

Exits 1 when a bound is not kept.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks import Row


def main(names: list[str]) -> int:
    files = sorted(Path(__file__).parent.glob("*.py"))
    known = [file.stem for file in files if "\ndef measure(" in file.read_text()]
    unknown = set(names) - set(known)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    rows: list[Row] = []
    for name in names or known:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"measuring {name} ...", file=sys.stderr)
        rows += module.measure()
    print("| what | measured | wanted | kept |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.measured} | {row.wanted} | {'yes' if row.kept else 'NO'} |")
    return 0 if all(row.kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
