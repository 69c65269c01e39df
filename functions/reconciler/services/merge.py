"""The gate for what has no version: what a report means to the record of its service.

    report              natural key                     of two reports with one key the record keeps
    deployment event    deploymentId, eventName         the later, at the same time the greater reason
    service action      eventName                       the same
    hook event          hookId                          the one further on, then the later
    DescribeServices    the service; each deployment    the later reading, where it says something else
    service deployment  deploymentId                    the one further on, and the answers of all
    task                deploymentId                    its task definition; the earliest began after it did

Keeping the greatest does not depend on the order, and a second time changes nothing. So deliveries that are
late, doubled or swapped end in the same record (docs/decisions/0018). A record that comes out equal needs no
write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime

from .. import arns
from ..model.deployment import Began, Deployment, DescribedDeployment, Report, ServiceDeployment
from ..model.hook import Hook
from ..model.service import ServiceReading, ServiceRecord
from ..model.service_event import ActionEvent, DeploymentEvent, HookEvent, ServiceEvent
from ..model.task import Source, TaskState
from .below import is_below_desired

HOOKS = 10  # that a record remembers
# By name, of a deployment and of a service: far more than ECS has names, and a row can hold them.
REPORTS = 40
SCALE_IN_BLOCKED = "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION"

# Of what ECS reports as information, that which is a fault all the same.
_FAULTS = frozenset({SCALE_IN_BLOCKED, "SERVICE_TASK_PLACEMENT_FAILURE"})
_FAULT_TYPES = frozenset({"WARN", "WARNING", "ERROR"})
_HOOK_RANKS = {"IN_PROGRESS": 0, "AWAITING_ACTION": 1}
_STATUS_RANKS = {
    "PENDING": 0,
    "IN_PROGRESS": 1,
    "STOP_REQUESTED": 2,
    "ROLLBACK_REQUESTED": 2,
    "ROLLBACK_IN_PROGRESS": 3,
}
UNDER_WAY = frozenset(_STATUS_RANKS)  # the statuses of a service deployment that is not over


def merge_event(record: ServiceRecord, event: ServiceEvent) -> ServiceRecord:
    """The record after an event of its service."""
    if isinstance(event, DeploymentEvent):
        return _merge_deployment_event(record, event)
    if isinstance(event, HookEvent):
        return _merge_hook(record, event.hook)
    return _merge_action(record, event)


def merge_reading(record: ServiceRecord, reading: ServiceReading, now: datetime) -> ServiceRecord:
    """The record after DescribeServices answered so at `now`; one read earlier than the record's is stale."""
    if record.last_read_at is not None and now <= record.last_read_at:
        return record
    below_since = (record.below_desired_since or now) if is_below_desired(reading) else None
    after = replace(
        record,
        state=reading.state,
        read_at=record.read_at if record.state == reading.state else now,
        below_desired_since=below_since,
        missing_since=None,
        gone_at=None,
    )
    for described in reading.deployments:
        known = after.deployment(described.deployment_id)
        after = with_deployment(after, _described(known, described, now))
    return after


def merge_missing(record: ServiceRecord, sweep_began: datetime, now: datetime) -> ServiceRecord:
    """The record after ECS answered that it knows no such service; gone where an earlier sweep heard so."""
    if record.missing_since is None:
        return replace(record, missing_since=now)
    return replace(record, gone_at=now) if record.missing_since < sweep_began else record


def merge_service_deployment(known: Deployment, answered: ServiceDeployment) -> Deployment:
    """The deployment with what its service deployment was answered to be; what was once answered is kept."""
    before = known.service_deployment
    deployed = known.task_definition_arn or answered.task_definition_arn
    if before is None:
        return replace(known, task_definition_arn=deployed, service_deployment=answered)
    first, last = sorted((before, answered), key=_progress)
    return replace(known, task_definition_arn=deployed, service_deployment=_filled(last, first))


def merge_task(record: ServiceRecord, task: TaskState) -> ServiceRecord:
    """The record with the deployment that started the task: the task says what it deploys, if nothing did."""
    deployment_id = arns.deployment_id(task.started_by)
    if deployment_id is None or task.created_at is None:
        return record
    began = Began(at=task.created_at, source=Source.EVENT)
    before = record.deployment(deployment_id) or Deployment(deployment_id=deployment_id, began=began)
    deployed = before.task_definition_arn or task.task_definition_arn
    after = replace(before, began=_earlier(before.began, began), task_definition_arn=deployed)
    return with_deployment(record, after)


