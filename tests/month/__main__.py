"""`make month`: what is published in a month of a made-up account; exits with 1 where a goal is missed."""

from __future__ import annotations

import argparse
import json
import sys

from .judge import judge
from .plan import MONTH, play
from .report import missed, table, values


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.month", description=__doc__)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--days", type=int, default=len(MONTH))
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    account, matters = play(wanted.seed, range(wanted.days))
    judgement = judge(account.inbox.mail, matters, account.faults)
    found = values(account, judgement, wanted.days)
    print(json.dumps(found, indent=2) if wanted.json else "\n".join(table(found)))  # noqa: T201 - a command
    sys.exit(1 if missed(found) else 0)


main()
