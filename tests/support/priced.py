"""Tasks on Fargate in a Region whose prices are known, for tests of what they cost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.support.values import START, state

EAST = "arn:aws:ecs:us-east-1:111122223333:cluster/shop"
FRANKFURT = "eu-central-1"
# A quarter of a vCPU and half a GB.
SIZED: dict[str, Any] = {
    "launch_type": "FARGATE",
    "cpu": 256,
    "memory": 512,
    "ephemeral_storage": 20,
    "cpu_architecture": "x86_64",
    "platform_version": "1.4.0",
}
PRICES = {FRANKFURT: {"vcpu": Decimal("0.04"), "gb": Decimal("0.004")}}
HOURLY = Decimal("0.012")  # of such a task by these


def fargate(**values: Any) -> Any:
    """A task that has stopped ten minutes after its pull began, in us-east-1."""
    over = {
        "cluster_arn": EAST,
        "last_status": "STOPPED",
        "pull_started_at": START,
        "stopped_at": START + timedelta(minutes=10),
    }
    return state(6, **(SIZED | over | values))
