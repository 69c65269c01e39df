"""What only DynamoDB can show: cost, keys, clean-up, and what becomes of its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse

from reconciler.adapters.dynamodb import batch
from reconciler.adapters.dynamodb.items.history_items import row_item
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.errors import InvalidInput, LedgerError, TerminalError, TransientError
from reconciler.model.task import Container, Observation, Source
from reconciler.ports.ledger import Recorded
from taskledger.local.table import INDEXES
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.values import CLUSTER, START, TASK, at, describe, event, recording, task_arn

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Answer = tuple[AWSResponse, dict[str, Any]]

REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
IMAGES = {
    "checkout-api": f"{REGISTRY}/shop/checkout-api:2026.11.20-4f2c1d9",
    "envoy": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod",
}


@dataclass
class Table:
    """The table, its ledger, and ways to look at it and to disturb it."""

    client: DynamoDBClient
    name: str
    ledger: DynamoLedger

    def items(self) -> list[dict[str, Any]]:
        return [dict(item) for item in self.client.scan(TableName=self.name)["Items"]]

    def index(self, name: str) -> list[str]:
        found = self.client.query(
            TableName=self.name,
            IndexName=name,
            KeyConditionExpression="clusterArn = :cluster",
            ExpressionAttributeValues={":cluster": {"S": CLUSTER}},
        )
        return [item["pk"]["S"] for item in found["Items"]]

    def answer(self, operation: str, respond: Callable[[bytes], Answer | None]) -> None:
        """Lets a test answer calls in DynamoDB's place by their body, or leave them to it with None."""
        self.client.meta.events.register(
            f"before-call.dynamodb.{operation}", lambda params, **_: respond(params["body"])
        )


@pytest.fixture
def table() -> Iterator[Table]:
    with dynamodb_table() as (client, name):
        yield Table(client, name, DynamoLedger(client, name, RETENTION))


def put(table: Table, *observations: Observation) -> Recorded | LedgerError:
    return table.ledger.record([recording(*observations)])[observations[-1].state.task_arn]


def refusal(code: str, status: int = 400) -> Answer:
    return _answer({"Error": {"Code": code, "Message": "no"}}, status)


def _answer(parsed: dict[str, Any], status: int = 200) -> Answer:
    response = AWSResponse("https://dynamodb", status, {}, None)
    return response, parsed | {"ResponseMetadata": {"HTTPStatusCode": status}}


def fargate_life() -> list[Observation]:
    """The six events of a service's two-container task, as DescribeTasks confirms them."""
    statuses = [
        ("PROVISIONING", "RUNNING"),
        ("PENDING", "RUNNING"),
        ("RUNNING", "RUNNING"),
        ("RUNNING", "STOPPED"),
        ("DEPROVISIONING", "STOPPED"),
        ("STOPPED", "STOPPED"),
    ]
    return [_step(version, *status) for version, status in enumerate(statuses, start=1)]


def _step(version: int, last_status: str, desired_status: str) -> Observation:
    ending = desired_status == "STOPPED"
    over = version == 6
    return describe(
        version,
        last_status=last_status,
        desired_status=desired_status,
        group="service:checkout-production",
        started_by="ecs-svc/0068978569384120015",
        launch_type="FARGATE",
        capacity_provider_name="FARGATE_SPOT",
        availability_zone="eu-central-1a",
        health_status="HEALTHY",
        started_at=at(20) if version > 2 else None,
        stopping_at=at(30) if ending else None,
        stopped_at=at(40) if over else None,
        stop_code="ServiceSchedulerInitiated" if ending else None,
        stopped_reason="Scaling activity initiated by (deployment ecs-svc/0068978569384120015)"
        if ending
        else None,
        tags={"team": "payments"},
        containers=tuple(
            Container(
                name=name,
                last_status="STOPPED" if over else last_status,
                exit_code=143 if over else None,
                health_status="HEALTHY",
                image=image,
                image_digest="sha256:" + "5e" * 32,
            )
            for name, image in IMAGES.items()
        ),
    )


