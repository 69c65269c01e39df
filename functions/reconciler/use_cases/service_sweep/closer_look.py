"""A closer look at services where something is wrong or under way, and the findings of all.

    service deployments of what is rolling, recent or wrong   ->  outcome and reason, where they can be joined
    images of what is wrong, or blamed by an open incident    ->  what changed between two revisions
    protected tasks of a service with a surplus               ->  why it does not scale in

Each such service costs calls of its own, so a pass asks about so many of them and no more: first about those
where something is wrong, then about those with the newest deployments. The next sweeps come to the others.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from ...errors import LedgerError
from ...findings.causes.failed_deployment import STALLED
from ...findings.causes.impaired_service import BELOW_DESIRED
from ...findings.model import Finding, Kind
from ...findings.services.rules import live, service_findings
from ...incidents.reported import ReportedFinding, Sample, report_service_finding
from ...model.deployment import Deployment, ServiceDeployment
from ...model.entry import LedgerEntry
from ...model.service import ServiceRecord
from ...services.below import has_surplus
from ...services.joining import join
from ...services.merge import merge_service_deployment, with_deployment
from ...services.outcomes import judged_histories
from ...services.questions import lacks_images, to_ask_about
from ...services.repairs import repaired
from ..recording.saving import save
from .context import ServicesSwept, ServiceSweep
from .protected_tasks import protected_tasks

MOST = 50  # services in one pass: two calls each, one more for images and two for protected tasks
_APART = timedelta(minutes=1)  # by which the two ids of one deployment surely don't differ
_NEWS = timedelta(days=1)
_SAMPLES = 5
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def look_closer(sweep: ServiceSweep, records: Sequence[ServiceRecord], swept: ServicesSwept) -> None:
    """Adds what is wrong with the services, after ECS was asked more where that may say more."""
    blamed = _blamed(sweep, records)
    judged = [_judge(sweep, record, blamed=blamed) for record in records]
    for index in _worth_a_look(sweep, judged)[:MOST]:
        if sweep.out_of_time():
            break
        try:
            judged[index] = _asked(sweep, judged[index], swept)
        except LedgerError as error:
            swept.errors.append(error)
    found = [one for each in judged for one in each.reported()]
    swept.standing += [one for one in found if _stands(one.finding)]
    since = sweep.clock() - _NEWS
    ended = [one for one in found if not _stands(one.finding) and one.at > since]
    swept.missed += sweep.incidents.not_stored(ended) if ended else ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """A service, what is wrong with it, and its tasks that are protected, where these were asked for.

    `blamed` are the ids of deployments that open incidents began with.
    """

    record: ServiceRecord
    findings: Sequence[Finding]
    blamed: Collection[str]
    protected: Sequence[LedgerEntry] = ()

    @property
    def wrong(self) -> Collection[str]:
        """The ids of its deployments with a finding, or with an incident that they began."""
        return {one.deployment_id for one in self.findings if one.deployment_id}.union(self.blamed)

    def reported(self) -> Iterable[ReportedFinding]:
        samples = tuple(Sample(task_arn=entry.state.task_arn) for entry in self.protected[:_SAMPLES])
        known = judged_histories(live(self.record))
        for one in self.findings:
            shown = samples if one.kind is Kind.SCALE_IN_BLOCKED else ()
            yield report_service_finding(one, known, shown)


def _blamed(sweep: ServiceSweep, records: Sequence[ServiceRecord]) -> Collection[str]:
    clusters = {record.cluster_arn for record in records}
    unresolved = (one for cluster_arn in clusters for one in sweep.incidents.unresolved(cluster_arn))
    return {one.blame.deployment_id for one in unresolved if one.blame and one.blame.deployment_id}


def _judge(
    sweep: ServiceSweep,
    record: ServiceRecord,
    protected: Sequence[LedgerEntry] = (),
    *,
    blamed: Collection[str],
) -> _Judged:
    """What an EventBridge replay brought alone is old news."""
    found = service_findings(live(record), sweep.clock(), sweep.policy, protected=protected)
    return _Judged(record, found, blamed, protected)


def _stands(finding: Finding) -> bool:
    """Whether it is a condition that lasts; a deployment fails once, and a fault is reported once."""
    if finding.kind in (Kind.SCALE_IN_BLOCKED, Kind.HOOK_WAITING):
        return True
    return finding.cause in (STALLED.cause, BELOW_DESIRED.cause)


def _worth_a_look(sweep: ServiceSweep, judged: Sequence[_Judged]) -> Sequence[int]:
    """The places of the services that ECS may say more of, in the order in which to ask."""
    worth = [
        index
        for index, one in enumerate(judged)
        if has_surplus(one.record) or to_ask_about(one.record, one.wrong, sweep.clock())
    ]
    return sorted(worth, key=lambda index: _need(judged[index]), reverse=True)


def _need(one: _Judged) -> tuple[bool, datetime]:
    newest = next(iter(one.record.deployments), None)
    return bool(one.findings), newest.began.at if newest else _LONG_AGO


def _asked(sweep: ServiceSweep, one: _Judged, swept: ServicesSwept) -> _Judged:
    """The same after ECS was asked more, and after that was stored."""
    record, now = one.record, sweep.clock()
    joined = _service_deployments(sweep, record, to_ask_about(record, one.wrong, now))
    after = _merged(record, joined)
    joined = _with_images(sweep, _judge(sweep, after, blamed=one.blamed), joined)
    saved = save(sweep.services, record, partial(_merged, joined=joined), now)
    swept.counts["SERVICES_REPAIRED"] += repaired(record, saved.after, now)
    protected = protected_tasks(sweep, saved.after) if has_surplus(saved.after) else ()
    return _judge(sweep, saved.after, protected, blamed=one.blamed)


def _service_deployments(
    sweep: ServiceSweep, record: ServiceRecord, asked: Sequence[Deployment]
) -> Mapping[str, ServiceDeployment]:
    """By deployment id, those that are theirs for sure."""
    if not asked:
        return {}
    since = min(one.began.at for one in asked) - _APART
    answered = sweep.optional.service_deployments(record.cluster_arn, record.service_arn, since)
    return join(record.deployments, answered)


def _with_images(
    sweep: ServiceSweep, one: _Judged, joined: Mapping[str, ServiceDeployment]
) -> Mapping[str, ServiceDeployment]:
    """With the images of what is wrong, unless these are known."""
    record, wrong = one.record, one.wrong
    due = {each.deployment_id for each in record.deployments if lacks_images(each)}
    asked = [name for name in joined if name in wrong and name in due]
    if not asked:
        return joined
    described = sweep.optional.with_images([joined[name] for name in asked])
    return {**joined, **dict(zip(asked, described, strict=True))}


def _merged(record: ServiceRecord, joined: Mapping[str, ServiceDeployment]) -> ServiceRecord:
    for deployment_id, answered in joined.items():
        if known := record.deployment(deployment_id):
            record = with_deployment(record, merge_service_deployment(known, answered))
    return record
