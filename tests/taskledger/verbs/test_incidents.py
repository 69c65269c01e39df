"""What `taskledger incidents` says of each, and which of several owners' it selects."""

import re
from dataclasses import replace

import pytest

from reconciler.adapters.dynamodb.items.incident_items import incident_item
from reconciler.incidents.facts.impact import Impact
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.model import Incident
from taskledger.output.times import stamp
from tests.support.deployed import RETENTION, Deployment, ago
from tests.support.incidents import over
from tests.support.messages import crash_loop, failed_deployment, shared_cause, standalone_run
from tests.support.panes import pane
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
    assert f"  {there.shared.number} services  shop  " in taskledger("incidents").out
    name = service if isinstance(service, str) else names[service]
    assert bool(taskledger("incidents", "--json", "--service", name).document["incidents"]) is listed


def test_the_table(deployment: Deployment) -> None:
    """A line for each, with its short id, how it stands, what happened, what runs, and since when."""
    last = Occurrence(ago(hours=2), ago(hours=1), 3)
    impact = Impact(desired=4, running=1, pending=0, checked_at=ago(minutes=1))
    there = replace(crash_loop(), occurrences=Occurrences((last,), 0, last.first_at), impact=impact)
    there = stored(deployment, there)
    _, row = taskledger("incidents").out.splitlines()
    assert re.split("  +", row) == [
        *(there.short_id, "high", "OPEN", "payments", "shop", "crash loop, exit 1", "3", "1 of 4"),
        *(stamp(last.first_at), stamp(last.last_at)),
    ]


def test_what_to_do_is_where_a_terminal_ends(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the worst three that are open, what is down first: how bad it is, since which change, what to do."""
    deployment.open(1, ago(days=2))
    worst = stored(deployment, crash_loop())
    others = [stored(deployment, one) for one in (shared_cause(), standalone_run(), failed_deployment())]
    table, *words, last = pane(monkeypatch, 80, "incidents").out.rstrip().split("\n\n")
    assert [one.short_id in table for one in (worst, *others)] == [True] * 4
    assert [line.split()[-1] for line, *_ in map(str.splitlines, words)] == [
        *(worst.short_id, others[2].short_id, others[0].short_id)
    ]
    assert "the service is down" in words[0]
    assert "Began with deployment payments:12 to :13" in words[0].replace("\n        ", " ")
    assert words[0].endswith("Read the last lines of the container's log before the stop.")
    assert last == f"`taskledger show {worst.short_id}` has all of one."


def test_a_terminal_without_anything_open(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the table, and how to see all of one."""
    there = stored(deployment, over(crash_loop(), ago(hours=1)))
    table, last = pane(monkeypatch, 80, "incidents").out.rstrip().split("\n\n")
    assert "RESOLVED" in table
    assert there.short_id in last
