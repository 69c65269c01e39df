"""What a sweep records of a description."""

from collections.abc import Iterator
from datetime import datetime

from ...drift import Drift
from ...gate import description, history_row, refresh
from ...model.entry import LedgerEntry
from ...model.task import TaskState
from ...ports.ledger import Recording


def repairs(
    entry: LedgerEntry | None, described: TaskState, found: Drift, now: datetime
) -> Iterator[Recording]:
    """The recording of a version that the ledger lacks, or of health and tags that changed; else nothing."""
    observation = description(described, now)
    if found in {Drift.MISSED, Drift.UNRECORDED}:
        yield Recording(observation=observation, rows=(history_row(observation),))
    elif entry and refresh(entry, observation):
        yield Recording(observation=observation, rows=())
