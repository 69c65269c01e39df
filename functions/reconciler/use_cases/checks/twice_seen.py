"""What a sweep concludes only where an earlier one found the same: a task that is gone, an entry in error.

drift      first sweep                later sweep
VANISHED   marks it as missing        closes it as UNOBSERVED
AHEAD      marks the entry as above   resets it to the description, ten minutes later at the earliest
NONE       takes the marks away
UNKNOWN    changes nothing: nothing was answered
"""

from dataclasses import dataclass
from datetime import datetime

from ...drift import Drift, is_gone, is_in_error, may_vanish
from ...gate import description, reset_row
from ...model.entry import LedgerEntry
from ...model.task import Absence, TaskState
from ...ports.ledger import Ledger, Recording


@dataclass(frozen=True, slots=True)
class TwiceSeen:
    """The conclusions of one sweep."""

    ledger: Ledger
    began: datetime

    def close_missing(self, entry: LedgerEntry, found: Drift, now: datetime) -> bool:
        """Whether it closed what ECS had lost before too; else marks what is lost, unmarks what came back."""
        if found is Drift.VANISHED:
            if is_gone(entry, self.began, now):
                return self.ledger.close(entry, now)
            if entry.missing_since is None and may_vanish(entry, now):
                self.ledger.mark_missing(entry, now)
        elif entry.open and entry.missing_since and found in {Drift.NONE, Drift.AHEAD}:
            self.ledger.mark_missing(entry, None)
        return False

    def reset_above(
        self, entry: LedgerEntry, described: TaskState | Absence, found: Drift, now: datetime
    ) -> LedgerEntry | None:
        """The entry that it reset, as it is now; else marks what is above ECS, unmarks what is not."""
        if found is Drift.AHEAD and isinstance(described, TaskState):
            if is_in_error(entry, self.began, now):
                observation = description(described, now)
                return self.ledger.reset(
                    entry, Recording(observation=observation, rows=(reset_row(observation),))
                )
            if entry.above_since is None:
                self.ledger.mark_above(entry, now)
        elif entry.above_since and found in {Drift.NONE, Drift.VANISHED}:
            self.ledger.mark_above(entry, None)
        return None
