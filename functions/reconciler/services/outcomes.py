"""What came of each deployment of a service, read from all that its sources say.

    outcome       when
    ROLLED_BACK   a later deployment rolls it back, or its service deployment says so
    FAILED        it failed (an event, its rolloutState, its service deployment), and nothing rolls it back
    COMPLETED     it was completed
    STOPPED       its service deployment was stopped, or its service deleted
    SUPERSEDED    a newer one began before it was over
    IN_PROGRESS   it is the newest, and under way
    UNKNOWN       nothing was said of its end, and ECS shows it no more

The first row that holds counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ..model.deployment import Deployment, Image
from ..model.service import ServiceRecord
from .rollbacks import rollbacks, rolled_back_at, rolled_back_to
from .signs import COMPLETED, FAILED, completed_at, failed_at, has_failed, is_completed

_JUST_BEGUN = timedelta(seconds=10)  # no task can have failed by then
_SETTLED = timedelta(minutes=5)  # after which DescribeServices shows a deployment that there is


class Outcome(StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    ROLLED_BACK = "ROLLED_BACK"
    SUPERSEDED = "SUPERSEDED"
    STOPPED = "STOPPED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A deployment with what came of it, and how it stands to the others of its service.

    `previous` is the newest older one that was completed, else the newest older one. `rollback_of` is the one
    that it rolls back. If it was rolled back itself: by which one, since when, to which task definition, and
    when that was done (`restored_at`).
    """

    deployment: Deployment
    outcome: Outcome
    ended_at: datetime | None = None
    previous: Deployment | None = None
    rollback_of: Deployment | None = None
    rolled_back_by: Deployment | None = None
    rolled_back_at: datetime | None = None
    rolled_back_to: str | None = None
    restored_at: datetime | None = None

    @property
    def reason(self) -> str:
        """Why it ended, in ECS's words; else how it is going."""
        one = self.deployment
        reported = [one.reports[name].reason for name in (FAILED, COMPLETED) if name in one.reports]
        answered = one.service_deployment.reason if one.service_deployment else ""
        return next(filter(None, (*reported, answered, one.rollout.reason if one.rollout else "")), "")

    @property
    def images(self) -> tuple[Image, ...] | None:
        """What its containers run; None where nobody asked."""
        answered = self.deployment.service_deployment
        return answered.images if answered else None

    @property
    def none_steady(self) -> bool:
        """Whether it is under way, and no task of it ran when it was read last."""
        rollout = self.deployment.rollout
        return self.outcome is Outcome.IN_PROGRESS and (rollout is None or rollout.running_count == 0)

    def is_rolling_at(self, moment: datetime) -> bool:
        """Whether it was under way at that time, which is not before it began."""
        return self.outcome is Outcome.IN_PROGRESS or (self.ended_at is not None and moment <= self.ended_at)


def histories(record: ServiceRecord) -> Sequence[History]:
    """What came of each deployment of the record, newest first."""
    rolled_back_by = dict(rollbacks(record.deployments))
    return [_history(record, index, rolled_back_by) for index in range(len(record.deployments))]


def judged_histories(record: ServiceRecord | None) -> Sequence[History] | None:
    """The same where ECS itself deploys; None where no deployment is known, or another controller deploys."""
    return histories(record) if record and record.deployments and record.deployed_by_ecs else None


def is_undone(known: Sequence[History], deployment_id: str) -> bool:
    """Whether the deployment was rolled back, and the service runs again what it had run before."""
    return any(one.restored_at for one in known if one.deployment.deployment_id == deployment_id)


def is_replaced(known: Sequence[History], deployment_id: str) -> bool:
    """Whether the deployment is undone, or a newer one was completed."""
    for one in known:
        if one.deployment.deployment_id == deployment_id:
            return one.restored_at is not None
        if one.outcome is Outcome.COMPLETED:
            return True
    return False


def is_settled(known: Sequence[History], deployment_id: str) -> bool:
    """Whether a deployment that failed or stalled concerns nobody any more.

    It is undone, it was completed after all, a newer one was completed, or ten newer ones began.
    """
    for one in known:
        if one.outcome is Outcome.COMPLETED:
            return True
        if one.deployment.deployment_id == deployment_id:
            return one.restored_at is not None
    return True


def rolling_at(newest_first: Sequence[History], moment: datetime) -> History | None:
    """The deployment that was under way at that time; None where none is known to have been.

    What goes wrong when a rollback has only just begun is of the deployment that it rolls back.
    """
    begun = (one for one in newest_first if one.deployment.began.at <= moment)
    newest = next(begun, None)
    if newest and newest.rollback_of and moment - newest.deployment.began.at <= _JUST_BEGUN:
        failed = newest.rollback_of.deployment_id
        return next(one for one in newest_first if one.deployment.deployment_id == failed)
    return newest if newest and newest.is_rolling_at(moment) else None


def _history(record: ServiceRecord, index: int, rolled_back_by: Mapping[str, Deployment]) -> History:
    one, older = record.deployments[index], record.deployments[index + 1 :]
    newer = record.deployments[index - 1] if index else None
    rollback = rolled_back_by.get(one.deployment_id)
    undone_at = rolled_back_at(one, rollback)
    outcome, ended_at = _outcome(record, one, newer, undone_at)
    return History(
        deployment=one,
        outcome=outcome,
        ended_at=ended_at,
        previous=next((each for each in older if is_completed(each)), next(iter(older), None)),
        rollback_of=next((each for each in older if rolled_back_by.get(each.deployment_id) == one), None),
        rolled_back_by=rollback,
        rolled_back_at=undone_at,
        rolled_back_to=rolled_back_to(record, one, rollback) if undone_at else None,
        restored_at=_restored_at(one, rollback),
    )


def _outcome(
    record: ServiceRecord, one: Deployment, newer: Deployment | None, undone_at: datetime | None
) -> tuple[Outcome, datetime | None]:
    """What came of it, and when it ended."""
    if undone_at:
        return Outcome.ROLLED_BACK, failed_at(one) or undone_at
    if has_failed(one):
        return Outcome.FAILED, failed_at(one)
    if is_completed(one):
        return Outcome.COMPLETED, completed_at(one)
    if newer:
        return Outcome.SUPERSEDED, newer.began.at
    return _of_newest(record, one)


def _of_newest(record: ServiceRecord, one: Deployment) -> tuple[Outcome, datetime | None]:
    answered = one.service_deployment
    if answered and answered.status == "STOPPED":
        return Outcome.STOPPED, answered.finished_at
    if record.closed_at and one.began.at <= record.closed_at:  # a later one is of a service made again
        return Outcome.STOPPED, record.closed_at
    unseen = one.rollout is None and record.read_at and record.read_at > one.began.at + _SETTLED
    return (Outcome.UNKNOWN if unseen else Outcome.IN_PROGRESS), None


def _restored_at(one: Deployment, rollback: Deployment | None) -> datetime | None:
    """When the service ran again what it had run before; None as long as it does not."""
    if rollback and is_completed(rollback):
        return completed_at(rollback)
    answered = one.service_deployment
    return answered.finished_at if answered and answered.status == "ROLLBACK_SUCCESSFUL" else None
