"""What `taskledger findings` and `taskledger incidents` list, and in which order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.items.incident_items import incident_item
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.incidents.model import Incident
from reconciler.incidents.reported import ReportedFinding, report_finding
from taskledger.output.times import stamp
from tests.support.deployed import NOW, RETENTION, Deployment, ago
from tests.support.findings import finding
from tests.support.incidents import over, with_findings
from tests.support.panes import pane
from tests.support.running import Ran, taskledger
from tests.support.values import CLUSTER, task_arn

KEYS = {
    "incidentId", "kind", "cause", "severity", "account", "region", "clusterArn", "cluster", "group",
    "service", "taskDefinitionArn", "count", "firstSeenAt", "lastSeenAt", "summary", "remedy", "tasks",
    "links", "deployment", "serviceArn", "status", "openedAt", "notifiedAt", "resolvedAt", "impact",
    "highestSeverity", "occurrences", "firstOccurrenceAt", "pending", "owners", "joined", "mutedUntil",
    "cost", "unpricedLives",
    "team", "runbook",
}  # fmt: skip


class Alerted:
    """A deployment whose functions have reported some findings."""

    def __init__(self, deployment: Deployment) -> None:
        self.dynamodb = deployment.dynamodb
        self.store = DynamoIncidents(deployment.dynamodb, "ledger", RETENTION)
        deployment.open(1, ago(days=2))  # a cluster is known by its tasks

    def report(self, number: int, when: datetime, **values: Any) -> ReportedFinding:
        found = report_finding(finding(number, **({"occurred_at": when} | values)), when)
        before = self.current(found)
        assert self.store.save(with_findings(before, found, now=when), before, [found], when) is None
        return found

    def resolve(self, found: ReportedFinding, when: datetime) -> None:
        incident = self.current(found)
        assert incident is not None
        assert self.store.save(over(incident, when), incident, (), when) is None

    def put(self, incident: Incident) -> None:
        """Where it is, whatever is there."""
        self.dynamodb.put_item(TableName="ledger", Item=incident_item(incident, RETENTION))

    def current(self, found: ReportedFinding) -> Incident | None:
        return self.store.current([found.key]).get(found.key)


@pytest.fixture
def alerted(deployment: Deployment) -> Alerted:
    """An image that could not be pulled, resolved; a task out of memory, and Spot, both open."""
    there = Alerted(deployment)
    pull = there.report(1, ago(minutes=275))
    there.report(2, ago(minutes=265))
    there.resolve(pull, ago(hours=3))
    memory = {"kind": Kind.ESSENTIAL_CONTAINER_FAILED, "cause": Cause("OUT_OF_MEMORY")}
    there.report(3, ago(hours=2), **memory, group="service:orders")
    spot = {"kind": Kind.CAPACITY_INTERRUPTED, "cause": Cause("SPOT"), "severity": Severity.LOW}
    there.report(4, ago(minutes=30), **spot)
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
        (["--since", ago(minutes=270).isoformat()], [4, 3, 2]),
        (["--open"], [4, 3]),
        (["--kind", "TASK_FAILED_TO_START"], [2, 1]),
        (["--severity", "low"], [4]),
        (["--service", "orders"], [3]),
        (["--cluster", "shop", "--since", "45m"], [4]),
    ],
)
def test_findings_are_listed_latest_first(
    alerted: Alerted, arguments: list[str], expected: list[int]
) -> None:
    """Those of the last day, or those that the options select."""
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
def test_open_incidents_come_first(alerted: Alerted, arguments: list[str], expected: list[str]) -> None:
    """However old they are; then those that were resolved since then."""
    assert incidents(*arguments) == expected


def test_an_incident_is_listed_once(alerted: Alerted) -> None:
    """As open if it is, whatever an index still holds of it from before it was opened or archived."""
    (spot,) = (one for one in alerted.store.unresolved(CLUSTER) if one.cause == "SPOT")
    pull = alerted.current(report_finding(finding(1), ago(hours=4)))
    assert pull is not None
    for stale in (replace(over(spot, ago(hours=1)), archived=True), replace(pull, archived=True)):
        alerted.put(stale)
    assert incidents() == ["SPOT", "OUT_OF_MEMORY", "IMAGE_PULL"]
    assert incidents("--open") == ["SPOT", "OUT_OF_MEMORY"]


def test_an_incident_has_all_its_fields(alerted: Alerted) -> None:
    """Those of a notification, and its status with times."""
    found = {each["cause"]: each for each in taskledger("incidents", "--json").document["incidents"]}
    assert all(each.keys() == KEYS for each in found.values())
    assert (found["IMAGE_PULL"]["status"], found["IMAGE_PULL"]["count"]) == ("RESOLVED", 2)
    assert (found["SPOT"]["status"], found["SPOT"]["resolvedAt"]) == ("OPEN", None)


def test_a_finding_has_all_its_fields(alerted: Alerted) -> None:
    """As everywhere else in the command line's JSON, and when it was found."""
    found = taskledger("findings", "--json").document["findings"][-1]
    assert (found["taskArn"], found["findingId"]) == (task_arn(1), finding(1).finding_id)
    assert found["foundAt"].endswith("Z")
    assert found["occurredAt"] == stamp(ago(minutes=275)).replace("Z", ".000Z")


