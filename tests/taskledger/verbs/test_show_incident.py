"""What `taskledger show` finds by an incident's ids, and what it shows of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.adapters.dynamodb.items.incident_items import incident_item
from reconciler.incidents.model import Incident
from tests.support.deployed import RETENTION, TABLE, Deployment, ago, other_cluster
from tests.support.findings import found, opened
from tests.support.incidents import over
from tests.support.kept_services import keep, service
from tests.support.messages import crash_loop, resolved
from tests.support.panes import pane
from tests.support.running import taskledger
from tests.support.values import CLUSTER


def stored(deployment: Deployment, incident: Incident, cluster_arn: str = CLUSTER) -> Incident:
    """As one of a cluster that the ledger knows by its tasks; as long as it is open, it is due."""
    deployment.open(1, ago(days=2), cluster_arn=cluster_arn)
    due_at = ago(minutes=0) if incident.open else None
    there = replace(incident, key=replace(incident.key, cluster_arn=cluster_arn), due_at=due_at)
    deployment.dynamodb.put_item(TableName=TABLE, Item=incident_item(there, RETENTION))
    return there


def shown(*arguments: object) -> str:
    """The incident that is shown."""
    ran = taskledger("show", "--json", *arguments)
    assert ran.code == 0, ran.err
    return str(ran.document["incidentId"])


@pytest.mark.parametrize("cluster_arn", [CLUSTER, other_cluster("batch")])
def test_an_open_incident(deployment: Deployment, cluster_arn: str) -> None:
    """By its short id and by its whole id, in any cluster."""
    there = stored(deployment, crash_loop(), cluster_arn)
    assert shown(there.short_id) == shown(there.incident_id) == there.incident_id


def test_a_resolved_incident(deployment: Deployment) -> None:
    """By its short id as far back as --since, and by its whole id however old it is."""
    there = stored(deployment, over(crash_loop(), ago(days=3)))
    ran = taskledger("show", there.short_id)
    assert (ran.code, ran.out) == (1, "")
    assert f'no incident "{there.short_id}"' in ran.err
    assert "--since" in ran.err
    assert shown(there.short_id, "--since", "4d") == there.incident_id
    assert shown(there.incident_id) == there.incident_id


def test_an_archived_incident(deployment: Deployment) -> None:
    """Its key's newest incident does not hide it, by either id."""
    old = stored(deployment, replace(over(crash_loop(), ago(hours=3)), archived=True))
    new = stored(deployment, replace(crash_loop(), opened_at=ago(hours=1)))
    assert [shown(one.incident_id) for one in (old, new)] == [old.incident_id, new.incident_id]
    assert [shown(one.short_id) for one in (old, new)] == [old.incident_id, new.incident_id]


def test_the_form_decides(deployment: Deployment) -> None:
    """What has the form of a short id is an incident, whatever a service is called."""
    keep(deployment, service("inc-deadbeef"))
    ran = taskledger("show", "inc-deadbeef")
    assert (ran.code, 'no incident "inc-deadbeef"' in ran.err) == (1, True)
    assert taskledger("show", "--json", "shop/inc-deadbeef").document["service"] == "inc-deadbeef"


@pytest.mark.parametrize(
    "wanted", ["|", "a|b", f"{CLUSTER}|service:a|STUCK|-|20261120T091402.250Z", "\ud800|"]
)
def test_no_such_incident(deployment: Deployment, wanted: str) -> None:
    """Exit code 1, and the error says which ids find what."""
    stored(deployment, crash_loop())
    ran = taskledger("show", wanted)
    assert (ran.code, ran.out) == (1, "")
    assert "A whole incidentId, in quotes, finds any" in ran.err


def test_two_of_one_short_id(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names both by the ids that distinguish them."""
    both = [stored(deployment, opened(found(group=f"service:{name}"))) for name in ("a", "b")]
    monkeypatch.setattr(Incident, "short_id", "inc-00000000")
    ran = taskledger("show", "inc-00000000")
    assert (ran.code, ran.out) == (1, "")
    assert [one.incident_id for one in both if f'"{one.incident_id}"' not in ran.err] == []


def test_the_document(deployment: Deployment) -> None:
    """That of `incidents`."""
    there = stored(deployment, crash_loop())
    (listed,) = taskledger("incidents", "--json").document["incidents"]
    assert taskledger("show", "--json", there.short_id).document == listed


def test_the_text(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong first; ids and links are on one line, for copying, and nothing else is wider."""
    there = stored(deployment, crash_loop())
    first, *lines = pane(monkeypatch, 80, "show", there.short_id).out.splitlines()
    assert first == f"high    payments (shop)  crash loop, exit 1  {there.short_id}"
    assert lines[-1] == there.incident_id
    links = [line for line in lines if "https://" in line]
    assert [line.split()[0] for line in links] == ["task", "service", "log", "deployment", "targets"]
    assert max(len(line) for line in lines[:-1] if line not in links) <= 80
    assert "…" not in "".join(lines)


def test_the_text_of_what_is_over(deployment: Deployment) -> None:
    """How long it lasted and what ended it."""
    there = stored(deployment, over(resolved(), ago(hours=1)))
    assert "is over after" in taskledger("show", there.short_id).out
