"""What a life costs: 15 write units for six events, also with all that the CDK and a careful owner add."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.adapters.dynamodb.batch import MAX_WRITE
from reconciler.model.task import Container, Observation, Source
from tests.reconciler.adapters.conftest import Table
from tests.support.units import KILOBYTE, life_units, size
from tests.support.values import at, describe, recording

PLACE, ACCOUNT, REGION = "arn:aws:ecs:eu-central-1:111122223333", "111122223333", "eu-central-1"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
ASSETS = f"{REGISTRY}/cdk-hnb659fds-container-assets-{ACCOUNT}-{REGION}"
CLUSTER = "ShopStack-ClusterEB0386A7-wXsHmOIf4pFZ"
PLAIN: dict[str, Any] = {
    "group": "service:checkout-production",
    "tags": {"team": "payments"},
    "images": {
        "checkout-api": f"{REGISTRY}/shop/checkout-api:2026.11.20-4f2c1d9",
        "envoy": "public.ecr.aws/appmesh/aws-appmesh-envoy:v1.29.12.1-prod",
    },
}
# What the CDK names by itself, and tags of 40 + 40 characters.
GENERATED: dict[str, Any] = {
    "task_arn": f"{PLACE}:task/{CLUSTER}/4fb1d2c3a4b5c6d7e8f9a0b1c2d3e4f5",
    "cluster_arn": f"{PLACE}:cluster/{CLUSTER}",
    "task_definition_arn": f"{PLACE}:task-definition/ShopStackCheckoutTaskDef5A1E3C90:42",
    "group": "service:ShopStack-CheckoutServiceE5F9A6D4-Hx7dMgbtRDmS",
    "tags": {f"{number}".rjust(40, "k"): f"{number}".rjust(40, "v") for number in range(3)},
    "images": {
        "CheckoutTaskDefWebContainer0F9A": f"{ASSETS}:{'5e' * 32}",
        "CheckoutTaskDefLogRouter3B21": f"{ASSETS}:{'a1' * 32}",
    },
}
STATUSES = (
    ("PROVISIONING", "RUNNING"),
    ("PENDING", "RUNNING"),
    ("RUNNING", "RUNNING"),
    ("RUNNING", "STOPPED"),
    ("DEPROVISIONING", "STOPPED"),
    ("STOPPED", "STOPPED"),
)


def fargate_life(images: dict[str, str], **fields: Any) -> list[Observation]:
    """The six events of a service's two-container task, as DescribeTasks confirms them."""
    return [_event(version, images, fields) for version in range(1, 7)]


def _event(version: int, images: dict[str, str], fields: dict[str, Any]) -> Observation:
    last_status, desired_status = STATUSES[version - 1]
    ending, over = desired_status == "STOPPED", version == 6
    containers = tuple(
        Container(
            name=name,
            last_status=last_status,
            exit_code=143 if over else None,
            health_status="HEALTHY",
            image=image,
            image_digest="sha256:" + "5e" * 32,
        )
        for name, image in images.items()
    )
    facts: dict[str, Any] = {
        "last_status": last_status,
        "desired_status": desired_status,
        "started_by": "ecs-svc/0068978569384120015",
        "launch_type": "FARGATE",
        "capacity_provider_name": "FARGATE_SPOT",
        "availability_zone": f"{REGION}a",
        "health_status": "HEALTHY",
        "cpu": 1024,
        "memory": 2048,
        "ephemeral_storage": 20,
        "cpu_architecture": "x86_64",
        "platform_version": "1.4.0",
        "platform_family": "Linux",
        "connectivity_at": at(4.25),
        "pull_started_at": at(17.75) if version > 2 else None,
        "pull_stopped_at": at(20.5) if version > 2 else None,
        "started_at": at(20.625) if version > 2 else None,
        "stopping_at": at(86_400.125) if ending else None,
        "execution_stopped_at": at(86_410.25) if version > 4 else None,
        "stopped_at": at(86_433.5) if over else None,
    }
    if ending:
        by = "(deployment ecs-svc/0068978569384120015)"
        facts |= {
            "stop_code": "ServiceSchedulerInitiated",
            "stopped_reason": f"Scaling activity initiated by {by}",
        }
    described = describe(version, **(facts | fields | {"containers": containers}))
    return replace(described, source=Source.EVENT, observed_at=at(version * 20))


@pytest.mark.parametrize("fields", [PLAIN, GENERATED], ids=["plain", "generated"])
def test_a_fargate_life_costs_at_most_15_write_units(table: Table, fields: dict[str, Any]) -> None:
    """Six events of a two-container task: one unit an entry, one a row, and three for the indexes."""
    life, images = fargate_life(**fields), []
    for observation in life:
        table.ledger.record([recording(observation)])
        images.append(next(item for item in table.items() if item["sk"]["S"] == "ENTRY"))
    rows = [item for item in table.items() if item["sk"]["S"].startswith(("v", "TAGS#"))]
    assert (len(rows), life_units(images, rows)) == (6, 15)
    assert max(map(size, (*rows, *images))) <= KILOBYTE
    assert table.ledger.entry(life[0].state.task_arn).state == life[-1].state


@pytest.mark.parametrize(
    ("digits", "length"),
    [("0", 1), ("7", 2), ("20", 2), ("143", 3), ("1000", 2), ("1024", 3), ("1795165200000", 6), ("-12.3", 4)],
)
def test_a_number_takes_a_byte_for_two_digits(digits: str, length: int) -> None:
    """And one more, as engines count it; zeros in front and behind take none."""
    assert size({"": {"N": digits}}) == length


def test_tags_that_fill_a_kilobyte_are_written_once(table: Table) -> None:
    """Fifty tags take many units: they have a row of their own, which no later version writes again."""
    tags = {f"{number}".rjust(100, "k"): f"{number}".rjust(200, "v") for number in range(50)}
    life = fargate_life(**PLAIN | {"tags": tags})
    for observation in life:
        table.ledger.record([recording(observation)])
    rows = [item for item in table.items() if item["pk"]["S"] == life[0].state.task_arn]
    (own,) = (row for row in rows if "tags" in row)
    assert own["sk"]["S"].startswith("TAGS#")
    assert max(size(row) for row in rows if row is not own) <= KILOBYTE
    assert table.ledger.entry(life[0].state.task_arn).state.tags == tags
    assert len(rows) < MAX_WRITE
