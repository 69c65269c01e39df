"""Deployments that failed, were rolled back, or were stopped by a person.

Why is read from what ECS says of its monitors; where it was not asked, from the words of the reasons.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from ... import arns
from ...model.deployment import Deployment, ServiceDeployment
from ...model.service import ServiceRecord
from ...services.outcomes import History, Outcome
from ...services.signs import FAILED, STARTED
from ...text import excerpt
from ..causes import FAILED_DEPLOYMENT
from ..causes.failed_deployment import ALARM, CIRCUIT_BREAKER, HOOK, OTHER, STOPPED
from ..causes.service_record import ServiceCauseRecord
from ..model import Fault, Kind
from ..phrases import squeeze
from ..summary import recent
from .service_fault import ServiceFault, named

_BY_PERSON = frozenset({"STOP_REQUESTED", "STOPPED"})
_BY_PHRASE = {squeeze(one): record for record in FAILED_DEPLOYMENT.values() for one in record.phrases}


def failed(record: ServiceRecord, past: Sequence[History], now: datetime) -> Iterator[ServiceFault]:
    """A finding for each deployment that failed or was rolled back, and for the newest if it was stopped."""
    for index, history in enumerate(past):
        stopped = index == 0 and _is_stopped(record, history)
        if history.outcome in (Outcome.FAILED, Outcome.ROLLED_BACK) or stopped:
            yield _fault(history, STOPPED if stopped else _cause(record, history), now)


def _is_stopped(record: ServiceRecord, history: History) -> bool:
    """Whether a person stopped the newest deployment: ECS calls one STOPPED too that a newer one replaces."""
    answered, state = history.deployment.service_deployment, record.state
    if answered is None or history.outcome not in (Outcome.STOPPED, Outcome.IN_PROGRESS):
        return False
    current = state.service_deployment_arn if state else None
    return answered.status in _BY_PERSON and current in (None, answered.service_deployment_arn)


def _cause(record: ServiceRecord, history: History) -> ServiceCauseRecord:
    """Why the deployment failed."""
    answered = history.deployment.service_deployment
    return (
        (_by_monitors(answered) if answered else None)
        or next(filter(None, map(_by_words, _reasons(history.deployment, history.rolled_back_by))), None)
        or (HOOK if answered and _lost_by_hook(record, answered) else OTHER)
    )


def _by_monitors(answered: ServiceDeployment) -> ServiceCauseRecord | None:
    if answered.circuit_breaker == "TRIGGERED":
        return CIRCUIT_BREAKER
    if answered.alarms == "TRIGGERED":
        return ALARM
    if answered.hook_failed:
        return HOOK
    return STOPPED if answered.status == "ROLLBACK_REQUESTED" else None


@cache
def _any_phrase() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(one) for one in sorted(_BY_PHRASE, key=len, reverse=True)))


def _by_words(reason: str) -> ServiceCauseRecord | None:
    """What the phrase means that stands first in the reason."""
    found = _any_phrase().search(squeeze(reason))
    return _BY_PHRASE[found[0]] if found else None


def _reasons(one: Deployment, rollback: Deployment | None) -> Iterator[str]:
    """All that was said of its end, its own words first."""
    yield from (one.reports[name].reason for name in (FAILED, STARTED) if name in one.reports)
    yield one.service_deployment.reason if one.service_deployment else ""
    yield one.rollout.reason if one.rollout else ""
    if rollback and STARTED in rollback.reports:
        yield rollback.reports[STARTED].reason
    yield rollback.rollout.reason if rollback and rollback.rollout else ""


def _lost_by_hook(record: ServiceRecord, answered: ServiceDeployment) -> bool:
    ended = (hook for hook in record.hooks if hook.status in ("FAILED", "TIMED_OUT"))
    return any(hook.service_deployment_arn == answered.service_deployment_arn for hook in ended)


def _fault(history: History, cause: ServiceCauseRecord, now: datetime) -> ServiceFault:
    one = history.deployment
    known = (history.ended_at, history.rolled_back_at)
    verb = "did not complete" if cause is STOPPED else "failed"
    said = f' - ECS says "{excerpt(history.reason)}"' if history.reason and cause is OTHER else ""
    fault = Fault(
        Kind.DEPLOYMENT_FAILED,
        cause.severity,
        f"The deployment {named(history)} {verb}: {cause.summary}{said}; {_rollback(history, now)}.",
        cause.remedy,
        cause.cause,
        occasion=one.deployment_id,
    )
    at = min((time for time in known if time), default=one.began.at)
    return ServiceFault(fault=fault, at=at, deployment=one, about=one.deployment_id)


def _rollback(history: History, now: datetime) -> str:
    answered = history.deployment.service_deployment
    if answered and answered.status == "ROLLBACK_FAILED":
        return "its rollback failed too"
    if history.rolled_back_at is None:
        return "not rolled back so far"
    to = arns.revision(history.rolled_back_to)
    return f"rolled back{f' to {to}' if to else ''} at {recent(history.rolled_back_at, now)}"
