"""What only DynamoDB can show of services: what is written, what that costs, when it is deleted; errors."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.adapters.dynamodb import batch
from reconciler.adapters.dynamodb.services import MAX_ACTIONS, DynamoServices
from reconciler.errors import TerminalError, TransientError
from reconciler.model.deployment import ServiceDeployment
from reconciler.model.service import Message, ServiceRecord
from reconciler.ports.services import NEWEST
from reconciler.services.merge import merge_event, merge_reading, merge_service_deployment, with_deployment
from tests.reconciler.adapters.conftest import Answer, Table
from tests.reconciler.adapters.test_dynamodb import _answer, refusal
from tests.support.ledgers import RETENTION
from tests.support.services import (
    COMPLETED,
    DEFINITION,
    SERVICE,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
    record,
)
from tests.support.units import size
from tests.support.values import CLUSTER

NOT_PLACED = (
    "(service checkout) was unable to place a task because no container instance met all of its requirements."
)


@pytest.fixture
def services(table: Table) -> DynamoServices:
    return DynamoServices(table.client, table.name, RETENTION)


@pytest.fixture
def written(table: Table) -> list[list[str]]:
    """What each transaction writes, in the order of the calls."""
    calls: list[list[str]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        actions = [action for each in json.loads(params["body"])["TransactItems"] for action in each.items()]
        calls.append([f"{name} {_sort_key(action)}" for name, action in actions])

    table.client.meta.events.register("before-call.dynamodb.TransactWriteItems", note)
    return calls


def _sort_key(action: dict[str, Any]) -> str:
    key: str = (action.get("Item") or action["Key"])["sk"]["S"]
    return key


def row(table: Table, sk: str) -> dict[str, Any]:
    """The one row whose sort key begins so."""
    (found,) = (item for item in table.items() if item["sk"]["S"].startswith(sk))
    return found


def save(
    services: DynamoServices, after: ServiceRecord, before: ServiceRecord | None = None
) -> ServiceRecord:
    assert services.save(after, before, minute(30))
    stored = services.service(CLUSTER, "checkout")
    assert stored is not None
    return stored


def usual(*, joined: bool) -> ServiceRecord:
    """A service with ten deployments of which ECS says what it usually says."""
    found = record()
    for number in range(NEWEST):
        found = after_deployment(found, number)
        if joined:
            one = merge_service_deployment(found.deployments[0], answered(number))
            found = with_deployment(found, one)
    assert found.state
    messages = (Message(at=minute(100), text=NOT_PLACED),) * 5
    return replace(found, state=replace(found.state, messages=messages))


def after_deployment(found: ServiceRecord, number: int) -> ServiceRecord:
    name, began = deployment_id(number), 10.0 * number
    done = f"ECS deployment {name} completed."
    found = merge_event(
        found, deployment_event(number, STARTED, began, f"ECS deployment {name} in progress.")
    )
    found = merge_event(found, deployment_event(number, COMPLETED, began + 3, done))
    shown = described(number, began, revision=number, reason=done)
    return merge_reading(found, reading(shown), minute(began + 5))


def answered(number: int) -> ServiceDeployment:
    revision = SERVICE.replace(":service/", ":service-revision/")
    arn = SERVICE.replace(":service/", ":service-deployment/")
    return ServiceDeployment(
        service_deployment_arn=f"{arn}/J4ZwX3-bQ2aM6ERMvsxuL",
        status="SUCCESSFUL",
        created_at=minute(10 * number),
        finished_at=minute(10 * number + 3),
        revision_arn=f"{revision}/6312345678901234567",
        source_revision_arn=f"{revision}/6312345678901234566",
        circuit_breaker="MONITORING_COMPLETE",
        alarms="DISABLED",
        task_definition_arn=f"{DEFINITION}:{number}",
    )


@pytest.mark.parametrize(("held", "kilobytes"), [(usual(joined=False), 6), (usual(joined=True), 11)])
def test_a_change_costs_few_write_units(
    table: Table, services: DynamoServices, held: ServiceRecord, kilobytes: int
) -> None:
    """A service with ten deployments has at most 6 KB, with their service deployments 11; one of these, 2.

    A transaction costs two units for each.
    """
    save(services, held)
    assert size(row(table, "checkout")) <= kilobytes * 1024
    deployments = [size(item) for item in table.items() if item["sk"]["S"].startswith("D#")]
    assert max(deployments) <= (1 if kilobytes == 6 else 2) * 1024


def test_only_what_changed_is_written(services: DynamoServices, written: list[list[str]]) -> None:
    """One transaction of the service and of the deployments that changed, whatever else the record has."""
    before = save(services, usual(joined=False))
    save(services, merge_event(before, deployment_event(10, STARTED, 100)), before)
    assert len(written[0]) == 1 + NEWEST
    assert written[1:] == [["Put checkout", f"Put D#2026-11-20T13:40:00.000Z#{deployment_id(10)}"]]


def test_a_deployment_that_moves_is_deleted_where_it_was(
    services: DynamoServices, written: list[list[str]]
) -> None:
    """In the transaction that puts it in its new place."""
    before = save(services, merge_event(record(), deployment_event(1, STARTED, 5)))
    save(services, merge_reading(before, reading(described(1, 4.5)), minute(10)), before)
    moved = [
        f"{name}#{deployment_id(1)}" for name in ("D#2026-11-20T12:04:30.000Z", "D#2026-11-20T12:05:00.000Z")
    ]
    assert written[1:] == [["Put checkout", f"Put {moved[0]}", f"Delete {moved[1]}"]]


def test_a_service_is_deleted_when_it_has_been_over_for_long(table: Table, services: DynamoServices) -> None:
    """One that there is, is never cleaned up; one that is back is not, either."""
    before = save(services, merge_reading(record(), reading(described(1, 0)), minute(1)))
    assert "ttl" not in row(table, "checkout")
    over = save(services, replace(before, gone_at=minute(30)), before)
    assert int(row(table, "checkout")["ttl"]["N"]) == (minute(30) + RETENTION).timestamp()
    save(services, merge_reading(over, reading(described(1, 0)), minute(45)), over)
    assert "ttl" not in row(table, "checkout")


def test_a_deployment_is_deleted_after_the_newest_that_is_known_of_it(
    table: Table, services: DynamoServices
) -> None:
    """It is kept for as long as tasks are, counted from then."""
    before = save(services, merge_event(record(), deployment_event(1, STARTED, 0)))
    assert int(row(table, "D#")["ttl"]["N"]) == (minute(0) + RETENTION).timestamp()
    after = save(services, merge_event(before, deployment_event(1, COMPLETED, 9)), before)
    assert int(row(table, "D#")["ttl"]["N"]) == (minute(9) + RETENTION).timestamp()
    save(services, merge_reading(after, reading(described(1, 0)), minute(20)), after)
    assert int(row(table, "D#")["ttl"]["N"]) == (minute(20) + RETENTION).timestamp()


@pytest.mark.parametrize(
    ("held", "until"),
    [
        (record(), minute(30)),
        (merge_reading(record(), reading(), minute(1)), minute(30) + RETENTION),
    ],
    ids=["never answered", "answered"],
)
def test_the_cluster_of_a_service_is_known(
    table: Table, services: DynamoServices, held: ServiceRecord, until: datetime
) -> None:
    """As long as what is over is kept, if ECS said anything of it; else for two days: it may be made up."""
    save(services, held)
    assert table.ledger.clusters() == [CLUSTER]
    assert int(row(table, "arn:")["ttl"]["N"]) == (until + timedelta(days=2)).timestamp()


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError"])
def test_what_is_no_overtaking_is_tried_again(
    table: Table, services: DynamoServices, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a condition that failed says that somebody else was faster."""
    monkeypatch.setattr(batch, "_CONFLICT_PAUSE", 0)
    table.answer("TransactWriteItems", lambda _: cancelled("None", reason))
    with pytest.raises(TransientError):
        services.save(merge_event(record(), deployment_event(1, STARTED, 0)), None, minute(1))


def cancelled(*reasons: str) -> Answer:
    error = {"Code": "TransactionCanceledException", "Message": "no"}
    return _answer({"Error": error, "CancellationReasons": [{"Code": each} for each in reasons]}, 400)


def test_a_refused_read_is_an_error_of_ours(table: Table, services: DynamoServices) -> None:
    """Whichever call it is."""
    for operation in ("GetItem", "Query"):
        table.answer(operation, lambda _: refusal("ThrottlingException"))
    for read in (
        lambda: services.service(CLUSTER, "checkout"),
        lambda: services.services(CLUSTER),
        lambda: services.deployments(SERVICE, minute(0)),
        lambda: services.cluster_of(SERVICE, deployment_id(1)),
    ):
        with pytest.raises(TransientError):
            read()


def test_more_than_a_transaction_takes_is_refused(table: Table, services: DynamoServices) -> None:
    """As a whole, by the service."""
    held = record()
    for number in range(MAX_ACTIONS):
        held = merge_event(held, deployment_event(number, STARTED, number))
    with pytest.raises(TerminalError, match=SERVICE):
        services.save(held, None, minute(1))
    assert [item["pk"]["S"] for item in table.items()] == ["CLUSTERS"]
