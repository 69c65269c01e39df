"""What `taskledger findings` and `taskledger incidents` show of services and their deployments."""

from __future__ import annotations

import re
from typing import Any

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.findings.policy import DEFAULT
from reconciler.findings.services.rules import service_findings
from reconciler.incidents.reported import report_finding, report_service_finding
from reconciler.model.deployment import Report
from reconciler.services.outcomes import histories
from tests.support.alerting import new_alerts
from tests.support.deployed import NOW, RETENTION, TABLE, Deployment, ago
from tests.support.findings import finding
from tests.support.kept_services import completed, failed, keep, service
from tests.support.panes import pane
from tests.support.running import taskledger
from tests.support.services import deployment_id
from tests.support.values import state

BAD = deployment_id(2)


@pytest.fixture(autouse=True)
def alerted(deployment: Deployment) -> None:
    """A deployment that failed, a task of it that failed first, and a service without a place for tasks."""
    placement = {"SERVICE_TASK_PLACEMENT_FAILURE": Report(at=ago(minutes=20), reason="RESOURCE:MEMORY")}
    bad = failed(2, ago(minutes=40), ago(minutes=30))
    checkout = service("checkout", bad, completed(1, ago(days=2), ago(days=2)))
    cart = service("cart", completed(1, ago(days=2), ago(days=2)), running_count=0, actions=placement)
    keep(deployment, checkout, cart)
    alerts = new_alerts(
        lambda: ago(minutes=10),
        incidents=DynamoIncidents(deployment.dynamodb, TABLE, RETENTION),
        services=deployment.services,
    )
    task = report_finding(finding(1), ago(minutes=35), state(started_by=BAD))
    found = [
        report_service_finding(one, histories(record))
        for record in (checkout, cart)
        for one in service_findings(record, NOW, DEFAULT)
    ]
    alerts.notify([task, *found])


def listed(verb: str, *arguments: object) -> list[dict[str, Any]]:
    ran = taskledger(verb, "--json", *arguments)
    assert ran.code == 0, ran.err
    return list(ran.document[verb])


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        ([], {"TASK_FAILED_TO_START", "DEPLOYMENT_FAILED", "SERVICE_IMPAIRED"}),
        (["--kind", "DEPLOYMENT_FAILED"], {"DEPLOYMENT_FAILED"}),
        (["--kind", "SCALE_IN_BLOCKED"], set()),
        (["--service", "cart"], {"SERVICE_IMPAIRED"}),
    ],
)
@pytest.mark.parametrize("verb", ["findings", "incidents"])
def test_kinds_of_services(verb: str, arguments: list[str], kinds: set[str]) -> None:
    """They are selected like those of tasks."""
    assert {each["kind"] for each in listed(verb, *arguments)} == kinds


def test_a_finding_of_a_service() -> None:
    """It names the service and the deployment, and no task."""
    (found,) = listed("findings", "--kind", "DEPLOYMENT_FAILED")
    assert (found["taskArn"], found["version"], found["deploymentId"]) == (None, None, BAD)
    assert found["serviceArn"].endswith(":service/shop/checkout")


def test_findings_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no task there is what was deployed; in a pipe that is the deployment's id."""
    piped = taskledger("findings").out
    assert re.search(f"checkout +shop +deployment failed, circuit breaker +1 .* {BAD} ", piped)
    assert re.search("cart +shop +no place for its tasks +1 .*Z +-  ", piped)
    assert "checkout:43\n" in pane(monkeypatch, 100, "findings").out


def test_incidents_name_the_deployment() -> None:
    """That of the failed tasks is the one that they began with."""
    by_kind = {one["kind"]: one for one in listed("incidents")}
    tasks, deployed = by_kind["TASK_FAILED_TO_START"], by_kind["DEPLOYMENT_FAILED"]
    assert deployed["serviceArn"].endswith(":service/shop/checkout")
    assert (tasks["deployment"]["deploymentId"], tasks["deployment"]["blame"]) == (BAD, "began_with")
    assert by_kind["SERVICE_IMPAIRED"]["deployment"]["deploymentId"] is None


def test_incidents_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployment is a sentence below the table."""
    one = ("incidents", "--service", "checkout", "--kind", "TASK_FAILED_TO_START")
    text = pane(monkeypatch, 160, *one).out
    assert "Began with deployment checkout:42 to :43, started 5 min before." in text
