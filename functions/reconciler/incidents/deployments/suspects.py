"""The deployments whose tasks failed, and which of them an incident may have begun with; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...services.outcomes import History, Outcome
from .failures import LOOK_BACK, Failures

_RAN_ON = timedelta(hours=1)  # without a failure: the older deployment's tasks ran on


@dataclass(frozen=True, slots=True)
class Suspect:
    """A deployment whose tasks failed."""

    failures: Failures
    history: History

    @property
    def started_at(self) -> datetime:
        return self.history.deployment.began.at

    @property
    def failed_young(self) -> bool:
        """Whether it failed within a day of its start, or later as it still rolled out, which was read."""
        rolled_on = self.history.deployment.rollout is not None and self.failed_rolling
        return rolled_on or self.failures.first_at <= self.started_at + LOOK_BACK

    @property
    def failed_rolling(self) -> bool:
        """Whether its tasks failed as it rolled out."""
        return self.history.is_rolling_at(self.failures.first_at)

    @property
    def ran_well(self) -> bool:
        """Whether it was completed before its tasks failed."""
        history, first_at = self.history, self.failures.first_at
        ended_at = history.ended_at if history.outcome is Outcome.COMPLETED else None
        return ended_at is not None and ended_at <= first_at

    def ran_on_before(self, newer: "Suspect") -> bool:
        """Whether its tasks ran without failures before the newer one began."""
        return self.failures.last_at < newer.started_at - _RAN_ON

    def over_before(self, newer: "Suspect", well: Sequence[History]) -> bool:
        """Whether it was undone when the newer one's tasks failed, or made good by one of these before it."""
        restored_at = self.history.restored_at
        undone = restored_at is not None and restored_at <= newer.failures.first_at
        return undone or self.made_good_before(newer, well)

    def made_good_before(self, newer: "Suspect", well: Sequence[History]) -> bool:
        """Whether one of these, which ran well, was deployed between the two."""
        first, last = self.history.deployment.order, newer.history.deployment.order
        return any(first < one.deployment.order < last for one in well)


def by_start(counted: Sequence[Failures], known: Mapping[str, History]) -> Sequence[Suspect]:
    suspects = (Suspect(one, known[one.deployment_id]) for one in counted)
    return sorted(suspects, key=lambda one: one.history.deployment.order)


def without_failures(histories: Sequence[History], suspects: Sequence[Suspect]) -> Sequence[History]:
    """The deployments that were completed and of which no task failed so."""
    failed = {one.failures.deployment_id for one in suspects}
    return [
        one
        for one in histories
        if one.outcome is Outcome.COMPLETED and one.deployment.deployment_id not in failed
    ]


def that_count(suspects: Sequence[Suspect], well: Sequence[History], since: datetime) -> Sequence[Suspect]:
    """All from the newest on that failed as it rolled out, where the failures of all older ones had ended.

    Those of the incident itself, which began then, have not if they were a short time before.
    """

    def ended(older: Suspect, newer: Suspect) -> bool:
        made_good = older.failures.last_at < since and older.made_good_before(newer, well)
        return older.ran_on_before(newer) or made_good

    for index in range(len(suspects) - 1, 0, -1):
        newer = suspects[index]
        if newer.failed_rolling and all(ended(older, newer) for older in suspects[:index]):
            return suspects[index:]
    return suspects