def test_a_fargate_life_costs_at_most_15_write_units(table: Table) -> None:
    """Six events of a two-container Fargate task: one unit an entry, one a row, and three for the indexes."""
    images = [None]
    for observation in fargate_life():
        put(table, observation)
        images.append(next(item for item in table.items() if item["sk"]["S"] == "ENTRY"))
    rows = [item for item in table.items() if item["sk"]["S"].startswith("v")]
    units = sum(map(_row_units, rows)) + sum(_entry_units(*pair) for pair in pairwise(images))
    assert (len(rows), units) == (6, 15)
    assert max(map(_size, table.items())) <= 1024


def _row_units(item: dict[str, Any]) -> int:
    return -(-_size(item) // 1024)


def _entry_units(before: dict[str, Any] | None, after: dict[str, Any]) -> int:
    """What an UpdateItem costs: the larger image, and each index that the item enters, leaves or moves in.

    An index of keys only costs nothing while its keys stay; `closed` holds all attributes.
    """
    cost = max(_row_units(before or {}), _row_units(after))
    for name, sort in INDEXES.items():
        was, now = (before or {}).get(sort), after.get(sort)
        if was != now:
            cost += 1 if was is None or now is None else 2
        elif now is not None and name == "closed":
            cost += _row_units(after)
    return cost


def _size(item: dict[str, Any]) -> int:
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: dict[str, Any]) -> int:
    """The size of a value by DynamoDB's rules (developer guide, "Item sizes and formats")."""
    ((kind, held),) = value.items()
    sizes: dict[str, Callable[[Any], int]] = {
        "S": lambda text: len(text.encode()),
        "N": lambda digits: len(digits.strip("-0")) // 2 + 2,
        "B": len,
        "NULL": lambda _: 1,
        "M": lambda fields: 3 + sum(1 + len(name) + _value_size(each) for name, each in fields.items()),
        "L": lambda elements: 3 + sum(1 + _value_size(each) for each in elements),
    }
    return sizes[kind](held)


def test_indexes_hold_what_is_open_and_what_is_closed(table: Table) -> None:
    """A task is in `open` until it stops, then in `closed`; never in both."""
    put(table, event(3))
    assert (table.index("open"), table.index("closed")) == ([TASK], [])
    put(table, event(6, last_status="STOPPED", stopped_at=at(40)))
    assert (table.index("open"), table.index("closed")) == ([], [TASK])


def test_place_in_the_open_index_never_moves(table: Table) -> None:
    """An index is written when a task opens and closes, not in between."""
    put(table, event(1, created_at=None, seconds=5))
    before = [item["openSince"] for item in table.items() if "openSince" in item]
    put(table, event(2, created_at=START, seconds=15))
    assert [item["openSince"] for item in table.items() if "openSince" in item] == before


def test_only_closed_entries_expire(table: Table) -> None:
    """An open task is never cleaned up; a closed one and each row of history are after the retention."""
    put(table, event(3))
    assert [item["sk"]["S"] for item in table.items() if "ttl" not in item] == [CLUSTER, "ENTRY"]
    put(table, event(6, last_status="STOPPED", stopped_at=at(40)))
    (entry,) = (item for item in table.items() if item["sk"]["S"] == "ENTRY")
    assert int(entry["ttl"]["N"]) == (at(40) + RETENTION).timestamp()


def test_rows_left_unprocessed_are_put_again(table: Table) -> None:
    """What BatchWriteItem leaves unprocessed is written by a later call."""
    refused = iter([True, True, False])

    def respond(_: bytes) -> Answer | None:
        return _unprocessed(table) if next(refused, False) else None

    table.answer("BatchWriteItem", respond)
    assert isinstance(put(table, event(3)), Recorded)
    assert [row.version for row in table.ledger.history(TASK)] == [3]


