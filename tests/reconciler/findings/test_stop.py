"""Why a task stopped: the truth table, one row a rule."""

from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.stop import Stop, explain
from reconciler.model.task import Container, TaskState
from tests.support.values import START, state

STARTED = Kind.ESSENTIAL_CONTAINER_FAILED
NOT_STARTED = Kind.TASK_FAILED_TO_START
UNHEALTHY = Kind.HEALTH_CHECK_FAILED
INTERRUPTED = Kind.CAPACITY_INTERRUPTED
UNKNOWN = Kind.UNKNOWN_STOP

EXITED = "Essential container in task exited"
PULL = "CannotPullContainerError: pull image manifest has been retried 5 time(s): shop/checkout:9 not found"
OOM = "OutOfMemoryError: Container killed due to memory usage"
HOST = "Host EC2 (instance i-0123456789abcdef0) terminated."
MAINTENANCE = "ECS is performing maintenance on the underlying infrastructure hosting the task"
SPOT = "Your Spot Task was interrupted."
ELB = (
    "Task failed ELB health checks in (target-group arn:aws:elasticloadbalancing:eu-central-1:111122223333:x)"
)


def c(name: str, exit_code: int | None = None, reason: str | None = None) -> Container:
    return Container(name=name, last_status="STOPPED", exit_code=exit_code, reason=reason)


def stopped(
    code: str | None = None,
    reason: str | None = None,
    *containers: Container,
    service: bool = True,
    ran: bool = True,
    **told: Any,
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
    return state(6, **(facts | told))


def judged(stop: Stop | None) -> tuple[Kind, Cause] | None:
    return (stop.kind, stop.cause) if stop else None


def found(state: TaskState) -> Stop:
    stop = explain(state)
    assert stop
    return stop


PLANNED = [
    pytest.param(stopped("UserInitiated", "Task stopped by user", c("app", 143)), id="a person"),
    pytest.param(stopped("UserInitiated", "nightly clean-up", c("app", 1)), id="a person's own words"),
    pytest.param(
        stopped("UserInitiated", "OutOfMemoryError seen", c("app", 137)), id="a person names a fault"
    ),
    pytest.param(stopped("UserInitiated", None, ran=False), id="a person, before any container"),
    pytest.param(
        stopped("UserInitiated", "Spot interruption handler", c("app", 143, OOM)),
        id="a person's script names Spot",
    ),
    pytest.param(
        stopped(
            "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", c("app", 137)
        ),
        id="scale-in, killed after its time",
    ),
    pytest.param(
        stopped(
            "ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/1)", c("app", 1)
        ),
        id="scale-in, ending with 1",
    ),
    pytest.param(
        stopped("ServiceSchedulerInitiated", "Task stopped for Availability Zone rebalancing"),
        id="rebalancing",
    ),
    pytest.param(
        stopped("ServiceSchedulerInitiated", "words of next year", c("app", 143)), id="scheduler's new words"
    ),
    pytest.param(stopped("ServiceSchedulerInitiated", None), id="scheduler without words"),
    pytest.param(
        stopped(None, "Scaling activity initiated by deployment ecs-svc/1", c("app", 1)),
        id="scaling, no code",
    ),
    pytest.param(
        stopped(None, "ECS deployment circuit breaker: task failed to start."), id="circuit breaker, no code"
    ),
    pytest.param(stopped(None, "custodian policy", c("app")), id="a person's own words, no code"),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 0), service=False), id="standalone success"
    ),
    pytest.param(
        stopped(
            "EssentialContainerExited", EXITED, c("app", 0), c("proxy", 143), c("log", 137), service=False
        ),
        id="standalone success, others stopped along",
    ),
    pytest.param(stopped(None, None, c("app", 0), service=False), id="standalone success, no code"),
]


@pytest.mark.parametrize("state", PLANNED)
def test_planned(state: TaskState) -> None:
    """What was asked for, or ended as it should, needs nobody."""
    assert explain(state) is None


