"""Answers that are none of AWS: the page of a proxy, another service at the endpoint, nothing at all.

botocore reads most of them as an answer without content, so a page would be an empty ledger. They are found
where each answer of every client comes in.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError
from botocore.utils import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import boto3
    from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

# What an answer has one of at least, though no model says so.
_ALWAYS = {
    "BatchGetItem": {"Responses"},
    "BatchWriteItem": {"UnprocessedItems"},
    "Query": {"Items"},
    "SendMessageBatch": {"Successful", "Failed"},
}
_ERROR_TEXTS = ("__type", "code", "message", "Message")


class NotFromAws(BotoCoreError):
    """What was answered is no answer of AWS to that call."""

    fmt = "{operation} was answered with HTTP {status}, and with nothing that AWS says"


def expect_answers_of_aws(session: boto3.Session) -> None:
    """Lets each call of the session's clients raise `NotFromAws` where something else answers it."""
    session.events.register("before-parse", _expect)


def _expect(operation_model: OperationModel, response_dict: Mapping[str, Any], **_: object) -> None:
    protocol, status = operation_model.service_model.resolved_protocol, response_dict["status_code"]
    is_answer = _READERS.get(protocol, _is_unknown)
    if not is_answer(operation_model, status, response_dict["body"]):
        raise NotFromAws(operation=operation_model.name, status=status)


def _is_unknown(_model: OperationModel, _status: int, _body: bytes) -> bool:
    """A protocol that these calls do not use today."""
    return True


def _is_xml(model: OperationModel, status: int, body: bytes) -> bool:
    if status >= 500:
        return True  # botocore tries again
    wrapper = "Code" if status >= 300 else f"{model.name}Result"
    return f"<{wrapper}".encode() in body


def _is_json(model: OperationModel, status: int, body: bytes) -> bool:
    if status < 300 and model.has_streaming_output:
        return True
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return status >= 500  # botocore tries again
    if not isinstance(said, dict):
        return False
    if status >= 300:
        return all(isinstance(said.get(name, ""), str) for name in _ERROR_TEXTS)
    return _answers(model, said)


def _answers(model: OperationModel, said: Mapping[str, Any]) -> bool:
    if not (shape := model.output_shape):
        return True
    known = said.keys() & _ALWAYS.get(model.name, shape.members.keys())
    return bool(known or (not said and model.name not in _ALWAYS)) and _fits(shape, said)


def _fits(shape: Shape, value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether botocore can read the value as of that shape."""
    check = _BY_TYPE.get(shape.type_name)
    return value is None or check is None or check(shape, value)


def _fits_structure(shape: StructureShape, value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, dict) and all(
        _fits(shape.members[name], each) for name, each in value.items() if name in shape.members
    )


def _fits_map(shape: MapShape, value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, dict) and all(_fits(shape.value, each) for each in value.values())


def _fits_list(shape: ListShape, value: Any) -> bool:  # noqa: ANN401 - any JSON
    return isinstance(value, list) and all(_fits(shape.member, each) for each in value)


def _can(read: Callable[[Any], object]) -> Callable[[Shape, Any], bool]:
    def check(_: Shape, value: Any) -> bool:  # noqa: ANN401 - any JSON
        try:
            read(value)
        except (ValueError, TypeError, OverflowError):
            return False
        return True

    return check


_BY_TYPE: Mapping[str, Callable[[Any, Any], bool]] = {
    "structure": _fits_structure,
    "map": _fits_map,
    "list": _fits_list,
    "timestamp": _can(parse_timestamp),
    "blob": _can(base64.b64decode),
}
_READERS = {"json": _is_json, "rest-json": _is_json, "query": _is_xml}
