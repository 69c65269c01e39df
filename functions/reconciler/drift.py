"""How the ledger stands to ECS, as one sweep over both finds it; pure.

entry      DescribeTasks     drift
none       a state           UNRECORDED   no event of it ever came
older      a state           MISSED       at least one event did not come, or not yet
same       a state           NONE
newer      a state           AHEAD        the API's eventual consistency, unless it lasts: then a reset
open       MISSING           VANISHED     ECS forgot it, and its end was never reported
closed     MISSING           NONE         as it should be, an hour after the stop
any        no answer         UNKNOWN      nothing may be concluded
none       MISSING           NONE         it came and went between the list and the description
"""

from datetime import datetime, timedelta
from enum import StrEnum

from .model.entry import LedgerEntry
from .model.task import Absence, TaskState

# ECS may answer MISSING for a task that it has just reported; its documentation advises to ask for 5 minutes.
SETTLED = timedelta(minutes=5)
# An API that merely lags catches up within seconds, at worst within a few minutes.
CAUGHT_UP = timedelta(minutes=10)


class Drift(StrEnum):
    """What one task's comparison came to."""

    NONE = "NONE"
    MISSED = "MISSED"
    UNRECORDED = "UNRECORDED"
    AHEAD = "AHEAD"
    VANISHED = "VANISHED"
    UNKNOWN = "UNKNOWN"


def drift(entry: LedgerEntry | None, described: TaskState | Absence) -> Drift:
    """What stands between a task's entry and what DescribeTasks answered for it."""
    if described is Absence.UNKNOWN:
        return Drift.UNKNOWN
    if described is Absence.MISSING:
        return Drift.VANISHED if entry and entry.open else Drift.NONE
    if entry is None:
        return Drift.UNRECORDED
    if described.version == entry.state.version:
        return Drift.NONE
    return Drift.MISSED if described.version > entry.state.version else Drift.AHEAD


def is_gone(entry: LedgerEntry, sweep_began: datetime, now: datetime) -> bool:
    """Whether a vanished task may be closed: it was MISSING in an earlier sweep too, and is not fresh."""
    earlier = entry.missing_since is not None and entry.missing_since < sweep_began
    return earlier and may_vanish(entry, now)


def is_in_error(entry: LedgerEntry, sweep_began: datetime, now: datetime) -> bool:
    """Whether an entry above its description may be reset: it was in an earlier sweep too, long enough ago.

    That one was complete, as a sweep begins only when the one before has come to its end.
    """
    since = entry.above_since
    return since is not None and since < sweep_began and since <= now - CAUGHT_UP


def may_vanish(entry: LedgerEntry, now: datetime) -> bool:
    """Whether MISSING says anything of this task yet."""
    return entry.observed_at <= now - SETTLED