FINDINGS = [
    pytest.param(
        stopped("UserInitiated", HOST), INTERRUPTED, Cause.HOST_TERMINATED, id="user code, host ended"
    ),
    pytest.param(
        stopped("UserInitiated", "Container instance deregistration forced by user."),
        *(INTERRUPTED, Cause.HOST_TERMINATED),
        id="user code, instance deregistered",
    ),
    pytest.param(
        stopped("UserInitiated", MAINTENANCE), INTERRUPTED, Cause.MAINTENANCE, id="user code, retirement"
    ),
    pytest.param(
        stopped("ServiceSchedulerInitiated", ELB), UNHEALTHY, Cause.LOAD_BALANCER, id="load balancer"
    ),
    pytest.param(
        stopped("ServiceSchedulerInitiated", "Task failed container health checks", c("app", 0)),
        *(UNHEALTHY, Cause.CONTAINER),
        id="container health, ended with 0",
    ),
    pytest.param(
        stopped("ServiceSchedulerInitiated", f"Service checkout: {MAINTENANCE}."),
        *(INTERRUPTED, Cause.MAINTENANCE),
        id="retirement, service named",
    ),
    pytest.param(
        stopped("ServiceSchedulerInitiated", HOST), INTERRUPTED, Cause.HOST_TERMINATED, id="scheduler, host"
    ),
    pytest.param(stopped("SpotInterruption", SPOT), INTERRUPTED, Cause.SPOT, id="Spot"),
    pytest.param(
        stopped("SpotInterruption", None, c("app", 1, OOM)), INTERRUPTED, Cause.SPOT, id="Spot, no text"
    ),
    pytest.param(stopped("TerminationNotice", SPOT), INTERRUPTED, Cause.SPOT, id="Spot until 2023"),
    pytest.param(
        stopped("TerminationNotice", None), INTERRUPTED, Cause.SPOT, id="termination notice, no text"
    ),
    pytest.param(
        stopped("TerminationNotice", HOST), INTERRUPTED, Cause.HOST_TERMINATED, id="host terminated"
    ),
    pytest.param(
        stopped("InfrastructureHealth", "any words"),
        INTERRUPTED,
        Cause.INFRASTRUCTURE_HEALTH,
        id="impaired host",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 137, OOM)),
        STARTED,
        Cause.OUT_OF_MEMORY,
        id="OOM 137",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 0, OOM), service=False),
        *(STARTED, Cause.OUT_OF_MEMORY),
        id="OOM with 0",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 1, OOM), c("proxy", 143)),
        *(STARTED, Cause.OUT_OF_MEMORY),
        id="OOM with 1",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", None, PULL), ran=False),
        *(NOT_STARTED, Cause.IMAGE_PULL),
        id="exited, but never pulled",
    ),
    pytest.param(
        stopped(
            "EssentialContainerExited",
            EXITED,
            c("app", 127, "CannotStartContainerError: no such file"),
            ran=False,
        ),
        *(NOT_STARTED, Cause.CONTAINER_START),
        id="exited with the runtime's own code",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 3, "CannotStartContainerError: no such file")),
        *(STARTED, Cause.EXIT_CODE),
        id="the program's own code counts before a text",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 1)), STARTED, Cause.EXIT_CODE, id="exit 1"
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 255)), STARTED, Cause.EXIT_CODE, id="exit 255"
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", -1)), STARTED, Cause.EXIT_CODE, id="exit -1"
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 0), c("proxy", 2)),
        *(STARTED, Cause.EXIT_CODE),
        id="sidecar failed beside 0",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 139)), STARTED, Cause.SIGNAL, id="exit 139"
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 134), c("proxy", 143)),
        *(STARTED, Cause.SIGNAL),
        id="exit 134, proxy stopped along",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 137)), STARTED, Cause.SIGNAL, id="137 alone"
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 143), c("proxy", 137)),
        *(STARTED, Cause.SIGNAL),
        id="143 and 137 alone",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, c("app", 0), c("proxy", 143)),
        *(STARTED, Cause.UNEXPECTED_EXIT),
        id="a service's container ended with 0",
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED), STARTED, Cause.OTHER, id="exited, nothing told"
    ),
    pytest.param(
        stopped("EssentialContainerExited", EXITED, ran=False),
        NOT_STARTED,
        Cause.OTHER,
        id="exited, never ran",
    ),
    pytest.param(
        stopped(
            "EssentialContainerExited", EXITED, c("app", None, "DockerTimeoutError: Could not transition")
        ),
        *(STARTED, Cause.TIMEOUT),
        id="runtime time-out after the start",
    ),
    pytest.param(stopped("TaskFailedToStart", PULL, ran=False), NOT_STARTED, Cause.IMAGE_PULL, id="image"),
    pytest.param(
        stopped("TaskFailedToStart", "Task failed to start", c("app", None, PULL), ran=False),
        *(NOT_STARTED, Cause.IMAGE_PULL),
        id="image, told by the container",
    ),
    pytest.param(
        stopped("TaskFailedToStart", "ResourceInitializationError: unable to retrieve secret from asm"),
        *(NOT_STARTED, Cause.RESOURCE_INIT),
        id="secret, startedAt set all the same",
    ),
    pytest.param(
        stopped("TaskFailedToStart", "InternalError: internal failure"),
        NOT_STARTED,
        Cause.INTERNAL,
        id="internal",
    ),
    pytest.param(
        stopped("TaskFailedToStart", "Task failed to start"), NOT_STARTED, Cause.OTHER, id="no cause told"
    ),
    pytest.param(
        stopped("TaskFailedToStart", None, ran=False), NOT_STARTED, Cause.OTHER, id="no text, no containers"
    ),
    pytest.param(
        stopped("TaskFailedToStart", OOM), STARTED, Cause.OUT_OF_MEMORY, id="failed to start, by OOM"
    ),
    pytest.param(stopped("CosmicRay", "words", c("app", 1)), UNKNOWN, Cause.UNKNOWN_CODE, id="unknown code"),
    pytest.param(
        stopped("CosmicRay", "Scaling activity initiated by (deployment ecs-svc/1)"),
        *(UNKNOWN, Cause.UNKNOWN_CODE),
        id="unknown code, planned text",
    ),
    pytest.param(
        stopped("CosmicRay", None, c("app", 0)), UNKNOWN, Cause.UNKNOWN_CODE, id="unknown code, no text"
    ),
    pytest.param(stopped("CosmicRay", PULL), NOT_STARTED, Cause.IMAGE_PULL, id="unknown code, known fault"),
    pytest.param(stopped("CosmicRay", SPOT), INTERRUPTED, Cause.SPOT, id="unknown code, Spot"),
    pytest.param(stopped(None, None), UNKNOWN, Cause.NO_CODE, id="nothing told"),
    pytest.param(stopped("", " ", c("app", None, "")), UNKNOWN, Cause.NO_CODE, id="empty strings"),
    pytest.param(stopped(None, None, c("app", 2)), STARTED, Cause.EXIT_CODE, id="no code, exit 2"),
    pytest.param(stopped(None, EXITED, c("app", 2)), STARTED, Cause.EXIT_CODE, id="no code, exited, 2"),
    pytest.param(stopped(None, f"{EXITED}. Exit code: 139"), STARTED, Cause.SIGNAL, id="exit code in words"),
    pytest.param(
        stopped(None, None, c("app", None, PULL)), NOT_STARTED, Cause.IMAGE_PULL, id="no code, container's"
    ),
    pytest.param(stopped(None, "Task failed to start"), NOT_STARTED, Cause.OTHER, id="no code, not started"),
    pytest.param(stopped(None, HOST), INTERRUPTED, Cause.HOST_TERMINATED, id="no code, host"),
    pytest.param(stopped(None, SPOT), INTERRUPTED, Cause.SPOT, id="no code, Spot"),
    pytest.param(
        stopped(None, ELB, c("app", 143)), UNHEALTHY, Cause.LOAD_BALANCER, id="no code, load balancer"
    ),
    pytest.param(stopped(None, "SomeNewError: it broke"), STARTED, Cause.OTHER, id="no code, unknown fault"),
    pytest.param(
        stopped("essentialcontainerexited", EXITED, c("app", 1)), STARTED, Cause.EXIT_CODE, id="small letters"
    ),
    pytest.param(
        stopped("TaskFailedToStart", PULL, last_status="DELETED"),
        NOT_STARTED,
        Cause.IMAGE_PULL,
        id="already DELETED",
    ),
]


