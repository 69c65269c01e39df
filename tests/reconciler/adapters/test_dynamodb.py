"""What only DynamoDB can show: cost, keys, clean-up, and what becomes of its errors."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse

from reconciler.errors import LedgerError
from reconciler.model.task import Container, Observation
from reconciler.ports.ledger import Recorded
from taskledger.local.table import INDEXES
from tests.support.ledgers import RETENTION
from tests.support.values import START, TASK, at, describe, event, recording

if TYPE_CHECKING:
    pass
from tests.reconciler.adapters.conftest import Answer, Table

REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
IMAGES = {
    "checkout-api": f"{REGISTRY}/shop/checkout-api:2026.11.20-4f2c1d9",
    "envoy": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod",
}


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
        "BOOL": lambda _: 1,
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
    assert [item["sk"]["S"] for item in table.items() if "ttl" not in item] == ["ENTRY"]
    put(table, event(6, last_status="STOPPED", stopped_at=at(40)))
    (entry,) = (item for item in table.items() if item["sk"]["S"] == "ENTRY")
    assert int(entry["ttl"]["N"]) == (at(40) + RETENTION).timestamp()