def test_rows_never_processed_fail_their_task(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task whose row is not written has no entry either, and may be recorded again as it is."""
    monkeypatch.setattr(batch, "PAUSES", (0, 0))
    table.answer("BatchWriteItem", lambda _: _unprocessed(table))
    assert isinstance(put(table, event(3)), TransientError)
    assert table.ledger.entry(TASK) is None


def _unprocessed(table: Table) -> Answer:
    (request,) = ({"PutRequest": {"Item": row_item(row, RETENTION)}} for row in recording(event(3)).rows)
    return _answer({"UnprocessedItems": {table.name: [request]}})


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ProvisionedThroughputExceededException", 400, TransientError),
        ("ThrottlingException", 400, TransientError),
        ("TransactionConflictException", 400, TransientError),
        ("InternalServerError", 500, TransientError),
        ("NeverHeardOf", 503, TransientError),
        ("NeverHeardOf", 400, TerminalError),
        ("AccessDeniedException", 400, TerminalError),
        ("ResourceNotFoundException", 400, TerminalError),
        ("ValidationException", 400, TerminalError),
    ],
)
@pytest.mark.parametrize("operation", ["UpdateItem", "BatchWriteItem"])
def test_errors_are_of_two_kinds(
    table: Table, operation: str, code: str, status: int, kind: type[LedgerError]
) -> None:
    """An error of DynamoDB comes back as the outcome of its task, transient or terminal by its code."""
    table.answer(operation, lambda _: refusal(code, status))
    assert type(put(table, event(3))) is kind


def test_an_error_leaves_other_tasks_alone(table: Table) -> None:
    """One task that cannot be written fails alone, however it is spread over writers."""
    table.answer(
        "UpdateItem",
        lambda body: refusal("ValidationException") if task_arn(7).encode() in body else None,
    )
    results = table.ledger.record([recording(event(1, task_arn=task_arn(number))) for number in range(40)])
    failed = [arn for arn, result in results.items() if isinstance(result, LedgerError)]
    assert failed == [task_arn(7)]
    assert sum(item["sk"]["S"] == "ENTRY" for item in table.items()) == 39


def test_cluster_is_marked_once(table: Table) -> None:
    """The ledger knows which clusters' tasks it holds, for as long as it holds any."""
    put(table, event(1))
    put(table, event(2))
    assert [item["sk"]["S"] for item in table.items() if item["pk"]["S"] == "CLUSTERS"] == [CLUSTER]


def test_no_map_of_names_is_empty(table: Table) -> None:
    """DynamoDB refuses an empty one, though moto lets it through."""
    empty = []

    def look(params: dict[str, Any], **_: object) -> None:
        empty.extend(name for name, given in params.items() if given == {})

    table.client.meta.events.register("provide-client-params.dynamodb.UpdateItem", look)
    put(table, event(3))
    put(table, describe(3, health_status="HEALTHY"))
    assert empty == []


def test_source_is_told(table: Table) -> None:
    """Who told the entry's version first stays in it."""
    put(table, describe(3))
    put(table, event(3))
    (entry,) = (item for item in table.items() if item["sk"]["S"] == "ENTRY")
    assert entry["source"]["S"] == Source.DESCRIBE


def spoil(table: Table, arn: str) -> None:
    """Somebody takes an attribute out of an entry that no entry can be without."""
    key: Any = {"pk": {"S": arn}, "sk": {"S": "ENTRY"}}
    table.client.update_item(TableName=table.name, Key=key, UpdateExpression="REMOVE lastStatus")


def test_an_unreadable_entry_fails_its_task_only(table: Table) -> None:
    """An entry that was tampered with is told of by its task, and a newer version mends it."""
    for arn in (TASK, task_arn(7)):
        put(table, event(3, task_arn=arn))
    spoil(table, task_arn(7))
    results = table.ledger.record([recording(event(3)), recording(event(3, task_arn=task_arn(7)))])
    assert {arn: type(result) for arn, result in results.items()} == {
        TASK: Recorded,
        task_arn(7): InvalidInput,
    }
    put(table, event(4, task_arn=task_arn(7)))
    assert isinstance(put(table, event(4, task_arn=task_arn(7))), Recorded)


@pytest.mark.parametrize("read", [lambda ledger: ledger.entry(TASK), lambda ledger: ledger.entries([TASK])])
def test_an_unreadable_entry_is_a_terminal_error(
    table: Table, read: Callable[[DynamoLedger], object]
) -> None:
    """Who reads it is told which task's it is, and goes on with the next cluster."""
    put(table, event(3))
    spoil(table, TASK)
    with pytest.raises(TerminalError, match=TASK):
        read(table.ledger)
