"""Which deployment rolls which back, and where to.

ECS says it only in the reason of the deployment that rolls back: no field and no event's name does (Amazon
ECS guide, ecs_service_deployment_events). Service deployments have a status for it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from ..model.deployment import Deployment
from ..model.service import ServiceRecord
from .signs import FAILED, ROLLED_BACK, STARTED, failed_at, has_failed, is_completed

_ROLLING_BACK = re.compile(
    r"rolling back to deployment\s*id:?\s+\W*(\w\S*?)(?=[^\w\s]*(?:\s|$))", re.IGNORECASE
)
# An event that says so later than this after its deployment began is of the one that failed.
_AT_ITS_START = timedelta(minutes=1)
_NEAR = timedelta(seconds=10)  # as for the join of the two ids of a deployment


def rollbacks(newest_first: Sequence[Deployment]) -> Iterator[tuple[str, Deployment]]:
    """By the id of a deployment that was rolled back, the one that did it."""
    for index, one in enumerate(newest_first):
        older = newest_first[index + 1 :]
        target = _rollback_target(one)
        found = _left_for(target, one.began.at, older) if target else _rolled_back_at(one.began.at, older)
        if found:
            yield found.deployment_id, one


def _left_for(target: str, moment: datetime, older: Sequence[Deployment]) -> Deployment | None:
    """The deployment that was left then to go back to the target: it came after that.

    It is the one that failed just then; else, where that event is missing, the newest that was not completed.
    """
    since = list(takewhile(lambda one: one.deployment_id != target, older))
    if len(since) == len(older):  # the target is not known: nothing says which others came after it
        since = since[:1]
    left = [one for one in since if has_failed(one) or not is_completed(one)]
    failed = (one for one in left if FAILED in one.reports and abs(one.reports[FAILED].at - moment) <= _NEAR)
    return next(failed, next(iter(left), None))


def _rolled_back_at(moment: datetime, older: Sequence[Deployment]) -> Deployment | None:
    """The deployment whose service deployment was rolled back then."""
    for one in older:
        answered = one.service_deployment
        if answered and answered.rollback_at and abs(answered.rollback_at - moment) <= _NEAR:
            return one
    return None


def _rollback_target(one: Deployment) -> str | None:
    """The id of the deployment to which this one goes back; None where it rolls nothing back."""
    report = one.reports.get(STARTED)
    if report and report.at - one.began.at <= _AT_ITS_START and (found := _named_target(report.reason)):
        return found
    if one.rollout and one.rollout.rollout_state != "FAILED":
        return _named_target(one.rollout.reason)
    return None


def _named_target(reason: str) -> str | None:
    found = _ROLLING_BACK.search(reason)
    return found[1] if found else None


def rolled_back_at(one: Deployment, rollback: Deployment | None) -> datetime | None:
    answered, report = one.service_deployment, one.reports.get(STARTED)
    if rollback:
        return rollback.began.at
    if report and _named_target(report.reason) and _rollback_target(one) is None:
        return report.at
    if answered and answered.status in ROLLED_BACK:
        return answered.rollback_at or answered.finished_at or failed_at(one)
    return None


def rolled_back_to(record: ServiceRecord, one: Deployment, rollback: Deployment | None) -> str | None:
    if rollback and rollback.task_definition_arn:
        return rollback.task_definition_arn
    report = (rollback or one).reports.get(STARTED)
    target = _named_target(report.reason) if report else None
    named = record.deployment(target) if target else None
    return named.task_definition_arn if named else None
