"""What a saved event reports, and which are not for the ledger: a log of events holds those of others too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.parsing.envelope import EVENT_SOURCE
from reconciler.parsing.event import CALL_DETAIL_TYPE, READERS, Skipped, parse_event, parse_json

if TYPE_CHECKING:
    from reconciler.parsing.event import Reported

    from .captures import Captured


def parsed(captured: Captured) -> object:
    """The event's JSON value; raises `InvalidInput` where its text is none."""
    return parse_json(captured.body) if captured.value is None else captured.value


def read_event(envelope: object) -> Reported | Skipped:
    """What the event reports, by the rules of the stack; raises `InvalidInput` by its field.

    Skipped is what no rule of EventBridge brings to the stack: other kinds of events, those of other services
    than ECS, and calls that CloudTrail reports, but for UpdateTaskProtection.
    """
    return _of_others(envelope) or parse_event(envelope)


def _of_others(envelope: object) -> Skipped | None:
    if not isinstance(envelope, Mapping):
        return None
    source, detail_type = envelope.get("source"), envelope.get("detail-type")
    if not (isinstance(source, str) and source and isinstance(detail_type, str) and detail_type):
        return None
    if detail_type == CALL_DETAIL_TYPE:
        return Skipped(detail_type) if source != EVENT_SOURCE or _is_other_call(envelope) else None
    # One that calls itself an event of a task and is of another source is a copy that somebody changed.
    return Skipped(detail_type) if source != EVENT_SOURCE and detail_type not in READERS else None


def _is_other_call(envelope: Mapping[str, object]) -> bool:
    detail = envelope.get("detail")
    called = detail.get("eventName") if isinstance(detail, Mapping) else None
    return isinstance(called, str) and called not in ("", "UpdateTaskProtection")
