"""A stack in use for a release: its table holds what version 0.1.0 stored."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.adapters.dynamodb.items import finding_items, incident_items
from reconciler.adapters.dynamodb.items.task import entry_items, history_items
from tests.taskledger.conftest import Deployment, deployment

__all__ = ["deployment"]

RELEASE = Path(__file__).parent / "0.1.0"
READERS = {
    "entry": entry_items.entry,
    "history": history_items.row,
    "finding": finding_items.finding,
    "incident": incident_items.incident,
}


def load(name: str) -> Any:
    """What the file holds; binary values stay base64, as in the JSON that Lambda delivers."""
    return json.loads((RELEASE / name).read_text("utf-8"))


def rows(*labels: str) -> dict[str, dict[str, Any]]:
    """The stored rows by what they are, as the SDK gives them; all whose label begins with one of these."""
    stored: dict[str, dict[str, Any]] = json.loads(
        (RELEASE / "rows.json").read_text("utf-8"), object_hook=_binary
    )
    return {label: row for label, row in stored.items() if label.startswith(labels or "")}


def arn(label: str) -> str:
    return str(rows(label)[label]["pk"]["S"])


def read(label: str, **changed: Any) -> Any:
    """The row as the code of today reads it."""
    return READERS[label.partition(" ")[0]](rows(label)[label] | changed)


@pytest.fixture
def in_use(deployment: Deployment) -> Deployment:
    """The deployed stack, with all rows in its table."""
    for row in rows().values():
        deployment.dynamodb.put_item(TableName="ledger", Item=row)
    return deployment


def _binary(value: dict[str, Any]) -> dict[str, Any]:
    return {"B": base64.b64decode(value["B"])} if value.keys() == {"B"} else value
