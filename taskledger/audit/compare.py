"""Where an entry and ECS differ, field by field, and what the likely cause is; pure.

drift        kind           explained
UNRECORDED   IN_FLIGHT      yes   ECS changed it within the last minute: the event may be on its way
             UNRECORDED     no
MISSED       IN_FLIGHT      yes   the same
             MISSED         no
AHEAD        AHEAD          yes   the API's eventual consistency
VANISHED     SETTLING       yes   ECS reported it within the last minutes, and may not list it yet
             VANISHED       no
NONE         PASSING        yes   a lastStatus that ECS does not count as a version
             REAPPEARED     no    closed as UNOBSERVED, and known to ECS
             CONTRADICTION  no    one version has one state
any          NOT_IN_EVENTS  yes   health and tags, which only a sweep fills in
UNKNOWN      -              -     nothing can be concluded
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from reconciler.drift import Drift, drift, may_vanish
from reconciler.model.entry import LedgerEntry
from reconciler.model.task import Absence, Container, TaskState

from .difference import Difference, DifferenceKind, Value

GRACE = timedelta(seconds=60)  # from a change in ECS until its event must have come
PASSING_STATUSES = frozenset({"ACTIVATING", "DEACTIVATING", "STOPPING"})


# ECS's name of each field that both know, and what it is called here.
_FIELDS = {
    "version": "version",
    "lastStatus": "last_status",
    "desiredStatus": "desired_status",
    "stopCode": "stop_code",
    "stoppedReason": "stopped_reason",
    "createdAt": "created_at",
    "startedAt": "started_at",
    "stoppingAt": "stopping_at",
    "stoppedAt": "stopped_at",
    "group": "group",
    "startedBy": "started_by",
    "taskDefinitionArn": "task_definition_arn",
    "launchType": "launch_type",
    "capacityProviderName": "capacity_provider_name",
    "availabilityZone": "availability_zone",
    "healthStatus": "health_status",
}
_CONTAINER_FIELDS = {
    "lastStatus": "last_status",
    "exitCode": "exit_code",
    "reason": "reason",
    "image": "image",
    "imageDigest": "image_digest",
    "healthStatus": "health_status",
}

Pair = tuple[str, Value, Value]


def differences(
    entry: LedgerEntry | None, described: TaskState | Absence, now: datetime
) -> tuple[Difference, ...]:
    """The differences between a task's entry and DescribeTasks' answer; none where there was no answer."""
    found = drift(entry, described)
    if isinstance(described, Absence):
        return (_vanished(entry, now),) if entry and found is Drift.VANISHED else ()
    kind = _kind(found, described, now)
    if entry is None:
        return (_difference(described.task_arn, ("task", None, described.last_status), kind),)
    pairs = (pair for pair in _pairs(entry, described) if pair[1] != pair[2])
    return tuple(_difference(described.task_arn, pair, _kind_of(pair, kind, found=found)) for pair in pairs)


def _vanished(entry: LedgerEntry, now: datetime) -> Difference:
    kind = DifferenceKind.VANISHED if may_vanish(entry, now) else DifferenceKind.SETTLING
    return _difference(entry.state.task_arn, ("task", entry.state.last_status, None), kind)


def _kind(found: Drift, described: TaskState, now: datetime) -> DifferenceKind:
    """The kind of a task's differences, but of fields that have a kind of their own."""
    if found is Drift.NONE:
        return DifferenceKind.CONTRADICTION
    fresh = described.changed_at is not None and now - described.changed_at <= GRACE
    if fresh and found is not Drift.AHEAD:
        return DifferenceKind.IN_FLIGHT
    return DifferenceKind(found)


def _kind_of(pair: Pair, kind: DifferenceKind, *, found: Drift) -> DifferenceKind:
    field, ours, theirs = pair
    if field == "tags" or field.endswith("healthStatus"):
        return DifferenceKind.NOT_IN_EVENTS
    if found is Drift.NONE and field == "lastStatus" and {ours, theirs} & PASSING_STATUSES:
        return DifferenceKind.PASSING
    if found is Drift.NONE and field == "closedAs":
        return DifferenceKind.REAPPEARED
    return kind


def _pairs(entry: LedgerEntry, described: TaskState) -> Iterator[Pair]:
    """Each field with both values; tags only where both are known."""
    state = entry.state
    for name, attribute in _FIELDS.items():
        yield name, getattr(state, attribute), getattr(described, attribute)
    if state.tags is not None and described.tags is not None:
        yield "tags", state.tags, described.tags
    if entry.unobserved:
        yield "closedAs", "UNOBSERVED", None
    yield from _container_pairs(state, described)


def _container_pairs(state: TaskState, described: TaskState) -> Iterator[Pair]:
    """Containers are matched by name: ECS promises no order."""
    ours, theirs = (
        {container.name: container for container in each.containers} for each in (state, described)
    )
    for name in sorted({*ours, *theirs}):
        mine, other = ours.get(name), theirs.get(name)
        if mine and other:
            for field, attribute in _CONTAINER_FIELDS.items():
                yield f"containers[{name}].{field}", getattr(mine, attribute), getattr(other, attribute)
        else:
            yield f"containers[{name}]", _status(mine), _status(other)


def _status(container: Container | None) -> str | None:
    return (container.last_status or "there") if container else None


def _difference(task_arn: str, pair: Pair, kind: DifferenceKind) -> Difference:
    field, ours, theirs = pair
    return Difference(task_arn=task_arn, field=field, ledger=ours, ecs=theirs, kind=kind)
