"""Protected tasks that keep a deployment or a scale-in waiting.

That ECS could not scale in it reports only at times, and never that it could again. So what counts is that
there are tasks too many, and that ECS has just said that tasks are protected:

    too many                                              blocked by
    tasks of older deployments, beside a newest one       any of these that is protected
    that runs all of its own, or that stands still
    more tasks than desired                               protected tasks, if more than desired: ECS's rule

No clock runs for it. It lasts since the newest deployment began, or has stood still; for a scale-in since the
service's numbers were first read, or since ECS first said so after the newest deployment. And it lasts no
longer than these tasks are protected.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from ... import arns
from ...model.deployment import Deployment
from ...model.entry import LedgerEntry
from ...model.protection import Protection
from ...model.service import ServiceRecord
from ...services.merge import SCALE_IN_BLOCKED
from ...services.outcomes import History
from ..causes.impaired_service import PROTECTION
from ..model import Fault, Kind
from ..policy import Policy
from ..summary import clock, recent, stamp
from .service_fault import ServiceFault, named

_FRESH = timedelta(minutes=20)  # a sweep asks every 15 minutes
_NAMED = 3
_MESSAGE = "unable to scale in"  # Amazon ECS guide, service-event-messages-list


def scale_in_blocked(
    record: ServiceRecord,
    past: Sequence[History],
    protected: Iterable[LedgerEntry],
    now: datetime,
    policy: Policy,
) -> Iterator[ServiceFault]:
    """The finding on a service that waits for protected tasks for longer than the policy allows."""
    fresh = [entry for entry in protected if _is_fresh(entry, now)]
    if held := _held(_of_older(record, fresh)):
        newest = past[0].deployment
        evidence = newest.began.at if _runs_all(newest) else newest.read_at
        yield from _lasting(held, evidence, past[0], now, policy)
    elif (held := _held(fresh)) and _exceeds_desired(record, len(held)):
        yield from _lasting(held, _scale_in_since(record), None, now, policy)


def _is_fresh(entry: LedgerEntry, now: datetime) -> bool:
    held = entry.protection
    if held is None or not held.enabled or not entry.open or now - held.checked_at > _FRESH:
        return False
    return held.expires_at is None or now < held.expires_at


def _of_older(record: ServiceRecord, fresh: Iterable[LedgerEntry]) -> Iterator[LedgerEntry]:
    """Those of deployments that a newer one replaces, and of which tasks still run."""
    old = {
        one.deployment_id
        for one in record.deployments[1:]
        if one.rollout and one.rollout.status != "PRIMARY" and one.rollout.running_count
    }
    return (entry for entry in fresh if entry.state.started_by in old)


def _held(entries: Iterable[LedgerEntry]) -> Mapping[str, Protection]:
    held = ((entry.state.task_arn, entry.protection) for entry in entries if entry.protection)
    return dict(sorted(held, key=lambda one: one[0]))


def _runs_all(newest: Deployment) -> bool:
    rollout = newest.rollout
    return rollout is not None and (
        rollout.rollout_state == "COMPLETED" or rollout.running_count >= rollout.desired_count
    )


def _exceeds_desired(record: ServiceRecord, protected: int) -> bool:
    state = record.state
    return state is not None and state.running_count > state.desired_count < protected


def _scale_in_since(record: ServiceRecord) -> datetime | None:
    """The earliest evidence of the surplus; what ECS said before a deployment was of an earlier one."""
    deployed_at = record.deployments[0].began.at if record.deployments else None
    said = [report.at for name, report in record.actions.items() if name == SCALE_IN_BLOCKED]
    messages = record.state.messages if record.state else ()
    said += [one.at for one in messages if _MESSAGE in one.text]
    after = [at for at in said if deployed_at is None or at > deployed_at]
    return min((at for at in (record.read_at, *after) if at), default=None)


def _lasting(
    held: Mapping[str, Protection],
    evidence: datetime | None,
    waiting: History | None,
    now: datetime,
    policy: Policy,
) -> Iterator[ServiceFault]:
    """The finding, if it has lasted since that evidence for longer than the policy allows."""
    if evidence is None:
        return
    protected_since = min(one.since or one.checked_at for one in held.values())
    since = max(evidence, protected_since)
    if now - since > policy.scale_in_blocked:
        newest = waiting.deployment if waiting else None
        occasion = f"{newest.deployment_id if newest else 'SCALE_IN'}.{stamp(protected_since)}"
        fault = Fault(
            Kind.SCALE_IN_BLOCKED,
            PROTECTION.severity,
            _summary(held, since, waiting, now),
            PROTECTION.remedy,
            PROTECTION.cause,
            occasion=occasion,
        )
        yield ServiceFault(fault=fault, at=since + policy.scale_in_blocked, deployment=newest)


def _summary(held: Mapping[str, Protection], since: datetime, waiting: History | None, now: datetime) -> str:
    ends = [one.expires_at for one in held.values()]
    last = max((end for end in ends if end), default=None)
    until = f"until {clock(last)}" if last and None not in ends else "without an end"
    tasks = f"{len(held)} task{'' if len(held) == 1 else 's'} ({_names(list(held))})"
    what = f"The deployment {named(waiting)}" if waiting else "A scale-in"
    return f"{what} has been waiting since {recent(since, now)} for {tasks} protected {until}."


def _names(task_arns: Sequence[str]) -> str:
    names = [arns.task_id(arn) or arn for arn in task_arns[:_NAMED]]
    more = [f"{len(task_arns) - _NAMED} more"] if len(task_arns) > _NAMED else []
    return ", ".join(names + more)
