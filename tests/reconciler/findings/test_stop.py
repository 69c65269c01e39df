"""Why a task stopped: the truth table, one row a rule."""

from typing import Any

import pytest

from reconciler.findings.model import Fault, Kind, Severity
from reconciler.findings.stop import explain
from reconciler.model.task import Container, TaskState
from tests.support.values import START, state

RAN = Kind.ESSENTIAL_CONTAINER_FAILED
NOT_STARTED = Kind.TASK_FAILED_TO_START
UNHEALTHY = Kind.HEALTH_CHECK_FAILED
INTERRUPTED = Kind.CAPACITY_INTERRUPTED
UNKNOWN = Kind.UNKNOWN_STOP

USER, SCHEDULER, FAILED = "UserInitiated", "ServiceSchedulerInitiated", "TaskFailedToStart"
ENDED, EXITED = "EssentialContainerExited", "Essential container in task exited"
PULL = "CannotPullContainerError: pull image manifest has been retried 5 time(s): shop/checkout:9 not found"
START_ERROR = "CannotStartContainerError: no such file"
OOM = "OutOfMemoryError: Container killed due to memory usage"
HOST = "Host EC2 (instance i-0123456789abcdef0) terminated."
DEREGISTERED = "Container instance deregistration forced by user."
MAINTENANCE = "ECS is performing maintenance on the underlying infrastructure hosting the task"
SPOT = "Your Spot Task was interrupted."
ELB = "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-central-1:1111222233:x)"
SCALE_IN = "Scaling activity initiated by (deployment ecs-svc/1)"


def c(name: str, exit_code: int | None = None, reason: str | None = None) -> Container:
    return Container(name=name, last_status="STOPPED", exit_code=exit_code, reason=reason)


def stopped(
    code: str | None = None,
    reason: str | None = None,
    *containers: Container,
    service: bool = True,
    ran: bool = True,
    **fields: Any,
) -> TaskState:
    facts: dict[str, Any] = {
        "last_status": "STOPPED",
        "desired_status": "STOPPED",
        "stop_code": code,
        "stopped_reason": reason,
        "containers": containers,
        "group": "service:checkout" if service else "family:nightly-export",
        "started_at": START if ran else None,
    }
    return state(6, **(facts | fields))


def judged(stop: Fault | None) -> tuple[Kind, str | None] | None:
    return (stop.kind, stop.cause) if stop else None


def found(state: TaskState) -> Fault:
    stop = explain(state)
    assert stop
    return stop


PLANNED = {
    "a person": stopped(USER, "Task stopped by user", c("app", 143)),
    "a person's own words": stopped(USER, "nightly clean-up", c("app", 1)),
    "a person names a fault": stopped(USER, "OutOfMemoryError seen", c("app", 137)),
    "a person, before any container": stopped(USER, None, ran=False),
    "a person's script names Spot": stopped(USER, "Spot interruption handler", c("app", 143, OOM)),
    "scale-in, killed after its time": stopped(SCHEDULER, SCALE_IN, c("app", 137)),
    "scale-in, ending with 1": stopped(SCHEDULER, SCALE_IN, c("app", 1)),
    "rebalancing": stopped(SCHEDULER, "Task stopped for Availability Zone rebalancing"),
    "scheduler's new words": stopped(SCHEDULER, "words of next year", c("app", 143)),
    "scheduler without words": stopped(SCHEDULER, None),
    "scaling, no code": stopped(None, "Scaling activity initiated by deployment ecs-svc/1", c("app", 1)),
    "circuit breaker, no code": stopped(None, "ECS deployment circuit breaker: task failed to start."),
    "a person's own words, no code": stopped(None, "custodian policy", c("app")),
    "standalone success": stopped(ENDED, EXITED, c("app", 0), service=False),
    "standalone success, others stopped along": stopped(
        ENDED, EXITED, c("app", 0), c("proxy", 143), c("log", 137), service=False
    ),
    "standalone success, no code": stopped(None, None, c("app", 0), service=False),
}


@pytest.mark.parametrize("state", PLANNED.values(), ids=PLANNED)
def test_planned(state: TaskState) -> None:
    """What was asked for, or ended as it should, needs nobody."""
    assert explain(state) is None


