"""`make mutants`: each of the twenty bugs, and what found it; exits with 1 where one is not found.

First the tests have to pass without any bug: what fails anyway finds nothing.
"""

from __future__ import annotations

import sys

from .bugs import BUGS
from .run import copy, remove, seed, tried


def main() -> int:
    missed = 0
    with copy() as tree:
        sound = tried(tree, " ".join(dict.fromkeys(bug.found_by for bug in BUGS)))
        if sound.found_by:
            print(f"{sound.found_by} fails without any bug")  # noqa: T201 - a command
            return 1
        for number, bug in enumerate(BUGS, start=1):
            seed(tree, bug)
            result = tried(tree, bug.found_by)
            remove(tree, bug)
            missed += result.found_by is None
            found = result.found_by or "NOT FOUND"
            print(f"{number:2}  {result.seconds:5.1f} s  {bug.wrong}\n{'':13}{found}", flush=True)  # noqa: T201
    print(f"{len(BUGS) - missed} of {len(BUGS)} bugs were found.")  # noqa: T201 - a command
    return 1 if missed else 0


sys.exit(main())
