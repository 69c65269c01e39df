"""Assess: what a change of an entry brings to light, reported to the incidents."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..findings.policy import Policy
from ..findings.rules import findings
from ..incidents.model import IncidentKey, ReportedFinding, report_finding
from ..model.entry import LedgerEntry
from ..ports.ledger import EntryChange
from .notify import Alerts, NotifyResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What became of a change: the result for each incident that it brought findings to."""

    notified: Sequence[NotifyResult]

    @property
    def failed(self) -> bool:
        """Whether it has to be delivered again."""
        return any(result.error for result in self.notified)


def assess(changes: Sequence[EntryChange], alerts: Alerts, *, replayed: bool = False) -> Sequence[Assessed]:
    """Reports what is new in each change, in their order; changes by a replay only if `replayed`.

    Findings of one incident are reported together, whichever changes brought them.
    """
    found = [list(new_findings(change, alerts.policy, replayed=replayed)) for change in changes]
    results = alerts.notify(one for of_change in found for one in of_change)
    return [Assessed(notified=[results[key] for key in _keys(of_change)]) for of_change in found]


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


def _is_of_same_replay(previous: LedgerEntry | None, entry: LedgerEntry) -> bool:
    """Whether the replay had brought this version before, so that something else changed the entry now."""
    return previous is not None and previous.replayed and previous.state.version == entry.state.version


def _keys(found: Iterable[ReportedFinding]) -> Iterable[IncidentKey]:
    return dict.fromkeys(one.key for one in found)