FINDINGS: dict[str, tuple[TaskState, Kind, str]] = {
    "user code, host ended": (stopped(USER, HOST), INTERRUPTED, "HOST_TERMINATED"),
    "user code, instance deregistered": (stopped(USER, DEREGISTERED), INTERRUPTED, "HOST_TERMINATED"),
    "user code, retirement": (stopped(USER, MAINTENANCE), INTERRUPTED, "MAINTENANCE"),
    "load balancer": (stopped(SCHEDULER, ELB), UNHEALTHY, "LOAD_BALANCER"),
    "container health, ended with 0": (
        stopped(SCHEDULER, "Task failed container health checks", c("app", 0)),
        *(UNHEALTHY, "CONTAINER"),
    ),
    "retirement, service named": (
        stopped(SCHEDULER, f"Service checkout: {MAINTENANCE}."),
        *(INTERRUPTED, "MAINTENANCE"),
    ),
    "scheduler, host": (stopped(SCHEDULER, HOST), INTERRUPTED, "HOST_TERMINATED"),
    "Spot": (stopped("SpotInterruption", SPOT), INTERRUPTED, "SPOT"),
    "Spot, no text": (stopped("SpotInterruption", None, c("app", 1, OOM)), INTERRUPTED, "SPOT"),
    "Spot until 2023": (stopped("TerminationNotice", SPOT), INTERRUPTED, "SPOT"),
    "termination notice, no text": (stopped("TerminationNotice", None), INTERRUPTED, "SPOT"),
    "host terminated": (stopped("TerminationNotice", HOST), INTERRUPTED, "HOST_TERMINATED"),
    "impaired host": (stopped("InfrastructureHealth", "words"), INTERRUPTED, "INFRASTRUCTURE_HEALTH"),
    "OOM 137": (stopped(ENDED, EXITED, c("app", 137, OOM)), RAN, "OUT_OF_MEMORY"),
    "OOM with 0": (stopped(ENDED, EXITED, c("app", 0, OOM), service=False), RAN, "OUT_OF_MEMORY"),
    "OOM with 1": (stopped(ENDED, EXITED, c("app", 1, OOM), c("proxy", 143)), RAN, "OUT_OF_MEMORY"),
    "exited, never pulled": (stopped(ENDED, EXITED, c("app", None, PULL)), NOT_STARTED, "IMAGE_PULL"),
    "the runtime's own code": (
        stopped(ENDED, EXITED, c("app", 127, START_ERROR), ran=False),
        *(NOT_STARTED, "CONTAINER_START"),
    ),
    "the program's code before a text": (stopped(ENDED, EXITED, c("app", 3, START_ERROR)), RAN, "EXIT_CODE"),
    "exit 1": (stopped(ENDED, EXITED, c("app", 1)), RAN, "EXIT_CODE"),
    "exit 255": (stopped(ENDED, EXITED, c("app", 255)), RAN, "EXIT_CODE"),
    "exit -1": (stopped(ENDED, EXITED, c("app", -1)), RAN, "EXIT_CODE"),
    "sidecar failed beside 0": (stopped(ENDED, EXITED, c("app", 0), c("proxy", 2)), RAN, "EXIT_CODE"),
    "exit 139": (stopped(ENDED, EXITED, c("app", 139)), RAN, "SIGNAL"),
    "134, proxy stopped along": (stopped(ENDED, EXITED, c("app", 134), c("proxy", 143)), RAN, "SIGNAL"),
    "137 alone": (stopped(ENDED, EXITED, c("app", 137)), RAN, "SIGNAL"),
    "143 and 137 alone": (stopped(ENDED, EXITED, c("app", 143), c("proxy", 137)), RAN, "SIGNAL"),
    "a service's 0": (stopped(ENDED, EXITED, c("app", 0), c("proxy", 143)), RAN, "UNEXPECTED_EXIT"),
    "exited, no code reported": (stopped(ENDED, EXITED), RAN, "OTHER"),
    "exited, never ran": (stopped(ENDED, EXITED, ran=False), NOT_STARTED, "OTHER"),
    "runtime time-out after the start": (
        stopped(ENDED, EXITED, c("app", None, "DockerTimeoutError: Could not transition")),
        *(RAN, "TIMEOUT"),
    ),
    "image": (stopped(FAILED, PULL, ran=False), NOT_STARTED, "IMAGE_PULL"),
    "image, in the container's reason": (
        stopped(FAILED, "Task failed to start", c("app", None, PULL), ran=False),
        *(NOT_STARTED, "IMAGE_PULL"),
    ),
    "secret, startedAt set all the same": (
        stopped(FAILED, "ResourceInitializationError: unable to retrieve secret from asm"),
        *(NOT_STARTED, "RESOURCE_INIT"),
    ),
    "internal": (stopped(FAILED, "InternalError: internal failure"), NOT_STARTED, "INTERNAL"),
    "no cause named": (stopped(FAILED, "Task failed to start"), NOT_STARTED, "OTHER"),
    "no text, no containers": (stopped(FAILED, None, ran=False), NOT_STARTED, "OTHER"),
    "failed to start, by OOM": (stopped(FAILED, OOM), RAN, "OUT_OF_MEMORY"),
    "unknown code": (stopped("CosmicRay", "words", c("app", 1)), UNKNOWN, "UNKNOWN_CODE"),
    "unknown code, planned text": (stopped("CosmicRay", SCALE_IN), UNKNOWN, "UNKNOWN_CODE"),
    "unknown code, no text": (stopped("CosmicRay", None, c("app", 0)), UNKNOWN, "UNKNOWN_CODE"),
    "unknown code, known fault": (stopped("CosmicRay", PULL), NOT_STARTED, "IMAGE_PULL"),
    "unknown code, Spot": (stopped("CosmicRay", SPOT), INTERRUPTED, "SPOT"),
    "nothing at all": (stopped(None, None), UNKNOWN, "NO_CODE"),
    "empty strings": (stopped("", " ", c("app", None, "")), UNKNOWN, "NO_CODE"),
    "no code, exit 2": (stopped(None, None, c("app", 2)), RAN, "EXIT_CODE"),
    "no code, exited, 2": (stopped(None, EXITED, c("app", 2)), RAN, "EXIT_CODE"),
    "exit code in words": (stopped(None, f"{EXITED}. Exit code: 139"), RAN, "SIGNAL"),
    "no code, container's reason": (stopped(None, None, c("app", None, PULL)), NOT_STARTED, "IMAGE_PULL"),
    "no code, not started": (stopped(None, "Task failed to start"), NOT_STARTED, "OTHER"),
    "no code, host": (stopped(None, HOST), INTERRUPTED, "HOST_TERMINATED"),
    "no code, Spot": (stopped(None, SPOT), INTERRUPTED, "SPOT"),
    "no code, load balancer": (stopped(None, ELB, c("app", 143)), UNHEALTHY, "LOAD_BALANCER"),
    "no code, unknown fault": (stopped(None, "SomeNewError: it broke"), RAN, "OTHER"),
    "small letters": (stopped("essentialcontainerexited", EXITED, c("app", 1)), RAN, "EXIT_CODE"),
    "already DELETED": (stopped(FAILED, PULL, last_status="DELETED"), NOT_STARTED, "IMAGE_PULL"),
}


