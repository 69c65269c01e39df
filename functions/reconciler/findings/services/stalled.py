"""A deployment that makes no progress, and that ECS does not end.

Without the circuit breaker a deployment whose tasks fail never fails and never ends: there is no event for
it. It is stalled

    by count   once `stalled_failed_tasks` tasks failed and none runs, unless the circuit breaker watches it
    by time    once `stalled` has passed, it runs less than it should, and what DescribeServices says of it
               shows no progress: nothing of it runs, tasks of it fail, or nothing changed for as long

While it waits for a person it is not, and the time counts anew from when it went on.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ...model.deployment import Deployment, Rollout
from ...model.hook import Hook
from ...model.service import ServiceRecord
from ...services.outcomes import History, Outcome
from ..causes.failed_deployment import STALLED
from ..model import Fault, Kind
from ..policy import Policy
from ..summary import recent
from .hooks import hooks_of
from .service_fault import ServiceFault, named


def stalled(
    record: ServiceRecord, past: Sequence[History], now: datetime, policy: Policy
) -> Iterator[ServiceFault]:
    """The finding on the newest deployment, if any."""
    if not past or past[0].outcome is not Outcome.IN_PROGRESS:
        return
    newest, rollout = past[0].deployment, past[0].deployment.rollout
    if (
        rollout is None
        or rollout.desired_count == 0
        or any(one.awaits_action(now) for one in hooks_of(record))
    ):
        return
    since = _since(record, newest)
    if _by_count(newest, rollout, policy):
        yield _fault(past[0], rollout, since, newest.read_at or since, now)
    elif now - since >= policy.stalled and not _progresses(newest, rollout, now, policy):
        yield _fault(past[0], rollout, since, since + policy.stalled, now)


def _since(record: ServiceRecord, newest: Deployment) -> datetime:
    """When it began, or went on after it had waited, at the latest when its time to wait ran out."""
    return max([newest.began.at, *(_went_on(hook) for hook in hooks_of(record))])


def _went_on(hook: Hook) -> datetime:
    ran_out = hook.expires_at if hook.status == "AWAITING_ACTION" else None
    return ran_out or hook.at


def _by_count(newest: Deployment, rollout: Rollout, policy: Policy) -> bool:
    answered = newest.service_deployment
    watched = answered is not None and answered.circuit_breaker == "MONITORING"
    failed = rollout.failed_tasks >= policy.stalled_failed_tasks and rollout.running_count == 0
    return failed and not watched


def _progresses(newest: Deployment, rollout: Rollout, now: datetime, policy: Policy) -> bool:
    """Whether it runs all that it should, or comes nearer to that."""
    if rollout.running_count >= rollout.desired_count:
        return True
    changed = newest.read_at is not None and now - newest.read_at < policy.stalled
    return changed and rollout.running_count > 0 and rollout.failed_tasks == 0


def _fault(history: History, rollout: Rollout, since: datetime, at: datetime, now: datetime) -> ServiceFault:
    one = history.deployment
    fault = Fault(
        Kind.DEPLOYMENT_FAILED,
        STALLED.severity,
        f"The deployment {named(history)} has made no progress since {recent(since, now)}: "
        f"{rollout.running_count} of {rollout.desired_count} tasks run, {rollout.failed_tasks} failed, and "
        f"{STALLED.summary}.",
        STALLED.remedy,
        STALLED.cause,
        occasion=f"{one.deployment_id}.{STALLED.cause}",
    )
    return ServiceFault(fault=fault, at=at, deployment=one, about=one.deployment_id)
