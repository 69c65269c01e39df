"""Services that can't run what they should, by what ECS reports of them and by their numbers.

A service action is over once a later reading shows the service whole: no event says so.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ...model.deployment import Report
from ...model.service import ServiceRecord
from ...services.merge import SCALE_IN_BLOCKED
from ...services.outcomes import History, rolling_at
from ...text import excerpt
from ..causes import IMPAIRED_SERVICE
from ..causes.impaired_service import BELOW_DESIRED, OTHER
from ..model import Fault, Kind
from ..policy import Policy
from ..summary import recent, stamp
from .service_fault import ServiceFault, severity

_BY_ACTION = {action: cause for cause in IMPAIRED_SERVICE.values() for action in cause.actions}
_READ_AGAIN = timedelta(minutes=40)  # the longest from one sweep to the end of the next
_OF_DEPLOYMENTS = "SERVICE_DEPLOYMENT_"  # listed among the service actions too; the deployment says more


def impaired(record: ServiceRecord, past: Sequence[History], now: datetime) -> Iterator[ServiceFault]:
    """A finding for each fault that a service action reports.

    That protection blocks a scale-in is none of them: the event alone is a hint (`blocked`).
    """
    for name, report in sorted(record.actions.items()):
        hint = name == SCALE_IN_BLOCKED or name.startswith(_OF_DEPLOYMENTS)
        if not hint and not _is_over(record, report, now):
            yield _fault(record, name, report, past)


def below_desired(
    record: ServiceRecord, past: Sequence[History], now: datetime, policy: Policy
) -> Iterator[ServiceFault]:
    """The finding on a service that has run fewer tasks than it should for too long, or none at all."""
    state, since = record.state, record.below_desired_since
    if state is None or since is None or now - since <= policy.below_desired:
        return
    fault = Fault(
        Kind.SERVICE_IMPAIRED,
        severity(BELOW_DESIRED, record),
        f"{state.running_count} of {state.desired_count} tasks run, since {recent(since, now)}.",
        BELOW_DESIRED.remedy,
        BELOW_DESIRED.cause,
        occasion=f"{BELOW_DESIRED.cause}.{stamp(since)}",
    )
    yield _with_deployment(fault, since, rolling_at(past, since))


def _is_over(record: ServiceRecord, report: Report, now: datetime) -> bool:
    """Whether the service was whole after it; a reading that says what the last one said is not stored."""
    state, read_at = record.state, record.read_at
    if state is None or read_at is None:
        return False
    read_since = read_at > report.at or now - report.at > _READ_AGAIN
    rolling = any(one.rolling for one in record.deployments[:1])
    return read_since and state.running_count >= state.desired_count and not rolling


def _fault(record: ServiceRecord, name: str, report: Report, past: Sequence[History]) -> ServiceFault:
    cause = _BY_ACTION.get(name, OTHER)
    said = f' - ECS says "{excerpt(": ".join(filter(None, (name, report.reason))))}"'
    fault = Fault(
        Kind.SERVICE_IMPAIRED,
        severity(cause, record),
        f"The service is impaired: {cause.summary}{said}.",
        cause.remedy,
        cause.cause,
        occasion=f"{name}.{stamp(report.at)}",
    )
    return _with_deployment(fault, report.at, rolling_at(past, report.at))


def _with_deployment(fault: Fault, at: datetime, rolling: History | None) -> ServiceFault:
    return ServiceFault(fault=fault, at=at, deployment=rolling.deployment if rolling else None)
