"""What the lab found, in words: what came between, whether it held, and how to run again what did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..output.tables.columns import Column, print_table
from ..output.terminal import literal
from .faults.kinds import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from .run import Day, Outcome

_MOST = 10  # of each kind that are shown of a day; --json has all


def report(screen: Console, outcome: Outcome) -> None:
    """Prints the faults, the verdict, and the days that did not end well."""
    columns = (Column("fault"), Column("times", right=True))
    rows = [(literal(fault), literal(f"{outcome.faults[fault]:,}")) for fault in Fault]
    print_table(screen, columns, rows)
    screen.print()
    for line in (*_verdict(outcome), *(line for day in outcome.bad for line in _day(day))):
        screen.print(literal(line))


def _verdict(outcome: Outcome) -> Iterator[str]:
    total, runs = outcome.total, sum(outcome.runs.values())
    yield (
        f"{total['lives']:,} lives of tasks in {outcome.accounts:,} made-up accounts (seed {outcome.seed}): "
        f"{outcome.events:,} events, {runs:,} runs of the functions."
    )
    wrong = sum(total[name] for name in ("differences", "back", "early", "unrecorded"))
    yield f"The ledger is wrong about {wrong:,} tasks." if wrong else "The ledger equals ECS: 0 differences."
    yield (
        f"Of {total['unobserved']:,} tasks the end, and of {total['unheard']:,} all was lost: no event came, "
        f"and no pass was whole. {total['as_said']:,} are as a changed letter has them."
    )
    missed = total["lost"] + total["doubled"]
    yield (
        f"{total['lost']:,} alerts are lost, {total['doubled']:,} doubled."
        if missed
        else "No alert is lost or doubled."
    )
    yield (
        f"{total['findings']:,} findings made {total['messages']:,} messages; {total['repeated']:,} came "
        "again, under the same notificationId, as a run broke off."
    )
    if total["broken"]:
        yield f"Functions ended with {total['broken']:,} errors that are none of ours."


def _day(day: Day) -> Iterator[str]:
    yield ""
    yield f"Again, alone: taskledger lab --seed {day.seed} --tasks {day.tasks}"
    found = day.verdict
    for one in found.differences[:_MOST]:
        yield f"  {one.task_arn}: the ledger has {_words(one.ledger)}, ECS {_words(one.ecs)}"
    for what, some in (
        ("went back", found.back),
        ("closed while it ran", found.early),
        ("not recorded", found.unrecorded),
        ("lost", found.lost),
        ("doubled", found.doubled),
        ("error", found.broken),
    ):
        yield from (f"  {what}: {one}" for one in some[:_MOST])


def _words(state: tuple[int, bool] | None) -> str:
    return f"version {state[0]}, {'open' if state[1] else 'closed'}" if state else "nothing"