def test_findings_in_a_pipe(alerted: Alerted) -> None:
    """A line for each owner, kind and cause: how often, the faults' own times, and what to look at next."""
    late = ago(hours=5)
    alerted.report(5, ago(minutes=10), occurred_at=late)
    *_, pull = taskledger("findings").out.splitlines()
    task_id = task_arn(2).rsplit("/", 1)[1]
    assert pull.split() == [
        *("high", "checkout", "shop", "image", "can't", "be", "pulled", "3"),
        *(stamp(late), stamp(ago(minutes=265)), task_id, "Look", "at", "the", "image."),
    ]


def test_findings_in_a_terminal(alerted: Alerted, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with ages and short ids; what to look at next once for all that have it in common."""
    alerted.report(0xCAFE << 112, ago(minutes=10), group="service:cart")
    monkeypatch.setattr("taskledger.output.times.now", lambda: NOW)
    shown = pane(monkeypatch, 80, "findings")
    assert re.search("high +checkout +image can't be pulled +2 +4h 35m +4h 25m +00000000\n", shown.out)
    assert re.search("high +cart +image can't be pulled +1 +10m 0s +10m 0s +cafe0000\n", shown.out)
    assert shown.out.count("Look at the image.") == 3  # once for each sort of fault
    assert "image can't be pulled (cart, checkout)\n" in shown.out


def test_what_is_about_to_be_deleted_is_not_shown(deployment: Deployment) -> None:
    """DynamoDB can take days to delete what has expired."""
    there = Alerted(deployment)
    there.store = DynamoIncidents(deployment.dynamodb, "ledger", timedelta(minutes=1))
    pull = there.report(1, ago(hours=5))
    there.resolve(pull, ago(hours=3))
    assert (findings(), incidents()) == ([], [])


def test_nothing_is_an_answer(deployment: Deployment) -> None:
    """A deployment in which nothing was found says so on stderr."""
    assert (findings(), incidents()) == ([], [])
    assert taskledger("findings") == Ran(0, "", "No findings match.\n")
    assert taskledger("incidents") == Ran(0, "", "No incidents match.\n")
    assert taskledger("incidents", "--json").err == ""


@pytest.mark.parametrize(
    ("verb", "limit", "rows", "said"),
    [
        ("findings", 3, 3, ""),
        ("findings", 2, 2, "1 more: --limit"),
        ("incidents", 1, 3, ""),
        ("incidents", 0, 2, "1 more were resolved"),
    ],
)
@pytest.mark.usefixtures("alerted")
def test_limit(verb: str, limit: int, rows: int, said: str) -> None:
    """Of the rows, or of resolved incidents; how many more there are is said, and --json has all."""
    ran = taskledger(verb, "--limit", limit)
    assert len(ran.out.splitlines()) == 1 + rows
    assert said in ran.err
    assert bool(said) is bool(ran.err)
    everything = taskledger(verb, "--limit", limit, "--json")
    assert (len(everything.document[verb]), everything.err) == (4 if verb == "findings" else 3, "")


def test_a_cluster_that_is_not_known_is_wrong_usage(alerted: Alerted) -> None:
    """As with tasks: the known ones are named."""
    ran = taskledger("incidents", "--cluster", "other")
    assert (ran.code, "It knows: shop" in ran.err) == (2, True)
