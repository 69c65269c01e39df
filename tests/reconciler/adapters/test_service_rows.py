"""Rows of services: what cannot be read of them, their changes, and that no reader of others meets them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.adapters.dynamodb.stream import is_of_service, service_change
from reconciler.adapters.dynamodb.task_rows import read_task_rows
from reconciler.errors import InvalidInput
from reconciler.findings.policy import Policy
from reconciler.incidents.lifecycle import add_findings
from reconciler.model.protection import Protection
from reconciler.model.service import ServiceRecord
from reconciler.ports.services import ServiceChange
from reconciler.services.merge import merge_event, merge_reading
from taskledger.deployed.incidents import DeployedIncidents
from taskledger.deployed.ledger import DeployedLedger
from tests.reconciler.adapters.conftest import Table
from tests.support.findings import failed_to_start, found
from tests.support.ledgers import RETENTION
from tests.support.services import (
    SERVICE,
    STARTED,
    action,
    deployment_event,
    deployment_id,
    described,
    hook,
    minute,
    reading,
    record,
)
from tests.support.stream import batch
from tests.support.values import CLUSTER, START, TASK, at, event, recording, task_arn

LATER = START + timedelta(hours=9)
ALL_OF_A_SERVICE: dict[str, Any] = {"service_arn": SERVICE, "group": "service:checkout"}


@pytest.fixture
def services(table: Table) -> DynamoServices:
    return DynamoServices(table.client, table.name, RETENTION)


def held() -> ServiceRecord:
    """A service that has something of everything, and is over."""
    shown = reading(described(1, 0), running=2, status="INACTIVE")
    merged = record()
    for one in (deployment_event(1, STARTED, 0), hook("AWAITING_ACTION", 1), action("TASKSET_X", 1)):
        merged = merge_event(merged, one)
    return merge_reading(merged, shown, minute(2))


def answers(table: Table) -> list[object]:
    """What the table answers to all that is asked about tasks, findings, incidents and clusters."""
    ledger, incidents = table.ledger, DynamoIncidents(table.client, table.name, RETENTION)
    deployed = DeployedLedger(table.client, table.name)
    shown = DeployedIncidents(table.client, table.name)
    arns = [TASK, task_arn(1), SERVICE]
    return [
        ledger.entries(arns),
        [ledger.history(arn) for arn in arns if arn != SERVICE],
        ledger.clusters(),
        ledger.active_clusters(),
        ledger.open_tasks(CLUSTER),
        ledger.protected(CLUSTER),
        ledger.due_until(CLUSTER),
        ledger.closed_between(CLUSTER, START, LATER),
        list(deployed.opened(CLUSTER)),
        list(deployed.closed(CLUSTER, START, START)),
        list(deployed.task_arns(CLUSTER, START)),
        incidents.due(CLUSTER, LATER),
        shown.open_incidents(CLUSTER, LATER),
        list(shown.resolved(CLUSTER, START, START)),
        list(shown.findings(CLUSTER, START, START)),
        [read_task_rows(table.client, table.name, arn) for arn in arns],
        deployed.unreadable,
        shown.unreadable,
    ]


def test_no_question_about_tasks_meets_a_service(table: Table, services: DynamoServices) -> None:
    """Whatever was asked before services were kept is answered as before, findings of services among it."""
    for arn in (TASK, task_arn(1)):
        table.ledger.record([recording(event(3, task_arn=arn))])
    protection = Protection(expires_at=at(900), checked_at=at(1), since=START)
    assert table.ledger.record_protection(CLUSTER, TASK, None, protection)
    table.ledger.record([recording(event(6, task_arn=task_arn(1), last_status="STOPPED", stopped_at=at(40)))])
    incidents = DynamoIncidents(table.client, table.name, RETENTION)
    for one in (found(1), found(2, task_arn=None, version=None, **ALL_OF_A_SERVICE)):
        before = incidents.current([one.key]).get(one.key)
        assert not incidents.save(add_findings(before, [one], START, Policy()), before, [one], START)
    known = answers(table)
    assert services.save(held(), None, START)
    assert answers(table) == known
    assert len(services.deployments(SERVICE, START)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("serviceArn", None),
        ("readAt", {"N": "1" + "0" * 36}),
        ("deployments", {"L": [{"M": {"deploymentId": {"S": "ecs-svc/1"}}}]}),
        ("hooks", {"L": [{"S": "x"}]}),
        ("actions", {"M": {"X": {"M": {}}}}),
        ("state", {"M": {"status": {"S": "ACTIVE"}}}),
    ],
)
def test_an_unreadable_service_is_named(
    table: Table, services: DynamoServices, name: str, value: dict[str, Any] | None
) -> None:
    """By the key of its row; the others of its cluster are read."""
    assert services.save(held(), None, START)
    spoil(table, "checkout", name, value)
    with pytest.raises(InvalidInput, match=f"SERVICES#{CLUSTER}/checkout"):
        services.service(CLUSTER, "checkout")
    (wrong,) = services.services(CLUSTER).values()
    assert isinstance(wrong, InvalidInput)


def test_an_unreadable_deployment_is_named(table: Table, services: DynamoServices) -> None:
    """By the key of its row, in its place among the others."""
    both = merge_event(held(), deployment_event(2, STARTED, 10))
    assert services.save(both, None, START)
    key = f"D#2026-11-20T12:00:00.000Z#{deployment_id(1)}"
    spoil(table, key, "reports", {"S": "x"})
    newer, older = services.deployments(SERVICE, START)
    assert newer == both.deployments[0]
    assert isinstance(older, InvalidInput)
    assert older.field == f"{SERVICE}/{key}"


def test_what_a_later_version_adds_is_passed_over(table: Table, services: DynamoServices) -> None:
    """An attribute that is not known here hides nothing."""
    assert services.save(held(), None, START)
    before = services.service(CLUSTER, "checkout")
    for sort_key in ("checkout", f"D#2026-11-20T12:00:00.000Z#{deployment_id(1)}"):
        spoil(table, sort_key, "later", {"M": {"x": {"N": "1"}}})
    assert services.service(CLUSTER, "checkout") == before
    assert services.deployments(SERVICE, START) == list(held().deployments)


def spoil(table: Table, sort_key: str, name: str, value: dict[str, Any] | None) -> None:
    """Somebody edits a row by hand; None takes the attribute away."""
    (item,) = (each for each in table.items() if each["sk"]["S"] == sort_key)
    spoiled: Any = {key: each for key, each in {**item, name: value}.items() if each}
    table.client.put_item(TableName=table.name, Item=spoiled)


def test_a_change_is_read_from_the_stream() -> None:
    """What a service was and what it is, and since when."""
    change = ServiceChange(record=merge_event(held(), hook("TIMED_OUT", 3)), previous=held(), at=minute(3))
    first = ServiceChange(record=held(), previous=None, at=minute(2))
    shown = batch([change, first])["Records"]
    assert [service_change(each) for each in shown] == [change, first]


def test_services_are_distinguished_by_their_key() -> None:
    """A record without a key is of none."""
    shown = batch([failed_to_start(1), ServiceChange(record=held(), previous=None, at=START)])["Records"]
    assert list(map(is_of_service, shown)) == [False, True]
    assert not is_of_service({"dynamodb": {"Keys": {}}})
    with pytest.raises(InvalidInput, match=r"dynamodb\.NewImage"):
        service_change(shown[0])
