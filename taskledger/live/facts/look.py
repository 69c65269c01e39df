"""Looks at a service or a whole cluster: which questions are asked of ECS, and what comes of the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .ask import LATELY
from .picture import Picture
from .records import read_again, with_tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from reconciler.model.service import ServiceReading

    from .ask import LiveEcs

_MOST_LOOKED_AT: Final = 50  # services in one explanation: each costs up to six calls


def look_at_service(ecs: LiveEcs, reading: ServiceReading, before: Picture | None = None) -> Picture:
    """The service with its tasks and its latest deployments, and what was known of it before."""
    name, now = reading.state.service, ecs.now()
    known = before or Picture(at=now, cluster=reading.state.cluster_arn)
    ecs.unanswered.clear()
    picture = replace(known, at=now, tasks=ecs.stopped(name, known.tasks))
    return replace(_closer(ecs, picture, [reading], now), unknown=ecs.unknown)


def look_at_cluster(ecs: LiveEcs) -> Picture:
    """All services and stopped tasks of the cluster, and more of the services that may not be well."""
    readings = ecs.readings()
    now = ecs.now()
    tasks = ecs.stopped(None, {})
    picture = Picture(at=now, cluster=ecs.cluster, tasks=tasks)
    closer = _suspects(readings, picture, now)
    looked = _closer(ecs, picture, closer[:_MOST_LOOKED_AT], now)
    rest = [one for one in readings if one.state.service not in looked.readings]
    if len(closer) > _MOST_LOOKED_AT:
        ecs.unanswered["closer"] = (
            f"the deployments of {len(closer) - _MOST_LOOKED_AT} more services, which were deployed of late"
            f" or lost tasks: at most {_MOST_LOOKED_AT} are asked about; name one to see them"
        )
    records = {one.state.service: read_again(None, one, now) for one in rest}
    return replace(
        looked,
        readings={**looked.readings, **{one.state.service: one for one in rest}},
        records={**looked.records, **records},
        unknown=ecs.unknown,
    )


def _closer(ecs: LiveEcs, picture: Picture, readings: Iterable[ServiceReading], now: datetime) -> Picture:
    """The picture with all that ECS says of these services."""
    for reading in readings:
        name = reading.state.service
        running = ecs.running(reading)
        tasks = {**picture.tasks, **(running or {})}
        own = [one for one in tasks.values() if one.service == name]
        record = with_tasks(read_again(picture.records.get(name), reading, now), own)
        picture = replace(
            picture,
            tasks=tasks,
            readings={**picture.readings, name: reading},
            records={**picture.records, name: ecs.with_deployments(record, now)},
            running_known=picture.running_known if running is None else picture.running_known | {name},
        )
    return picture


def _suspects(
    readings: Iterable[ServiceReading], picture: Picture, now: datetime
) -> Sequence[ServiceReading]:
    """The services that may not be well, those first of which most speaks for that."""
    found = [(_suspicion(one, picture, now), one) for one in readings]
    suspects = sorted((pair for pair in found if pair[0]), key=lambda pair: pair[0], reverse=True)
    return [one for _, one in suspects]


def _suspicion(reading: ServiceReading, picture: Picture, now: datetime) -> int:
    """3 where it runs too little or is being deployed, 2 if it lost tasks, 1 if it was just deployed."""
    state = reading.state
    rolls = any(one.rollout.rollout_state not in (None, "COMPLETED") for one in reading.deployments)
    if rolls or (state.status == "ACTIVE" and state.running_count < state.desired_count):
        return 3
    if picture.tasks_of(state.service):
        return 2
    return int(any(one.created_at > now - LATELY for one in reading.deployments))