@pytest.mark.parametrize(("state", "kind", "cause"), FINDINGS)
def test_finding(state: TaskState, kind: Kind, cause: Cause) -> None:
    """Each way to stop has its kind and cause."""
    assert judged(explain(state)) == (kind, cause)


@pytest.mark.parametrize(
    ("code", "reason", "cause"),
    [
        ("SpotInterruption", SPOT, Cause.SPOT),
        ("SpotInterruption", None, Cause.SPOT),
        ("TerminationNotice", SPOT, Cause.SPOT),
        ("TerminationNotice", HOST, Cause.HOST_TERMINATED),
        ("InfrastructureHealth", None, Cause.INFRASTRUCTURE_HEALTH),
        (None, SPOT, Cause.SPOT),
    ],
)
def test_a_warning_is_told_at_once(code: str | None, reason: str | None, cause: Cause) -> None:
    """While a task whose capacity goes away still runs there is time to act; later versions say the same."""
    for status in ("RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED", "DELETED"):
        last = (c("app", 137, OOM),) if status in {"STOPPED", "DELETED"} else (c("app"),)
        stop = explain(stopped(code, reason, *last, last_status=status))
        assert judged(stop) == (INTERRUPTED, cause)


@pytest.mark.parametrize(
    "state",
    [
        stopped("EssentialContainerExited", EXITED, c("app", 1), last_status="DEPROVISIONING"),
        stopped("TaskFailedToStart", PULL, last_status="DEPROVISIONING", ran=False),
        stopped("ServiceSchedulerInitiated", ELB, last_status="DEACTIVATING"),
        stopped("CosmicRay", "words", last_status="STOPPING"),
        stopped(None, None, last_status="RUNNING"),
        stopped("SpotInterruption", SPOT, last_status="RUNNING", desired_status="RUNNING"),
    ],
)
def test_anything_else_is_judged_when_it_has_stopped(state: TaskState) -> None:
    """A stop under way may yet tell exit codes and reasons, so it waits."""
    assert explain(state) is None


