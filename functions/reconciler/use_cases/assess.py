"""Assess: what a change in the ledger brings to light, reported to the incidents."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..findings.policy import Policy
from ..findings.rules import findings
from ..findings.services.rules import live, service_findings
from ..incidents.reported import IncidentKey, ReportedFinding, report_finding, report_service_finding
from ..model.entry import LedgerEntry
from ..model.service import ServiceRecord
from ..ports.ledger import EntryChange
from ..ports.services import ServiceChange
from ..services.outcomes import judged_histories
from .checks.deployments import with_definitions
from .notify import Alerts
from .publish import NotifyResult

Change = EntryChange | ServiceChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What became of a change: the result for each incident that it brought findings to, or ended."""

    notified: Sequence[NotifyResult]

    @property
    def failed(self) -> bool:
        """Whether it has to be delivered again."""
        return any(result.error for result in self.notified)


def assess(changes: Sequence[Change], alerts: Alerts, *, replayed: bool = False) -> Sequence[Assessed]:
    """Reports what is new in each change, in their order; changes by a replay only if `replayed`.

    Findings of one incident are reported together, whichever changes brought them. Then the incidents that a
    service's deployments have brought to their end are resolved.
    """
    changes = [_with_definitions(change, alerts) for change in changes]
    found = [list(_new(change, alerts.policy, replayed=replayed)) for change in changes]
    results = alerts.notify(one for of_change in found for one in of_change)
    return [
        Assessed(notified=[*(results[key] for key in _keys(of_change)), *_follow(change, alerts)])
        for change, of_change in zip(changes, found, strict=True)
    ]


def new_findings(change: EntryChange, policy: Policy, *, replayed: bool = False) -> Iterator[ReportedFinding]:
    """What is wrong with the entry now and was not before, judged at the time of the change.

    Silent is what an EventBridge replay itself changed, unless `replayed`; what was silent is not known yet
    once a live source has confirmed it.
    """
    entry, previous = change.entry, change.previous
    silent = entry.replayed and not replayed
    if silent and not _is_of_same_replay(previous, entry):
        return
    confirmed = previous is not None and previous.replayed and not entry.replayed
    heard = findings(previous, change.at, policy) if previous and not confirmed else ()
    known = {one.finding_id for one in heard}
    for one in findings(entry, change.at, policy):
        if one.finding_id not in known:
            yield report_finding(one, one.occurred_at, entry.state)


def new_service_findings(
    change: ServiceChange, policy: Policy, *, replayed: bool = False
) -> Iterator[ReportedFinding]:
    """What is wrong with the service now and was not before; of replays only if `replayed`."""
    record, previous = change.record, change.previous
    if not replayed:
        record, previous = live(record), previous and live(previous)
    heard = service_findings(previous, change.at, policy) if previous else ()
    known, deployments = {one.finding_id for one in heard}, judged_histories(record)
    for one in service_findings(record, change.at, policy):
        if one.finding_id not in known:
            yield report_service_finding(one, deployments)


def _with_definitions(change: Change, alerts: Alerts) -> Change:
    if not isinstance(change, ServiceChange):
        return change
    return replace(change, record=with_definitions(change.record, alerts.incidents))


def _new(change: Change, policy: Policy, *, replayed: bool) -> Iterator[ReportedFinding]:
    if isinstance(change, ServiceChange):
        return new_service_findings(change, policy, replayed=replayed)
    return new_findings(change, policy, replayed=replayed)


def _follow(change: Change, alerts: Alerts) -> Sequence[NotifyResult]:
    """What the change of a service's deployments means to its open incidents."""
    if not isinstance(change, ServiceChange) or _course(change.record) == _course(change.previous):
        return ()
    return alerts.follow(change.record)


def _course(record: ServiceRecord | None) -> Sequence[object]:
    """What is deployed and what came of it, by deployment: how far one is, in numbers, ends no incident."""
    return [
        (
            (one.deployment.deployment_id, one.deployment.task_definition_arn, one.images),
            (one.outcome, one.rolled_back_at, one.rolled_back_to, one.restored_at),
        )
        for one in judged_histories(record) or ()
    ]


def _is_of_same_replay(previous: LedgerEntry | None, entry: LedgerEntry) -> bool:
    """Whether the replay had brought this version before, so that something else changed the entry now."""
    return previous is not None and previous.replayed and previous.state.version == entry.state.version


def _keys(found: Iterable[ReportedFinding]) -> Iterable[IncidentKey]:
    return dict.fromkeys(one.key for one in found)
