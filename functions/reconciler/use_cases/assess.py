"""Assess: what a change of an entry has brought to light, and who is told of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..findings.policy import Policy
from ..findings.rules import findings
from ..incidents.model import IncidentKey, ReportedFinding, report_finding
from ..ports.ledger import EntryChange
from .notify import Alerts, NotifyResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What became of a change: what was told of each incident that it brought findings to."""

    told: Sequence[NotifyResult]

    @property
    def failed(self) -> bool:
        """Whether it has to be brought again."""
        return any(told.error for told in self.told)


def assess(changes: Sequence[EntryChange], alerts: Alerts, *, replayed: bool = False) -> Sequence[Assessed]:
    """Tells what is new in each change, in their order; changes that a replay brought only if `replayed`.

    Findings of one incident are told together, whichever changes brought them.
    """
    news = [list(new_findings(change, alerts.policy, replayed=replayed)) for change in changes]
    told = alerts.notify(one for of_change in news for one in of_change)
    return [Assessed(told=[told[key] for key in _keys(of_change)]) for of_change in news]


def new_findings(change: EntryChange, policy: Policy, *, replayed: bool = False) -> Iterator[ReportedFinding]:
    """What is wrong with the entry now and was not before, judged at the time of the change."""
    entry, previous = change.entry, change.previous
    if entry.replayed and not replayed:
        return
    known = {one.finding_id for one in findings(previous, change.at, policy)} if previous else frozenset()
    for one in findings(entry, change.at, policy):
        if one.finding_id not in known:
            yield report_finding(one, one.observed_at, entry.state)


def _keys(found: Iterable[ReportedFinding]) -> Iterable[IncidentKey]:
    return dict.fromkeys(one.key for one in found)
