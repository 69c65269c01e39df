"""What `taskledger findings` and `taskledger incidents` list, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.policy import Policy
from reconciler.incidents.lifecycle import advance_time
from reconciler.incidents.model import ReportedFinding, report_finding
from reconciler.use_cases.notify import Alerts
from taskledger.local.memory_incidents import MemoryNotifier
from tests.support.findings import finding
from tests.support.running import taskledger
from tests.support.values import task_arn
from tests.taskledger.conftest import RETENTION, Deployment, ago

KEYS = {
    "incidentId", "kind", "cause", "severity", "account", "region", "clusterArn", "cluster", "group",
    "service", "taskDefinitionArn", "count", "firstSeenAt", "lastSeenAt", "summary", "remedy", "tasks",
    "links", "status", "openedAt", "toldAt", "resolvedAt",
}  # fmt: skip


class Told:
    """A deployment whose functions have told of some findings."""

    def __init__(self, deployment: Deployment) -> None:
        self.store = DynamoIncidents(deployment.dynamodb, "ledger", RETENTION)
        deployment.open(1, ago(days=2))  # a cluster is known by its tasks

    def tell(self, number: int, when: datetime, **told: Any) -> ReportedFinding:
        found = report_finding(finding(number, **told), when)
        alerts = Alerts(incidents=self.store, notifier=MemoryNotifier(), policy=Policy(), clock=lambda: when)
        alerts.notify([found])
        return found

    def end(self, found: ReportedFinding, when: datetime) -> None:
        incident = self.store.current(found.key)
        assert incident is not None
        over = advance_time(replace(incident, pending=()), recovered=True, now=when, policy=Policy())
        assert self.store.save(over, incident, (), when) is None


@pytest.fixture
def told(deployment: Deployment) -> Told:
    """An image that could not be pulled, over by now; a task out of memory, and Spot, that go on."""
    there = Told(deployment)
    pull = there.tell(1, ago(hours=5))
    there.tell(2, ago(hours=4))
    there.end(pull, ago(hours=3))
    memory = {"kind": Kind.ESSENTIAL_CONTAINER_FAILED, "cause": Cause.OUT_OF_MEMORY}
    there.tell(3, ago(hours=2), **memory, group="service:orders")
    spot = {"kind": Kind.CAPACITY_INTERRUPTED, "cause": Cause.SPOT, "severity": Severity.LOW}
    there.tell(4, ago(minutes=30), **spot)
    return there


def findings(*arguments: object) -> list[int]:
    ran = taskledger("findings", "--json", *arguments)
    assert ran.code == 0, ran.err
    return [int(each["taskArn"][-4:], 16) for each in ran.document["findings"]]


def incidents(*arguments: object) -> list[str]:
    ran = taskledger("incidents", "--json", *arguments)
    assert ran.code == 0, ran.err
    return [each["cause"] for each in ran.document["incidents"]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], [4, 3, 2, 1]),
        (["--since", "270m"], [4, 3, 2]),
        (["--open"], [4, 3]),
        (["--kind", "TASK_FAILED_TO_START"], [2, 1]),
        (["--severity", "low"], [4]),
        (["--service", "orders"], [3]),
        (["--cluster", "shop", "--since", "45m"], [4]),
    ],
)
def test_findings_are_listed_latest_first(told: Told, arguments: list[str], expected: list[int]) -> None:
    """All of a day, or those that are asked for."""
    assert findings(*arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["SPOT", "OUT_OF_MEMORY", "IMAGE_PULL"]),
        (["--open"], ["SPOT", "OUT_OF_MEMORY"]),
        (["--since", "1h"], ["SPOT", "OUT_OF_MEMORY"]),
        (["--severity", "high"], ["OUT_OF_MEMORY", "IMAGE_PULL"]),
        (["--kind", "CAPACITY_INTERRUPTED"], ["SPOT"]),
        (["--service", "checkout"], ["SPOT", "IMAGE_PULL"]),
    ],
)
def test_incidents_that_go_on_come_first(told: Told, arguments: list[str], expected: list[str]) -> None:
    """However old they are; then those that were over since then."""
    assert incidents(*arguments) == expected


def test_an_incident_has_all_its_fields(told: Told) -> None:
    """What a notification says of it, and how it stands."""
    found = {each["cause"]: each for each in taskledger("incidents", "--json").document["incidents"]}
    assert all(each.keys() == KEYS for each in found.values())
    assert (found["IMAGE_PULL"]["status"], found["IMAGE_PULL"]["count"]) == ("RESOLVED", 2)
    assert (found["SPOT"]["status"], found["SPOT"]["resolvedAt"]) == ("OPEN", None)


def test_a_finding_has_all_its_fields(told: Told) -> None:
    """As everywhere else in the command line's JSON, and when it was found."""
    found = taskledger("findings", "--json").document["findings"][-1]
    assert (found["taskArn"], found["findingId"]) == (task_arn(1), finding(1).finding_id)
    assert found["foundAt"].endswith("Z")


def test_people_get_words(told: Told) -> None:
    """What, of what, how often and since when, why and what next."""
    said = taskledger("incidents").out
    assert "OUT_OF_MEMORY  service:orders in shop" in said
    assert "goes on: once, first 2h" in said
    assert "is over: 2 times" in said
    assert "IMAGE_PULL  service:checkout  00000000" in taskledger("findings").out


def test_what_is_about_to_be_deleted_is_not_shown(deployment: Deployment) -> None:
    """DynamoDB takes days to delete what has expired."""
    there = Told(deployment)
    there.store = DynamoIncidents(deployment.dynamodb, "ledger", timedelta(minutes=1))
    pull = there.tell(1, ago(hours=5))
    there.end(pull, ago(hours=3))
    assert (findings(), incidents()) == ([], [])


def test_nothing_is_an_answer(deployment: Deployment) -> None:
    """A deployment in which nothing was found says so."""
    assert (findings(), incidents()) == ([], [])
    assert "nothing was found" in taskledger("findings").out
    assert "no incidents" in taskledger("incidents").out


def test_a_cluster_that_is_not_known_is_wrong_usage(told: Told) -> None:
    """As with tasks: the known ones are named."""
    ran = taskledger("incidents", "--cluster", "other")
    assert (ran.code, "It has tasks of: shop" in ran.err) == (2, True)
