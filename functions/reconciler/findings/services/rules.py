"""What is wrong with a service, given the time and the policy. Pure: the same arguments, the same findings.

    kind                 judged                                             occasion
    DEPLOYMENT_FAILED    each deployment that ended badly; the newest one   its id; its id and STALLED
    SERVICE_IMPAIRED     service actions; fewer tasks than desired          event and time; since when
    SCALE_IN_BLOCKED     surplus tasks and the protection of tasks          since when they are protected
    HOOK_WAITING         lifecycle hooks that wait for a person             the hook's id

A deployment that stalls and then fails is one incident with two findings (both are `about` its id) of one
severity: people are notified once, and the incident's cause is the last one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from ...model.deployment import Deployment
from ...model.entry import LedgerEntry
from ...model.service import ServiceRecord
from ...services.outcomes import histories
from ..model import Finding
from ..policy import Policy
from .blocked import scale_in_blocked
from .failed import failed
from .hooks import hooks_waiting
from .impaired import below_desired, impaired
from .service_fault import ServiceFault
from .stalled import stalled


def service_findings(
    record: ServiceRecord, now: datetime, policy: Policy, *, protected: Iterable[LedgerEntry] = ()
) -> tuple[Finding, ...]:
    """All that is wrong with a service, as far as its record shows; nothing once it is deleted.

    `protected` are entries of its tasks; of these count whose protection was checked just now.
    """
    if record.closed_at:
        return ()
    faults = _faults(record, now, policy, protected)
    return tuple(found for fault in faults if (found := policy.judge(fault.of(record))))


def _faults(
    record: ServiceRecord, now: datetime, policy: Policy, protected: Iterable[LedgerEntry]
) -> Iterator[ServiceFault]:
    past = histories(record)
    if record.deployed_by_ecs:
        yield from failed(record, past, now)
        yield from stalled(record, past, now, policy)
        yield from hooks_waiting(record, past, now)
        yield from scale_in_blocked(record, past, protected, now, policy)
    yield from impaired(record, past, now)
    yield from below_desired(record, past, now, policy)


def live(record: ServiceRecord) -> ServiceRecord:
    """The record without what only an EventBridge replay brought: old news is no finding."""
    deployments = (_live(one) for one in record.deployments)
    return replace(
        record,
        actions={name: report for name, report in record.actions.items() if not report.replayed},
        hooks=tuple(hook for hook in record.hooks if not hook.replayed),
        deployments=tuple(one for one in deployments if one.reports or one.rollout or one.service_deployment),
    )


def _live(one: Deployment) -> Deployment:
    return replace(one, reports={name: each for name, each in one.reports.items() if not each.replayed})
