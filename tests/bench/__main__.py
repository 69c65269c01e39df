"""`make bench`: every figure with its limit; exit code 1 if one is not kept."""

import sys

from rich.console import Console
from rich.table import Table

from tests.bench import coldstart, imports, observe, reads, replays, sweep

BENCHES = (observe, imports, coldstart, replays, reads, sweep)


def main() -> int:
    table = Table("figure", "measured", "limit", box=None)
    kept = True
    for bench in BENCHES:
        for result in bench.run():
            kept = kept and result.kept
            mark = "" if result.kept else "  not kept"
            sign = "at least" if result.higher else "at most"
            table.add_row(
                result.name, f"{result.figure:,.2f} {result.unit}", f"{sign} {result.limit:,g}{mark}"
            )
    Console(width=120).print(table)
    return 0 if kept else 1


sys.exit(main())
