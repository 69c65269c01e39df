"""Readers of single fields of a JSON object: the value in its right type, None when absent, or an error.

`at` is the path of the object that holds the field, with its dot (`detail.containers[0].`). It is joined to
the name only when there is something to complain about.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from ..errors import InvalidInput
from ..text import redact, safe

MAX_WHOLE = 2**63 - 1
MAX_TEXT = 1024  # ECS's own limit on a container's reason; no name or ARN of AWS comes near it
MAX_YEAR = 2999  # far enough, and what is reckoned from it still is a date

Fields = Mapping[str, object]
T = TypeVar("T")

# Account and region may be placeholders in published captures; the partition is never assumed to be `aws`.
# A name has no colon: with one it could pass for an ARN itself.
_ARN = re.compile(
    r"arn:[!-9;-~]+:ecs:[!-9;-~]*:[!-9;-~]*:(?:"
    r"(service-deployment|service-revision)/(?:[!-.0-9;-~]+/){2}[!-.0-9;-~]+"
    r"|([a-z-]+)/(?:[!-.0-9;-~]+/)?[!-.0-9;-~]+)"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def required(value: T | None, path: str) -> T:
    if value is None:
        raise InvalidInput(path, "is missing")
    return value


def string(fields: Fields, name: str, at: str) -> str | None:
    """A text of any length, to the letter but for what UTF-8 cannot hold: not fit to be kept or shown."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _wrong(at + name, "a string", value)
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def text(fields: Fields, name: str, at: str, *, most: int = MAX_TEXT) -> str | None:
    """A name or a word to the letter; one that is too long is an error."""
    value = string(fields, name, at)
    if value is not None and len(value) > most:
        raise InvalidInput(at + name, f"has {len(value)} characters, more than the {most} allowed")
    return value


def free_text(fields: Fields, name: str, at: str, *, most: int = MAX_TEXT) -> str | None:
    """What somebody wrote, without control characters and credentials; cut."""
    value = string(fields, name, at)
    return value and safe(value, most)


def whole(fields: Fields, name: str, at: str, *, negative: bool = False, most: int = MAX_WHOLE) -> int | None:
    """A whole number up to `most`, by default one that fits 64 bits; below zero only if `negative`."""
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(at + name, "a whole number", value)
    if not (-MAX_WHOLE if negative else 0) <= value <= most:
        raise InvalidInput(at + name, "is out of range")
    return value


def arn(fields: Fields, name: str, at: str, resource: str) -> str | None:
    """An ECS ARN of that resource type, in the old form (`task/ID`) or the new (`task/CLUSTER/ID`).

    Those of service deployments and revisions name a service too (`service-deployment/CLUSTER/SERVICE/ID`).
    """
    value = text(fields, name, at)
    if value is None:
        return None
    match = _ARN.fullmatch(value)
    if match is None or resource not in match.groups():
        raise InvalidInput(
            at + name, f'must be the ARN of an ECS {resource}, found "{beginning(value, 120)}"'
        )
    return value


def timestamp(fields: Fields, name: str, at: str) -> datetime | None:
    """A time in UTC, cut to milliseconds as ECS keeps them.

    Read from ISO 8601 with a zone and any number of digits (events), epoch seconds (the CLI) or `datetime`
    (boto3).
    """
    value = fields.get(name)
    if value is None or value == "":
        return None
    try:
        moment = _moment(value)
        if moment is None or moment.tzinfo is None:
            raise _wrong(at + name, "a time with its zone", value)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        shown = repr(beginning(value, 40)) if isinstance(value, str) else kind(value)
        raise InvalidInput(at + name, f"is not a time: {shown}") from error
    if not _EPOCH.year <= moment.year <= MAX_YEAR:
        raise InvalidInput(at + name, f"is out of range: {moment.isoformat()}")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def inner(fields: Fields, name: str, at: str) -> Fields:
    """A JSON object; empty when absent."""
    value = fields.get(name)
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(at + name, "a JSON object", value)
    return value


def objects(fields: Fields, name: str, at: str) -> Sequence[Fields]:
    """A list of JSON objects; empty when absent."""
    value = fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _wrong(at + name, "a list", value)
    for index, item in enumerate(value):
        if not isinstance(item, Mapping):
            raise _wrong(f"{at}{name}[{index}]", "a JSON object", item)
    return value


def _moment(value: object) -> datetime | None:
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _EPOCH + timedelta(seconds=value)
    return value if isinstance(value, datetime) else None


def beginning(value: str, most: int) -> str:
    """The beginning of a text as it is, without credentials, for error messages."""
    return redact(value[: 4 * most])[:most]


def kind(value: object) -> str:
    """A value in JSON's words, for error messages."""
    if value is None:
        return "nothing"
    if isinstance(value, int) and abs(value) > MAX_WHOLE:
        return "a number out of range"  # Python refuses to write out the longest
    if isinstance(value, bool | int | float):
        return json.dumps(value)[:40]
    names: dict[type, str] = {str: "a string", list: "a list", dict: "an object"}
    return names.get(type(value), type(value).__name__)


def _wrong(path: str, expected: str, found: object) -> InvalidInput:
    return InvalidInput(path, f"must be {expected}, found {kind(found)}")
