"""The table's stream as Lambda delivers it, made of what was before and after."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reconciler.adapters.dynamodb.items import service_items
from reconciler.adapters.dynamodb.items.task import entry_items, protection_items
from reconciler.model.entry import LedgerEntry
from reconciler.ports.ledger import EntryChange
from reconciler.ports.services import ServiceChange
from tests.support.ledgers import RETENTION


def record(change: EntryChange | ServiceChange, number: int) -> dict[str, Any]:
    """The record of a change, binary values in base64 as JSON needs them."""
    images = _service_images(change) if isinstance(change, ServiceChange) else _entry_images(change)
    shown = {name: image for name, image in zip(("NewImage", "OldImage"), images, strict=True) if image}
    return {
        "eventID": f"{number:032x}",
        "eventName": "MODIFY" if change.previous else "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "ApproximateCreationDateTime": change.at.timestamp(),
            "Keys": {name: shown["NewImage"][name] for name in ("pk", "sk")},
            "SequenceNumber": str(number),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **shown,
        },
    }


def batch(changes: Sequence[EntryChange | ServiceChange], start: int = 0) -> dict[str, Any]:
    """What Lambda is given: as JSON, so that nothing that JSON lacks gets through."""
    records = [record(change, number) for number, change in enumerate(changes, start)]
    shown: dict[str, Any] = json.loads(json.dumps({"Records": records}, default=_base64))
    return shown


def stopped(entry: LedgerEntry, at: datetime, previous: LedgerEntry | None = None) -> EntryChange:
    return EntryChange(entry=entry, previous=previous, at=at)


def _entry_images(change: EntryChange) -> Sequence[dict[str, Any] | None]:
    return _image(change.entry), change.previous and _image(change.previous)


def _service_images(change: ServiceChange) -> Sequence[dict[str, Any] | None]:
    return [one and service_items.service_item(one, RETENTION) for one in (change.record, change.previous)]


def _image(entry: LedgerEntry) -> dict[str, Any]:
    image = {**entry_items.key(entry.state.task_arn), **entry_items.entry_values(entry, RETENTION)}
    return image | (protection_items.protection_values(entry.protection) if entry.protection else {})


def _base64(value: object) -> str:
    assert isinstance(value, bytes)
    return base64.b64encode(value).decode()
