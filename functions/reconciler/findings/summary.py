"""One sentence on what happened, and how much it matters.

The words are our own; of AWS's texts only a short excerpt is shown, on one line and without signatures.
"""

from collections.abc import Mapping
from typing import Final

from ..text import excerpt
from .model import Cause, Kind, Severity

_LONGEST_NAME: Final = 60
_MOST_NAMES: Final = 3

# (of a service's task, of a standalone task): what the scheduler replaces matters less than what nobody does.
# A cause of its own where its kind does not decide.
_BY_KIND: Mapping[Kind, tuple[Severity, Severity]] = {
    Kind.TASK_FAILED_TO_START: (Severity.HIGH, Severity.HIGH),
    Kind.ESSENTIAL_CONTAINER_FAILED: (Severity.MEDIUM, Severity.HIGH),
    Kind.HEALTH_CHECK_FAILED: (Severity.MEDIUM, Severity.MEDIUM),
    Kind.CAPACITY_INTERRUPTED: (Severity.MEDIUM, Severity.HIGH),
    Kind.UNKNOWN_STOP: (Severity.MEDIUM, Severity.MEDIUM),
}
_BY_CAUSE: Mapping[Cause, tuple[Severity, Severity]] = {
    Cause.CAPACITY: (Severity.MEDIUM, Severity.HIGH),  # the scheduler tries again
    Cause.PLACEMENT: (Severity.MEDIUM, Severity.HIGH),  # the same
    Cause.OUT_OF_MEMORY: (Severity.HIGH, Severity.HIGH),  # the replacement will need as much
    Cause.UNEXPECTED_EXIT: (Severity.LOW, Severity.LOW),  # nothing failed, but it is not what a service does
    Cause.SPOT: (Severity.LOW, Severity.HIGH),  # the price of Spot
    Cause.MAINTENANCE: (Severity.LOW, Severity.MEDIUM),  # announced, and a service's task is replaced first
}

_OPENINGS: Mapping[Kind, str] = {
    Kind.TASK_FAILED_TO_START: "The task did not start",
    Kind.ESSENTIAL_CONTAINER_FAILED: "The task stopped",
    Kind.HEALTH_CHECK_FAILED: "The task was stopped as unhealthy",
    Kind.CAPACITY_INTERRUPTED: "The task loses what it runs on",
    Kind.UNKNOWN_STOP: "The task stopped",
}

SUMMARIES: Mapping[Cause, str] = {
    Cause.IMAGE_PULL: "an image could not be pulled",
    Cause.RESOURCE_INIT: "its secrets, logging, environment files or roles could not be prepared",
    Cause.CONTAINER_START: "a container could not be created or started",
    Cause.NETWORK: "its network interface could not be set up",
    Cause.VOLUME: "a volume could not be created, attached or mounted",
    Cause.CAPACITY: "there was no capacity for it",
    Cause.PLACEMENT: "no place satisfied its placement rules",
    Cause.AGENT: "the ECS agent of its container instance was disconnected",
    Cause.TIMEOUT: "a step took longer than ECS or the container runtime waits",
    Cause.INTERNAL: "ECS or the container runtime met an internal error",
    Cause.OTHER: "the reason is none that is known here",
    Cause.OUT_OF_MEMORY: "a container was killed for the memory it used",
    Cause.EXIT_CODE: "a container failed",
    Cause.SIGNAL: "a container was ended by a signal",
    Cause.UNEXPECTED_EXIT: "a container of a service ended by itself, without an error",
    Cause.LOAD_BALANCER: "it failed the health checks of its load balancer",
    Cause.CONTAINER: "it failed the health check of a container",
    Cause.SPOT: "Spot capacity was taken back",
    Cause.HOST_TERMINATED: "its container instance was stopped, terminated or deregistered",
    Cause.MAINTENANCE: "AWS retired the infrastructure under it",
    Cause.INFRASTRUCTURE_HEALTH: "the infrastructure under it was impaired",
    Cause.UNKNOWN_CODE: "its stop code is not known here",
    Cause.NO_CODE: "there is no stop code, no reason and no exit code",
}


def severity(kind: Kind, cause: Cause, *, service: bool) -> Severity:
    """How much the stop matters, for a service's task or a standalone one."""
    of_service, of_standalone = _BY_CAUSE.get(cause, _BY_KIND[kind])
    return of_service if service else of_standalone


def summarise(kind: Kind, cause: Cause, containers: Mapping[str, int | None], text: str | None) -> str:
    """What happened, to which containers with which exit codes, and an excerpt of the text that tells it."""
    said = f' - ECS says "{excerpt(text)}"' if text else ""
    return f"{_OPENINGS[kind]}: {SUMMARIES[cause]}{_named(containers)}{said}."


def _named(containers: Mapping[str, int | None]) -> str:
    if not containers:
        return ""
    told = [
        (excerpt(name, _LONGEST_NAME) + ("" if exit_code is None else f" ended with {exit_code}")).strip()
        for name, exit_code in containers.items()
    ]
    more = [f"{len(told) - _MOST_NAMES} more"] if len(told) > _MOST_NAMES else []
    return f" ({', '.join(told[:_MOST_NAMES] + more)})"
