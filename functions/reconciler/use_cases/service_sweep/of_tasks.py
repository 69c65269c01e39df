"""Deployments that only their tasks name: no event reported them, or none that says what they deploy.

ECS shows a deployment that it has rolled back no more, and says nowhere which id it had.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial, reduce

from ... import arns
from ...errors import InvalidInput
from ...model.service import ServiceRecord
from ...model.task import TaskState
from ...services.merge import merge_task
from ...services.repairs import repaired
from ..recording.saving import save
from .context import ServicesSwept, ServiceSweep

LATELY = timedelta(hours=2)  # as long as ended tasks are looked through for what was not reported


def learn_of_tasks(
    sweep: ServiceSweep, cluster_arn: str, records: Sequence[ServiceRecord], swept: ServicesSwept
) -> Sequence[ServiceRecord]:
    """The records with the deployments of tasks that began and ended of late.

    Tasks are looked through only where something was deployed of late.
    """
    since = sweep.clock() - LATELY
    if not any(one.began.at > since for record in records for one in record.deployments):
        return records
    tasks: dict[str, list[TaskState]] = {}
    for entry in sweep.ledger.closed_between(cluster_arn, since, sweep.clock()):
        if not isinstance(entry, InvalidInput) and not entry.replayed:
            state = entry.state
            if state.service and state.created_at and state.created_at > since:
                tasks.setdefault(state.service, []).append(state)
    return [_learned(sweep, record, tasks.get(record.service, ()), swept) for record in records]


def _learned(
    sweep: ServiceSweep, record: ServiceRecord, tasks: Sequence[TaskState], swept: ServicesSwept
) -> ServiceRecord:
    ids = {found for task in tasks if (found := arns.deployment_id(task.started_by))}
    if not all(map(record.deployment, ids)):  # they may be older than the newest ones
        record = sweep.services.service(record.cluster_arn, record.service, ids) or record
    now = sweep.clock()
    saved = save(sweep.services, record, partial(_merged, tasks=tasks), now, ids)
    swept.counts["SERVICES_REPAIRED"] += repaired(record, saved.after, now)
    return saved.after


def _merged(record: ServiceRecord, tasks: Iterable[TaskState]) -> ServiceRecord:
    return reduce(merge_task, tasks, record)
