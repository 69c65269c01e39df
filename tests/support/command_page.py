"""The ledger whose output the pages show: three services and a batch, of which two are unwell."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.policy import DynamoPolicy
from reconciler.findings.policy import DEFAULT
from reconciler.findings.rules import findings
from reconciler.findings.services.rules import service_findings
from reconciler.incidents.reported import report_finding, report_service_finding
from reconciler.model.task import Container
from reconciler.services.outcomes import histories
from tests.support.alerting import new_alerts
from tests.support.deployed import RETENTION, TABLE, other_cluster
from tests.support.service_sweeps import named
from tests.support.services import SERVICE, deployment_id, described, minute, reading
from tests.support.services_page import NOW, records
from tests.support.values import CLUSTER, event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from reconciler.incidents.reported import ReportedFinding
    from reconciler.model.service import ServiceReading
    from reconciler.model.task import TaskState
    from tests.support.deployed import Deployment

PLACE = CLUSTER.partition(":cluster/")[0]


def fill(stack: Deployment) -> None:
    """Stores what the functions would have by that moment."""
    DynamoPolicy(stack.dynamodb, TABLE).save(DEFAULT, minute(0))
    for record in records():
        assert stack.services.save(record, None, minute(20))
    _running(stack)
    failed = [*_crashed(stack), *_out_of_memory(stack), *_interrupted(stack)]
    for one in sorted([*failed, *_of_services()], key=lambda one: one.at):
        _alert(stack, one)


def _alert(stack: Deployment, one: ReportedFinding) -> None:
    alerts = new_alerts(
        lambda: one.at,
        *_readings(),
        incidents=DynamoIncidents(stack.dynamodb, TABLE, RETENTION),
        services=stack.services,
        ledger=stack.ledger,
    )
    alerts.notify([one])


def _running(stack: Deployment) -> None:
    for number in range(2):
        _task(stack, "checkout:42", minute(6 + number), started_at=minute(6.7 + number))
    _task(stack, "cart:7", minute(-9000), started_at=minute(-8999))
    for number in range(4):
        _task(stack, "web:19", minute(-3000 - number), started_at=minute(-2999))
    batch = {"cluster_arn": other_cluster("batch"), "group": "family:nightly-report"}
    _task(stack, "nightly-report:7", minute(28), last_status="PENDING", started_by="scheduler", **batch)


def _crashed(stack: Deployment) -> Iterator[ReportedFinding]:
    """Tasks of the deployment that the circuit breaker ends."""
    for number in range(3):
        created = minute(0.2 + 1.5 * number)
        app = Container(name="app", last_status="STOPPED", exit_code=1)
        values = {"started_at": created + (minute(0.6) - minute(0)), "started_by": deployment_id(2)}
        yield _stopped(stack, "checkout:43", created, minute(1.1 + 1.5 * number), app, **values)


def _out_of_memory(stack: Deployment) -> Iterator[ReportedFinding]:
    app = Container(
        name="app",
        last_status="STOPPED",
        exit_code=137,
        reason="OutOfMemoryError: container killed due to memory usage",
    )
    yield _stopped(stack, "cart:7", minute(-9000), minute(8), app, started_at=minute(-8999))


def _interrupted(stack: Deployment) -> Iterator[ReportedFinding]:
    app = Container(name="app", last_status="STOPPED", exit_code=143)
    spot = {
        "stop_code": "SpotInterruption",
        "stopped_reason": "Your Spot Task was interrupted.",
        "capacity_provider_name": "FARGATE_SPOT",
        "started_at": minute(-2999),
    }
    yield _stopped(stack, "web:19", minute(-3004), minute(-25), app, **spot)


def _of_services() -> Iterator[ReportedFinding]:
    for record in records():
        for one in service_findings(record, NOW, DEFAULT):
            yield report_service_finding(one, histories(record))


def _readings() -> Iterator[ServiceReading]:
    """What ECS says of the services when an incident opens."""
    for name, running, desired in (("checkout", 2, 4), ("cart", 1, 2), ("web", 4, 4)):
        one = reading(described(1, -600), running=running, desired=desired)
        yield named(one, SERVICE.replace("checkout", name))


def _stopped(
    stack: Deployment, definition: str, created: datetime, stopped: datetime, app: Container, **values: Any
) -> ReportedFinding:
    """What is wrong with a task that is over, with all that its events said."""
    over = {
        "last_status": "STOPPED",
        "desired_status": "STOPPED",
        "stopped_at": stopped,
        "containers": (app,),
    }
    why = {"stop_code": "EssentialContainerExited", "stopped_reason": "Essential container in task exited"}
    state = _task(stack, definition, created, **(why | over | {"stopping_at": stopped} | values))
    entry = stack.ledger.entry(state.task_arn)
    assert entry
    (found,) = findings(entry, stopped, DEFAULT)
    return report_finding(found, found.occurred_at, state)


def _task(stack: Deployment, definition: str, created: datetime, **values: Any) -> TaskState:
    """A task with a version for each status that it had."""
    family = definition.partition(":")[0]
    cluster = values.get("cluster_arn", CLUSTER).rpartition("/")[2]
    task_id = hashlib.md5(f"{definition} {created}".encode(), usedforsecurity=False).hexdigest()
    facts = {
        "task_arn": f"{PLACE}:task/{cluster}/{task_id}",
        "task_definition_arn": f"{PLACE}:task-definition/{definition}",
        "group": f"service:{family}",
        "created_at": created,
        "launch_type": "FARGATE",
        "availability_zone": "eu-central-1a",
        "containers": (Container(name="app", last_status="RUNNING"),),
    } | values
    facts |= _phases(task_id, facts)
    begun = {"last_status": "PENDING", "desired_status": "RUNNING", "containers": ()}
    ended = ("pull_started_at", "pull_stopped_at", "started_at", "execution_stopped_at", "stopping_at",
             "stopped_at", "stop_code", "stopped_reason")  # fmt: skip
    early = {name: value for name, value in facts.items() if name not in ended}
    observed = [
        event(1, seconds=_after(created, 1), **(early | begun | {"last_status": "PROVISIONING"})),
        event(2, seconds=_after(created, 9), **(early | begun)),
    ]
    if started := facts.get("started_at"):
        pulled = {name: facts[name] for name in ("pull_started_at", "pull_stopped_at", "started_at")}
        running = early | pulled | {"last_status": "RUNNING", "desired_status": "RUNNING"}
        observed.append(event(3, seconds=_after(started, 1), **running))
    if stopped := facts.get("stopped_at"):
        observed.append(event(5, seconds=_after(stopped, 1), **facts))
    stack.record(*observed)
    return observed[-1].state


def _phases(task_id: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """When it was connected, its images were pulled and its containers ended: of each task a little apart."""
    apart = [timedelta(seconds=each / 64) for each in bytes.fromhex(task_id)]
    found = {}
    if started := facts.get("started_at"):
        found["connectivity_at"] = facts["created_at"] + timedelta(seconds=4) + apart[0]
        found["pull_started_at"] = facts["created_at"] + timedelta(seconds=11) + apart[1]
        found["pull_stopped_at"] = started - timedelta(seconds=3) - apart[2]
    if stopped := facts.get("stopped_at"):
        found["execution_stopped_at"] = stopped - timedelta(seconds=12) - apart[3]
    return found


def _after(moment: datetime, seconds: float) -> float:
    """As seconds since the tests' time begins."""
    return (moment - event().state.created_at).total_seconds() + seconds  # type: ignore[operator]  # which it has
