"""What is known of a service from ECS alone; pure.

    DescribeServices              its numbers, its messages, and the deployments that it still shows
    DescribeTasks                 deployments that it shows no more, by the tasks that they started
    DescribeServiceDeployments    what came of each, also of those that never started a task

A service deployment of which nothing says an `ecs-svc/` id goes by its ARN.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import reduce
from typing import TYPE_CHECKING, Final

from reconciler.model.deployment import Began, Deployment, ServiceDeployment
from reconciler.model.service import ServiceRecord
from reconciler.model.task import Source
from reconciler.services.joining import join
from reconciler.services.merge import merge_reading, merge_service_deployment, merge_task, with_deployment

from .messages import actions, with_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from reconciler.model.deployment import DescribedDeployment
    from reconciler.model.service import ServiceReading
    from reconciler.model.task import TaskState

_NEAR: Final = timedelta(seconds=10)  # between the two times that ECS gives for one start
_MOMENT: Final = timedelta(milliseconds=1)


def read_again(before: ServiceRecord | None, reading: ServiceReading, now: datetime) -> ServiceRecord:
    """The record after DescribeServices answered so, with what its messages report."""
    state = reading.state
    known = before or ServiceRecord(service_arn=state.service_arn, cluster_arn=state.cluster_arn)
    after = merge_reading(known, _primary_newest(reading), now)
    after = replace(after, actions={**after.actions, **actions(state.messages)})
    return with_ends(after, state.messages)


def _primary_newest(reading: ServiceReading) -> ServiceReading:
    """The reading in which the PRIMARY deployment is the newest, which it is by definition.

    Of two that were made within a moment the times do not say so.
    """
    primary = (one.created_at for one in reading.deployments if one.rollout.status == "PRIMARY")
    before = next((at - _MOMENT for at in primary), None)
    if before is None:
        return reading
    return replace(reading, deployments=tuple(_at_the_latest(one, before) for one in reading.deployments))


def _at_the_latest(one: DescribedDeployment, before: datetime) -> DescribedDeployment:
    """Begun by then, unless it is the PRIMARY one; the earlier time is the one that a record keeps."""
    if one.rollout.status == "PRIMARY":
        return one
    return replace(one, created_at=min(one.created_at, before))


def with_tasks(record: ServiceRecord, tasks: Iterable[TaskState]) -> ServiceRecord:
    """The record with the deployments that started these tasks of it, also with the ends of those."""
    record = reduce(merge_task, tasks, record)
    return with_ends(record, record.state.messages if record.state else ())


def with_service_deployments(record: ServiceRecord, answered: Sequence[ServiceDeployment]) -> ServiceRecord:
    """The record with what ECS says came of each deployment, and with the hooks of these."""
    record = replace(record, hooks=tuple(hook for one in answered for hook in one.hooks))
    named = tuple(one for one in record.deployments if not one.deployment_id.startswith("arn:"))
    record = reduce(_started_by, answered, replace(record, deployments=named))
    joined = join(record.deployments, answered)
    for deployment_id, one in joined.items():
        if known := record.deployment(deployment_id):
            record = with_deployment(record, merge_service_deployment(known, one))
    taken = {one.service_deployment_arn for one in joined.values()}
    return reduce(_added, [one for one in answered if one.service_deployment_arn not in taken], record)


def _started_by(record: ServiceRecord, answered: ServiceDeployment) -> ServiceRecord:
    """The record in which a deployment that only tasks name began when its service deployment was created.

    The tasks that it started first may be forgotten: a service has one deployment at a time.
    """
    ended_at = answered.rollback_at or answered.finished_at
    named = [one for one in record.deployments if one.rollout is None and one.service_deployment is None]
    within = [
        one
        for one in named
        if answered.created_at - _NEAR <= one.began.at and (ended_at is None or one.began.at <= ended_at)
    ]
    if len(within) != 1 or _is_near_another(record, within[0], answered):
        return record
    began = Began(at=answered.created_at, source=Source.DESCRIBE)
    return with_deployment(record, replace(within[0], began=began))


def _is_near_another(record: ServiceRecord, but: Deployment, answered: ServiceDeployment) -> bool:
    others = (one for one in record.deployments if one.deployment_id != but.deployment_id)
    return any(abs(one.began.at - answered.created_at) <= _NEAR for one in others)


def _added(record: ServiceRecord, answered: ServiceDeployment) -> ServiceRecord:
    """The record with one that no deployment is near to, of which it may be a part."""
    if any(abs(one.began.at - answered.created_at) <= _NEAR for one in record.deployments):
        return record
    unnamed = Deployment(
        deployment_id=answered.service_deployment_arn,
        began=Began(at=answered.created_at, source=Source.DESCRIBE),
        task_definition_arn=answered.task_definition_arn,
        service_deployment=answered,
    )
    return with_deployment(record, unnamed)
