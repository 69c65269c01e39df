"""The fields of a task that events and DescribeTasks share."""

from collections.abc import Mapping

from ..model.task import Container, TaskState
from .fields import Fields, free_text, inner, objects, required, text, timestamp, whole
from .fields import arn as arn_field

MAX_VERSION = 1_000_000  # a task's life has some ten; one that is higher would bar every true version
_MOST_UNITS = 2**31 - 1  # of CPU, MiB or GiB: no host comes near
_ARCHITECTURE = "ecs.cpu-architecture"


def task_version(fields: Fields, at: str) -> int | None:
    return whole(fields, "version", at, most=MAX_VERSION)


def task_state(
    fields: Fields, at: str, *, task_arn: str, version: int, tags: Mapping[str, str] | None = None
) -> TaskState:
    return TaskState(
        task_arn=task_arn,
        cluster_arn=required(arn_field(fields, "clusterArn", at, "cluster"), at + "clusterArn"),
        version=version,
        last_status=required(text(fields, "lastStatus", at), at + "lastStatus"),
        desired_status=text(fields, "desiredStatus", at),
        task_definition_arn=text(fields, "taskDefinitionArn", at),
        group=text(fields, "group", at),
        started_by=free_text(fields, "startedBy", at),
        launch_type=text(fields, "launchType", at),
        capacity_provider_name=text(fields, "capacityProviderName", at),
        availability_zone=text(fields, "availabilityZone", at),
        health_status=_health(fields, at),
        cpu=_units(fields, "cpu", at),
        memory=_units(fields, "memory", at),
        ephemeral_storage=whole(
            inner(fields, "ephemeralStorage", at), "sizeInGiB", f"{at}ephemeralStorage.", most=_MOST_UNITS
        ),
        cpu_architecture=_architecture(fields, at),
        platform_family=text(fields, "platformFamily", at),
        platform_version=text(fields, "platformVersion", at),
        created_at=timestamp(fields, "createdAt", at),
        connectivity_at=timestamp(fields, "connectivityAt", at),
        pull_started_at=timestamp(fields, "pullStartedAt", at),
        pull_stopped_at=timestamp(fields, "pullStoppedAt", at),
        started_at=timestamp(fields, "startedAt", at),
        stopping_at=timestamp(fields, "stoppingAt", at),
        execution_stopped_at=timestamp(fields, "executionStoppedAt", at),
        stopped_at=timestamp(fields, "stoppedAt", at),
        stop_code=text(fields, "stopCode", at),
        stopped_reason=free_text(fields, "stoppedReason", at),
        containers=tuple(
            _container(item, f"{at}containers[{index}].")
            for index, item in enumerate(objects(fields, "containers", at))
        ),
        tags=tags,
    )


def _container(fields: Fields, at: str) -> Container:
    return Container(
        name=required(text(fields, "name", at), at + "name"),
        last_status=text(fields, "lastStatus", at),
        exit_code=whole(fields, "exitCode", at, negative=True),
        reason=free_text(fields, "reason", at),
        health_status=_health(fields, at),
        image=text(fields, "image", at),
        image_digest=text(fields, "imageDigest", at),
    )


def _units(fields: Fields, name: str, at: str) -> int | None:
    """A size as ECS writes it, a text of digits; 0 is its word for "none of its own".

    A size in other words, as task definitions may have it (`1 vCPU`), is not one that ECS reports: not known.
    """
    value = text(fields, name, at)
    units = int(value) if value and value.isascii() and value.isdecimal() else 0
    return units if 0 < units <= _MOST_UNITS else None


def _architecture(fields: Fields, at: str) -> str | None:
    found = (
        text(one, "value", f"{at}attributes[{index}].")
        for index, one in enumerate(objects(fields, "attributes", at))
        if one.get("name") == _ARCHITECTURE
    )
    return next(found, None)


def _health(fields: Fields, at: str) -> str | None:
    """UNKNOWN is ECS's word for "no health check, or no result yet": the same as no answer."""
    health = text(fields, "healthStatus", at)
    return None if health == "UNKNOWN" else health
