"""What is refused on a deployed stack as of another account or Region."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.errors import InvalidInput
from reconciler.handlers import observe as observe_module
from reconciler.parsing.home import Home
from reconciler.use_cases.observe import Intake, observe
from reconciler.wiring.observe import Services
from tests.reconciler.handlers.conftest import Context
from tests.support.system import System
from tests.support.values import CLUSTER, START, TASK, envelope, task_arn

HOME = Home("111122223333", "eu-central-1")
FOREIGN_TASK = TASK.replace("111122223333", "444455556666")
FAR_TASK = TASK.replace("eu-central-1", "eu-west-1")
OLD_TASK = TASK.replace("task/shop/", "task/")


def call(arn: str, cluster: str | None = None) -> dict[str, Any]:
    """A call of UpdateTaskProtection, as CloudTrail reports it."""
    detail = {
        "eventName": "UpdateTaskProtection",
        "requestParameters": {"cluster": cluster} if cluster else {},
        "responseElements": {"protectedTasks": [{"taskArn": arn}]},
    }
    return envelope() | {"detail-type": "AWS API Call via CloudTrail", "detail": detail}


def rejected(system: System, *events: dict[str, Any], home: Home | None = HOME) -> dict[str, InvalidInput]:
    bodies = {str(number): json.dumps(event) for number, event in enumerate(events)}
    result = _observe(system, bodies, home)
    assert set(result.failed) == set(result.rejected)
    return dict(result.rejected)


def _observe(system: System, bodies: dict[str, str], home: Home | None) -> Any:
    intake = Intake(
        tasks=system.tasks, ledger=system.ledger, services=system.services, clock=lambda: START, home=home
    )
    return observe(bodies, intake)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (envelope(taskArn=FOREIGN_TASK), "detail.taskArn"),
        (envelope(taskArn=FAR_TASK), "detail.taskArn"),
        (envelope(taskArn=OLD_TASK.replace("111122223333", "")), "detail.taskArn"),
        (envelope(taskArn=None) | {"resources": [FOREIGN_TASK]}, "detail.taskArn"),
        (envelope(clusterArn=CLUSTER.replace("111122223333", "444455556666")), "detail.clusterArn"),
        (envelope(clusterArn=CLUSTER.replace("eu-central-1", "eu-west-1")), "detail.clusterArn"),
        (call(FOREIGN_TASK), "detail.responseElements.protectedTasks"),
        (call(TASK, CLUSTER.replace("eu-central-1", "eu-west-1")), "detail.requestParameters.cluster"),
    ],
)
def test_foreign_arns_are_refused_by_field(system: System, event: dict[str, Any], field: str) -> None:
    """It fails whole, so that it ends in the dead-letter queue; the others of its batch are recorded."""
    other = envelope(taskArn=task_arn(7))
    (error,) = rejected(system, event, other).values()
    assert error.field == field
    assert "not of 111122223333 in eu-central-1" in error.problem
    assert (system.ledger.entry(task_arn(7)) is not None, system.ledger.entry(TASK)) == (True, None)


@pytest.mark.parametrize(
    "event",
    [
        envelope() | {"account": "444455556666", "region": "eu-west-1"},
        envelope(taskArn=OLD_TASK),
        call(TASK),
        call(TASK, CLUSTER),
        call(TASK, "shop"),
    ],
)
def test_the_arns_decide_and_not_the_envelope(system: System, event: dict[str, Any]) -> None:
    """Its `account` and `region` are those of whoever sent it."""
    assert rejected(system, event) == {}


def test_without_a_home_nothing_is_refused(system: System) -> None:
    """A replay takes any account, several in one run."""
    assert rejected(system, envelope(taskArn=FOREIGN_TASK), envelope(taskArn=FAR_TASK), home=None) == {}


def test_the_function_knows_its_home(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """As its services have it from the environment."""
    services = Services(tasks=system.tasks, ledger=system.ledger, services=system.services, home=HOME)
    monkeypatch.setattr(observe_module, "services", lambda: services)
    bodies = {"here": envelope(), "elsewhere": envelope(taskArn=FAR_TASK)}
    records = [{"messageId": name, "body": json.dumps(body)} for name, body in bodies.items()]
    answer = observe_module.handler({"Records": records}, Context())  # type: ignore[arg-type]  # as much as it reads
    assert answer == {"batchItemFailures": [{"itemIdentifier": "elsewhere"}]}
