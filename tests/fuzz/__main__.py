"""`make fuzz`: 200,000 changed inputs; exits with 1 if any of them crashed something."""

import sys

from rich.progress import track

from tests.fuzz.run import fuzz

COUNT, MOST_SHOWN = 200_000, 10


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    crashes = [crash for crash in track(fuzz(count, seed), f"{count:,} inputs", total=count) if crash]
    for crash in crashes[:MOST_SHOWN]:
        print(f"{crash.target} {crash.seed}\n{crash.error}")  # noqa: T201 - a command
    print(f"{len(crashes):,} of {count:,} inputs crashed something (seed {seed}).")  # noqa: T201 - the same
    sys.exit(1 if crashes else 0)


main()
