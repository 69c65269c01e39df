"""What `taskledger replay` makes of events of services."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.running import Ran, lines, replay, taskledger, write
from tests.support.services import DEFINITION, SERVICE, deployment_id
from tests.support.values import CLUSTER, envelope

BREAKER = "ECS deployment circuit breaker: tasks failed to start."


def reported(detail_type: str, name: str, at: str, **detail: Any) -> dict[str, Any]:
    """An event of the service `checkout`."""
    return {
        "source": "aws.ecs",
        "detail-type": detail_type,
        "account": "111122223333",
        "region": "eu-central-1",
        "time": f"2026-11-20T{at}Z",
        "resources": [SERVICE],
        "detail": {"eventType": "INFO", "eventName": name, "clusterArn": CLUSTER, **detail},
    }


def deployed(number: int, name: str, at: str, reason: str) -> dict[str, Any]:
    facts = {"deploymentId": deployment_id(number), "updatedAt": f"2026-11-20T{at}Z", "reason": reason}
    return reported("ECS Deployment State Change", f"SERVICE_DEPLOYMENT_{name}", at, **facts)


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A deployment that fails and is rolled back, and one task of it."""
    bad, good = deployment_id(2), deployment_id(1)
    back = f"ECS deployment circuit breaker: rolling back to deploymentId {good}."
    events = [
        deployed(1, "COMPLETED", "09:00:00", f"ECS deployment {good} completed."),
        deployed(2, "IN_PROGRESS", "10:00:00", f"ECS deployment {bad} in progress."),
        envelope(1, startedBy=bad, taskDefinitionArn=f"{DEFINITION}:43", updatedAt="2026-11-20T10:01:00Z"),
        deployed(2, "FAILED", "10:05:00", BREAKER),
        deployed(3, "IN_PROGRESS", "10:05:01", back),
        deployed(3, "COMPLETED", "10:08:00", f"ECS deployment {deployment_id(3)} completed."),
    ]
    return write(tmp_path / "a.jsonl", lines(events))


def test_services_are_in_the_document(capture: Path) -> None:
    """With what came of each deployment, newest first."""
    ran = replay(capture)
    (service,) = ran.document["services"]
    assert (ran.code, service["serviceArn"], service["source"]) == (0, SERVICE, "event")
    assert [(one["deploymentId"], one["outcome"]) for one in service["deployments"]] == [
        (deployment_id(3), "COMPLETED"),
        (deployment_id(2), "ROLLED_BACK"),
        (deployment_id(1), "COMPLETED"),
    ]


def test_findings_of_services_are_among_all_others(capture: Path) -> None:
    """They name the service and the deployment."""
    (found,) = replay(capture).document["findings"]
    assert (found["kind"], found["cause"]) == ("DEPLOYMENT_FAILED", "CIRCUIT_BREAKER")
    assert (found["serviceArn"], found["deploymentId"]) == (SERVICE, deployment_id(2))


def test_services_in_words(capture: Path) -> None:
    """A line for each with which something is wrong, and on demand its findings among all others."""
    for verbose in ([], ["-v"]):
        out = taskledger("replay", *verbose, capture).out
        (line,) = (line for line in out.splitlines() if line.startswith("checkout "))
        assert line.split()[-4:] == [deployment_id(3), "COMPLETED", "2026-11-20T10:08:00Z", "CIRCUIT_BREAKER"]
        found = "DEPLOYMENT_FAILED CIRCUIT_BREAKER  service:checkout  checkout"
        assert (found in out) is bool(verbose)


def test_a_fault_without_any_task(tmp_path: Path) -> None:
    """A service that can place none is a service with a finding."""
    fault = reported(
        "ECS Service Action",
        "SERVICE_TASK_PLACEMENT_FAILURE",
        "10:00:00",
        createdAt="2026-11-20T10:00:00Z",
        reason="RESOURCE:MEMORY",
    )
    ran = taskledger("replay", "--ledger", "memory", write(tmp_path / "a.json", lines([fault])))
    (line,) = (line for line in ran.out.splitlines() if line.startswith("checkout "))
    assert line.split()[-1] == "PLACEMENT"


@pytest.mark.parametrize(
    "events",
    [
        [envelope(1)],
        [
            reported(
                "ECS Service Action", "SERVICE_STEADY_STATE", "10:00:00", createdAt="2026-11-20T10:00:00Z"
            )
        ],
    ],
)
def test_nothing_of_services(tmp_path: Path, events: list[dict[str, Any]]) -> None:
    """Of tasks alone and of information nothing is kept: the list is empty, and the text has no section."""
    path = write(tmp_path / "a.jsonl", lines(events))
    assert services(replay(path)) == []
    assert " service\n" not in taskledger("replay", "--ledger", "memory", path).out


def services(ran: Ran) -> list[dict[str, Any]]:
    return list(ran.document["services"])