@pytest.mark.parametrize(("state", "kind", "cause"), FINDINGS.values(), ids=FINDINGS)
def test_finding(state: TaskState, kind: Kind, cause: str) -> None:
    """Each way to stop has its kind and cause."""
    assert judged(explain(state)) == (kind, cause)


@pytest.mark.parametrize(
    ("code", "reason", "cause"),
    [
        ("SpotInterruption", SPOT, "SPOT"),
        ("SpotInterruption", None, "SPOT"),
        ("TerminationNotice", SPOT, "SPOT"),
        ("TerminationNotice", HOST, "HOST_TERMINATED"),
        ("InfrastructureHealth", None, "INFRASTRUCTURE_HEALTH"),
        (None, SPOT, "SPOT"),
    ],
)
def test_a_warning_is_judged_at_once(code: str | None, reason: str | None, cause: str) -> None:
    """While a task whose capacity goes away still runs there is time to act; later versions say the same."""
    for status in ("RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED", "DELETED"):
        last = (c("app", 137, OOM),) if status in {"STOPPED", "DELETED"} else (c("app"),)
        stop = explain(stopped(code, reason, *last, last_status=status))
        assert judged(stop) == (INTERRUPTED, cause)


@pytest.mark.parametrize(
    "state",
    [
        stopped(ENDED, EXITED, c("app", 1), last_status="DEPROVISIONING"),
        stopped(FAILED, PULL, last_status="DEPROVISIONING", ran=False),
        stopped(SCHEDULER, ELB, last_status="DEACTIVATING"),
        stopped("CosmicRay", "words", last_status="STOPPING"),
        stopped(None, None, last_status="RUNNING"),
        stopped("SpotInterruption", SPOT, last_status="RUNNING", desired_status="RUNNING"),
    ],
)
def test_anything_else_is_judged_when_it_has_stopped(state: TaskState) -> None:
    """A stop under way may yet report exit codes and reasons, so it waits."""
    assert explain(state) is None


