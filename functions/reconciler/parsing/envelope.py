"""What all events have in common: an envelope with its source, its kind, its time and a `detail`."""

from collections.abc import Mapping
from datetime import datetime

from ..errors import InvalidInput
from .fields import Fields, beginning, kind, required, timestamp

EVENT_SOURCE = "aws.ecs"


def expect(fields: Fields, name: str, expected: str, at: str = "") -> None:
    """Raises `InvalidInput` where the field is not this word."""
    found = fields.get(name)
    if found != expected:
        shown = kind(found) if not isinstance(found, str) else f'"{beginning(found, 80)}"'
        raise InvalidInput(at + name, f'must be "{expected}", found {shown}')


def event_detail(envelope: Fields) -> Fields:
    detail = envelope.get("detail")
    if not isinstance(detail, Mapping):
        raise InvalidInput("detail", f"must be a JSON object, found {kind(detail)}")
    return detail


def first_resource(envelope: Fields) -> Fields:
    """The first of `resources` as a field of that name; empty where there is none."""
    resources = envelope.get("resources")
    return {"resources[0]": resources[0]} if isinstance(resources, list) and resources else {}


def event_time(envelope: Fields, detail: Fields, *names: str) -> datetime:
    """The first of these times in `detail` (milliseconds), else `time` (whole seconds; also `event_time`)."""
    said = (timestamp(detail, name, "detail.") for name in names)
    sent = (timestamp(envelope, name, "") for name in ("time", "event_time"))
    return required(next((time for times in (said, sent) for time in times if time), None), "time")
