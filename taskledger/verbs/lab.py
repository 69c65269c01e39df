"""`taskledger lab`: the deployed use cases beside a simulated ECS on bad days, and whether they held."""

from __future__ import annotations

import sys

import click

from ..lab.document import document
from ..lab.report import report
from ..lab.run import lab as run
from ..output.progress import working
from ..output.terminal import console, print_json


@click.command()
@click.option(
    "--tasks",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    metavar="N",
    help="How many tasks live; 1,000 take some seconds.",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, metavar="S", help="Which days.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
def lab(*, tasks: int, seed: int, as_json: bool) -> None:
    """Try the ledger on bad days, here, with nothing deployed.

    Made-up tasks live in a simulated ECS, in accounts of 300. Their events are dropped, delivered twice, out
    of order and late; calls are throttled, slow and answered stale; processes die before and after any call;
    of some events and answers one letter is changed. Then ECS comes to rest, calls succeed, three passes of
    the sweep follow, and the ledger is held against ECS, and the alerts against the ledger.

    The same seed and number make the same run. Exits with 1 if anything is wrong.
    """
    with working("tasks lived") as progress:
        outcome = run(tasks, seed, progress)
    if as_json:
        print_json(document(outcome))
    else:
        report(console(), outcome)
    sys.exit(0 if outcome.holds else 1)
