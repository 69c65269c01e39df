"""The lives of tasks in a span of time: those that were open in it, read by index and up to a bound."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import click

from ...output.progress import counted
from ...output.times import stamp
from ..stack import Unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from reconciler.model.entry import LedgerEntry

    from ..ledger import DeployedLedger

    Command = TypeVar("Command", bound=Callable[..., None])

MOST = 200_000
# Reading an entry from an index takes at most half a unit, and a million units are $0.125 in us-east-1.
_USD_A_MILLION = 0.07

most_option = click.option(
    "--most",
    type=click.IntRange(min=1),
    default=MOST,
    show_default=True,
    metavar="N",
    help="The most tasks to read. A million take some minutes, and about $0.07 of reads.",
)


def lives(
    ledger: DeployedLedger, cluster_arns: Sequence[str], since: datetime, now: datetime, most: int
) -> Iterator[LedgerEntry]:
    """Each task once that was open at any time since then, also one of which no version came since.

    Raises `Unusable` where there are more than `most`: what is missing would look as if it had not been.
    """
    seen: set[str] = set()
    found = chain.from_iterable(_of_cluster(ledger, one, since, now) for one in cluster_arns)
    for entry in counted(found, "tasks read"):
        if entry.state.task_arn in seen:  # it closed between the two reads
            continue
        if len(seen) == most:
            raise Unusable(_too_many(since, most))
        seen.add(entry.state.task_arn)
        yield entry


def _of_cluster(
    ledger: DeployedLedger, cluster_arn: str, since: datetime, now: datetime
) -> Iterable[LedgerEntry]:
    for placed in (ledger.opened(cluster_arn), ledger.closed(cluster_arn, since, now)):
        for _, entry in placed:
            yield entry


def _too_many(since: datetime, most: int) -> str:
    return (
        f"More than {most:,} tasks were open since {stamp(since)}, which is all that --most lets it read. "
        f"Name a --cluster or a later time; or raise --most: each million takes some minutes and about "
        f"${_USD_A_MILLION} of reads."
    )