@pytest.mark.parametrize(
    ("state", "exit_codes", "named"),
    [
        (
            stopped(ENDED, EXITED, c("proxy", 143), c("worker", 3), c("app", 1), c("init", 0)),
            *({"app": 1, "worker": 3}, "app ended with 1, worker ended with 3"),
        ),
        (
            stopped(ENDED, EXITED, c("app", 0), c("worker", 137, OOM), c("proxy", 143)),
            *({"worker": 137}, "worker ended with 137"),
        ),
        (
            stopped(FAILED, "Task failed to start", c("migrate", 1), c("app"), ran=False),
            *({"migrate": 1}, "migrate ended with 1"),
        ),
        (stopped(ENDED, EXITED, c("app", 0), c("app", -1)), {"app": -1}, "app ended with -1"),
        (stopped(ENDED, EXITED, c("app", -1), c("app", 0)), {"app": -1}, "app ended with -1"),
        (stopped(None, f"{EXITED}. Exit code: 137", service=False), {}, "ended with 137"),
    ],
    ids=["only failures", "whose reason it is", "before a failed start", "one name", "swapped", "in words"],
)
def test_only_those_concerned_are_named(state: TaskState, exit_codes: dict[str, int], named: str) -> None:
    """Neither what was stopped along nor what ended well; an exit code in words is no container's."""
    stop = found(state)
    assert (stop.containers, stop.exit_codes) == (tuple(exit_codes), exit_codes)
    assert f"({named})" in stop.summary


LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH


@pytest.mark.parametrize(
    ("code", "reason", "exit_code", "of_service", "of_standalone"),
    [
        (FAILED, PULL, None, HIGH, HIGH),
        (FAILED, "RESOURCE:MEMORY", None, MEDIUM, HIGH),
        (FAILED, "ATTRIBUTE", None, MEDIUM, HIGH),
        (ENDED, OOM, 137, HIGH, HIGH),
        (ENDED, EXITED, 1, MEDIUM, HIGH),
        (ENDED, EXITED, 139, MEDIUM, HIGH),
        (SCHEDULER, ELB, None, MEDIUM, MEDIUM),
        ("SpotInterruption", SPOT, None, LOW, HIGH),
        ("TerminationNotice", HOST, None, MEDIUM, HIGH),
        (SCHEDULER, MAINTENANCE, None, LOW, MEDIUM),
        ("InfrastructureHealth", None, None, MEDIUM, HIGH),
        ("CosmicRay", None, None, MEDIUM, MEDIUM),
        (ENDED, EXITED, 0, LOW, None),
    ],
)
def test_severity(
    code: str, reason: str | None, exit_code: int | None, of_service: Severity, of_standalone: Severity | None
) -> None:
    """What a service replaces matters less than what nobody starts again, and a service's 0 least."""
    services, standalone = (
        explain(stopped(code, reason, c("app", exit_code), service=s)) for s in (True, False)
    )
    assert (services and services.severity, standalone and standalone.severity) == (of_service, of_standalone)


def test_an_unknown_stop_shows_what_ecs_said() -> None:
    """For a person to judge, the code and the text are in the summary."""
    summary = found(stopped("CosmicRay", "a bit flipped", c("app", 1))).summary
    assert (
        summary == 'The task stopped: its stop code is not known here - ECS says "CosmicRay: a bit flipped".'
    )
