"""What is wrong in a picture of a cluster, by the rules that judge a ledger; pure.

    tasks, records -> findings -> incidents, each with its impact and its deployment -> those that speak

An incident is as it would stand had it been watched: open, or over by what ended it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler.findings.model import Kind
from reconciler.findings.passing import stuck
from reconciler.findings.rules import findings
from reconciler.findings.services.rules import service_findings
from reconciler.gate import description, succeed
from reconciler.incidents.case import Context
from reconciler.incidents.course import end_words, is_over_by_deployments, stands, with_blame
from reconciler.incidents.facts.impact import Level, level_of
from reconciler.incidents.lifecycle import add_findings, advance, end, with_target_group
from reconciler.incidents.outbox import Outbox
from reconciler.incidents.reported import ReportedFinding, report_finding, report_service_finding
from reconciler.incidents.severity import has_impact, is_run
from reconciler.incidents.shared import TOGETHER, of_several, owners_needed
from reconciler.incidents.speaking import shared_key
from reconciler.incidents.timing import is_of_service
from reconciler.services.outcomes import judged_histories

from .explanation import Explanation
from .facts.shortage import REMEMBERED, impact_by_counts, impact_by_tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.findings.policy import Policy
    from reconciler.incidents.facts.impact import Impact
    from reconciler.incidents.model import Incident
    from reconciler.incidents.reported import IncidentKey
    from reconciler.model.entry import LedgerEntry
    from reconciler.model.service import ServiceReading, ServiceRecord

    from .facts.picture import Picture


def explain(picture: Picture, policy: Policy) -> Explanation:
    """What is wrong with the tasks and services of the picture, and since which deployment."""
    now = picture.at
    entries = {arn: succeed(None, description(state, now)) for arn, state in picture.tasks.items()}
    of_tasks = list(_of_tasks(entries.values(), now, policy))
    impacts = {name: _impact(picture, name, of_tasks) for name in picture.readings}
    records = {name: _below(record, impacts.get(name)) for name, record in picture.records.items()}
    of_services = [
        one
        for name, record in records.items()
        for one in _of_service(record, now, _patience(policy, impacts.get(name), now))
    ]
    judge = _Judge(picture.readings, records, impacts, now, policy)
    own = [judge.incident(found) for found in _by_key([*of_tasks, *of_services]).values()]
    return Explanation(
        at=now,
        cluster=picture.cluster,
        incidents=sorted([*own, *judge.of_several(own)], key=_urgency),
        impacts=impacts,
        records=records,
        entries=entries,
        ages_known=picture.running_known,
        unknown=picture.unknown,
    )


def task_findings(entry: LedgerEntry, now: datetime, policy: Policy) -> Sequence[Finding]:
    """All that is wrong with a task, also that it stays where it should only pass through."""
    since = entry.state.changed_at or now
    return (*findings(entry, now, policy), *stuck(entry, since, now, policy))


def _of_tasks(entries: Iterable[LedgerEntry], now: datetime, policy: Policy) -> Iterator[ReportedFinding]:
    for entry in entries:
        for one in task_findings(entry, now, policy):
            yield report_finding(one, one.occurred_at, entry.state)


def _of_service(record: ServiceRecord, now: datetime, policy: Policy) -> Iterator[ReportedFinding]:
    """What is wrong with it, also what its messages say of a time after which it is whole again."""
    if record.closed_at:
        return
    known = judged_histories(record)
    for one in service_findings(replace(record, read_at=None), now, policy):
        yield report_service_finding(one, known)


def _patience(policy: Policy, impact: Impact | None, now: datetime) -> Policy:
    """The policy, by which a service has run too little for long enough once that is no moment any more."""
    lacks = level_of(impact, now) in (Level.DEGRADED, Level.DOWN)
    return replace(policy, below_desired=timedelta(0)) if lacks else policy


def _impact(picture: Picture, name: str, found: Iterable[ReportedFinding]) -> Impact:
    reading = picture.readings[name]
    if name not in picture.running_known:
        return impact_by_counts(reading, picture.at)
    own = (one.at for one in found if one.finding.owner == f"service:{name}")
    signs = [*own, *(one.at for one in reading.state.messages)]
    of_late = [at for at in signs if at > picture.at - REMEMBERED]
    return impact_by_tasks(reading, picture.tasks_of(name), of_late, picture.at)


def _below(record: ServiceRecord, impact: Impact | None) -> ServiceRecord:
    """The record with since when it runs too few tasks, which a single reading does not say."""
    since = impact.below_since if impact else None
    return replace(record, below_desired_since=since) if record.below_desired_since else record


def _by_key(found: Iterable[ReportedFinding]) -> Mapping[IncidentKey, Sequence[ReportedFinding]]:
    by_key: dict[IncidentKey, list[ReportedFinding]] = {}
    for one in found:
        by_key.setdefault(one.key, []).append(one)
    return by_key


@dataclass(frozen=True, slots=True)
class _Judge:
    readings: Mapping[str, ServiceReading]
    records: Mapping[str, ServiceRecord]
    impacts: Mapping[str, Impact]
    now: datetime
    policy: Policy

    def incident(self, found: Sequence[ReportedFinding]) -> Incident:
        opened = add_findings(None, found, self.now, self.policy)
        record = self.records.get(opened.service or "")
        known = judged_histories(record)
        one = with_blame(replace(opened, opened_at=opened.first_seen_at), known)
        impact = self.impacts.get(opened.service or "") if has_impact(one.key) else None
        reading = self.readings.get(opened.service or "")
        one = with_target_group(replace(one, impact=impact), reading.target_group_arn if reading else None)
        if known and is_over_by_deployments(one, known):
            one = end(one, end_words(one, known))
        return self._stepped(one, over=self._is_over(one, record))

    def of_several(self, own: Sequence[Incident]) -> Iterator[Incident]:
        """Of each cause that struck several owners within minutes, the incident of all of them."""
        by_cause: dict[IncidentKey, list[Incident]] = {}
        for one in own:
            if (key := shared_key(one)) and one.open:
                by_cause.setdefault(key, []).append(one)
        for key, members in by_cause.items():
            last = max(one.last_seen_at for one in members)
            together = [one for one in members if one.last_seen_at >= last - TOGETHER]
            if len(together) >= owners_needed(key):
                yield self._stepped(of_several(key, None, together, self.now), over=None)

    def _stepped(self, incident: Incident, *, over: bool | None) -> Incident:
        """The incident after its next step, of which nothing is published from here."""
        after = advance(incident, Context(over=over), self.now, self.policy)
        return replace(after, outbox=Outbox(), due_at=None)

    def _is_over(self, incident: Incident, record: ServiceRecord | None) -> bool | None:
        """Whether nothing keeps it open; None of standalone work, which nobody starts again."""
        if is_run(incident):
            return None
        if incident.key.kind is Kind.STUCK:  # each task of it is so now
            return False
        if is_of_service(incident):
            return record is None or not stands(incident, record, self.now)
        return True


def _urgency(incident: Incident) -> tuple[bool, int, float]:
    return not incident.open, -incident.severity.rank, -incident.last_seen_at.timestamp()