def test_only_those_concerned_are_named() -> None:
    """Containers stopped along, and those that ended well, are not to blame."""
    stop = found(
        stopped(
            "EssentialContainerExited", EXITED, c("proxy", 143), c("worker", 3), c("app", 1), c("init", 0)
        )
    )
    assert stop.containers == ("app", "worker")
    assert stop.exit_codes == {"app": 1, "worker": 3}


def test_the_container_that_tells_is_named() -> None:
    """A fault that a container's reason tells is that container's."""
    stop = found(
        stopped("EssentialContainerExited", EXITED, c("app", 0), c("worker", 137, OOM), c("proxy", 143))
    )
    assert stop.containers == ("worker",)
    assert stop.exit_codes == {"worker": 137}


def test_what_ended_before_a_failed_start_is_named() -> None:
    """An init container that failed is the place to look when ECS says only that the task did not start."""
    stop = found(stopped("TaskFailedToStart", "Task failed to start", c("migrate", 1), c("app"), ran=False))
    assert stop.containers == ("migrate",)
    assert "migrate ended with 1" in stop.summary


def test_two_containers_of_one_name() -> None:
    """Of containers that share a name the failure counts, whichever comes first."""
    for codes in ((0, -1), (-1, 0)):
        stop = found(stopped("EssentialContainerExited", EXITED, *(c("app", code) for code in codes)))
        assert stop.exit_codes == {"app": -1}


def test_an_exit_code_in_words_names_no_container() -> None:
    """What only a text tells is nobody's exit code."""
    stop = found(stopped(None, f"{EXITED}. Exit code: 137", service=False))
    assert (stop.containers, stop.exit_codes) == ((), {})
    assert "ended with 137" in stop.summary


LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH


@pytest.mark.parametrize(
    ("code", "reason", "exit_code", "of_service", "of_standalone"),
    [
        ("TaskFailedToStart", PULL, None, HIGH, HIGH),
        ("TaskFailedToStart", "RESOURCE:MEMORY", None, MEDIUM, HIGH),
        ("TaskFailedToStart", "ATTRIBUTE", None, MEDIUM, HIGH),
        ("EssentialContainerExited", OOM, 137, HIGH, HIGH),
        ("EssentialContainerExited", EXITED, 1, MEDIUM, HIGH),
        ("EssentialContainerExited", EXITED, 139, MEDIUM, HIGH),
        ("ServiceSchedulerInitiated", ELB, None, MEDIUM, MEDIUM),
        ("SpotInterruption", SPOT, None, LOW, HIGH),
        ("TerminationNotice", HOST, None, MEDIUM, HIGH),
        ("ServiceSchedulerInitiated", MAINTENANCE, None, LOW, MEDIUM),
        ("InfrastructureHealth", None, None, MEDIUM, HIGH),
        ("CosmicRay", None, None, MEDIUM, MEDIUM),
    ],
)
def test_severity(
    code: str, reason: str | None, exit_code: int | None, of_service: Severity, of_standalone: Severity
) -> None:
    """What a service replaces matters less than what nobody starts again."""
    assert found(stopped(code, reason, c("app", exit_code))).severity is of_service
    assert found(stopped(code, reason, c("app", exit_code), service=False)).severity is of_standalone


def test_an_unexpected_exit_matters_least() -> None:
    """A service's container that ends with 0 is replaced, and nothing failed."""
    assert found(stopped("EssentialContainerExited", EXITED, c("app", 0))).severity is LOW
