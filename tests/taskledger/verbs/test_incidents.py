"""What `taskledger incidents` says of each, and which of several owners' it selects."""

from dataclasses import replace

import pytest

from reconciler.adapters.dynamodb.items.incident_items import incident_item
from reconciler.incidents.facts.impact import Impact
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.model import Incident
from tests.support.deployed import RETENTION, Deployment, ago
from tests.support.messages import crash_loop, shared_cause
from tests.support.running import taskledger
from tests.support.values import CLUSTER


def stored(deployment: Deployment, incident: Incident) -> Incident:
    """As one of the cluster that the ledger knows by its tasks, and due now."""
    deployment.open(1, ago(days=2))
    there = replace(incident, key=replace(incident.key, cluster_arn=CLUSTER), due_at=ago(minutes=0))
    deployment.dynamodb.put_item(TableName="ledger", Item=incident_item(there, RETENTION))
    return there


@pytest.mark.parametrize(("service", "listed"), [(0, True), (1, True), ("other", False)])
def test_one_of_several_owners(deployment: Deployment, service: int | str, listed: bool) -> None:  # noqa: FBT001 - a column of the table
    """It says how many they are, and is selected by the name of any of them."""
    there = stored(deployment, shared_cause())
    assert there.shared
    names = [one.name.removeprefix("service:") for one in there.shared.owners]
    assert f"  {there.shared.number} services in shop" in taskledger("incidents").out
    name = service if isinstance(service, str) else names[service]
    assert bool(taskledger("incidents", "--json", "--service", name).document["incidents"]) is listed


def test_how_it_stands(deployment: Deployment) -> None:
    """How often it came back in a week, and what its service runs as long as it is open."""
    earlier, last = (Occurrence(at, at) for at in (ago(hours=30), ago(hours=2)))
    impact = Impact(desired=4, running=1, pending=0, checked_at=ago(minutes=1))
    there = replace(
        crash_loop(), occurrences=Occurrences((earlier, last), 0, earlier.first_at), impact=impact
    )
    stored(deployment, there)
    text = taskledger("incidents").out
    assert "open: once, first 2h" in text
    assert "ago, 2 times in 7 days, 1 of 4 running" in text