def with_deployment(record: ServiceRecord, deployment: Deployment) -> ServiceRecord:
    """The record with the deployment in its place among the others, newest first."""
    if record.deployment(deployment.deployment_id) == deployment:
        return record
    others = (one for one in record.deployments if one.deployment_id != deployment.deployment_id)
    return replace(record, deployments=_newest_first((deployment, *others)))


def is_fault(event: ActionEvent) -> bool:
    """Whether a service action reports a fault; all others are information, and leave nothing behind."""
    return event.event_type in _FAULT_TYPES or event.name in _FAULTS


def _merge_deployment_event(record: ServiceRecord, event: DeploymentEvent) -> ServiceRecord:
    began = Began(at=event.report.at, source=Source.EVENT)
    known = record.deployment(event.deployment_id)
    before = known or Deployment(deployment_id=event.deployment_id, began=began)
    reports = _with_report(before.reports, event.name, event.report)
    return with_deployment(record, replace(before, began=_earlier(before.began, began), reports=reports))


def _merge_action(record: ServiceRecord, event: ActionEvent) -> ServiceRecord:
    if not is_fault(event):
        return record
    actions = _with_report(record.actions, event.name, event.report)
    return record if actions == record.actions else replace(record, actions=actions)


def _merge_hook(record: ServiceRecord, hook: Hook) -> ServiceRecord:
    known = {one.hook_id: one for one in record.hooks}
    held = known.get(hook.hook_id)
    known[hook.hook_id] = max(held, hook, key=_hook_progress) if held else hook
    newest = sorted(known.values(), key=lambda one: (one.at, one.hook_id), reverse=True)[:HOOKS]
    return record if tuple(newest) == record.hooks else replace(record, hooks=tuple(newest))


def _described(known: Deployment | None, described: DescribedDeployment, now: datetime) -> Deployment:
    began = Began(at=described.created_at, source=Source.DESCRIBE)
    before = known or Deployment(deployment_id=described.deployment_id, began=began)
    return replace(
        before,
        began=_earlier(before.began, began),
        task_definition_arn=described.task_definition_arn or before.task_definition_arn,
        rollout=described.rollout,
        read_at=before.read_at if before.rollout == described.rollout else now,
    )


def _with_report(held: Mapping[str, Report], name: str, report: Report) -> Mapping[str, Report]:
    """With the greatest by its name; of more names than a record remembers, the newest."""
    reports = {**held, name: max(held.get(name, report), report, key=_weight)}
    if len(reports) <= REPORTS:
        return reports
    oldest = min(reports, key=lambda each: (reports[each].at, each))
    return {each: one for each, one in reports.items() if each != oldest}


def _weight(report: Report) -> tuple[datetime, str, bool]:
    """What only a replay brought gives way to the same from a live source."""
    return report.at, report.reason, not report.replayed


def _hook_progress(hook: Hook) -> tuple[int, datetime, str, bool]:
    rank = _HOOK_RANKS.get(hook.status, len(_HOOK_RANKS))
    return rank, hook.at, hook.status, not hook.replayed


def _earlier(one: Began, other: Began) -> Began:
    """What DescribeServices says is certain; of events the earliest is the nearest to the truth."""
    return min(one, other, key=lambda began: (began.source is Source.EVENT, began.at))


def _newest_first(deployments: Iterable[Deployment]) -> tuple[Deployment, ...]:
    return tuple(sorted(deployments, key=lambda one: one.order, reverse=True))


def _filled(last: ServiceDeployment, first: ServiceDeployment) -> ServiceDeployment:
    """The later answer with what it leaves out: a list says less than a description, and images cost more."""
    lacking = [each.name for each in fields(last) if getattr(last, each.name) in (None, "")]
    if not last.hook_failed and not last.hooks_at_timeout:
        lacking += ["hook_failed", "hooks_at_timeout"]
    return replace(last, **{name: getattr(first, name) for name in lacking})


def _progress(one: ServiceDeployment) -> tuple[int, float, str]:
    finished = one.finished_at.timestamp() if one.finished_at else 0.0
    return _STATUS_RANKS.get(one.status, len(_STATUS_RANKS)), finished, one.status
