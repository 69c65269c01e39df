"""ECS's protocol, JSON 1.1 over HTTP: a request's target and body in, status, headers and body out.

The operation stands in the header `X-Amz-Target`; an error is an answer with its code in `__type`.
"""

import json
import uuid
from dataclasses import dataclass

from ..engine.errors import ApiError
from ..engine.shapes import Fields
from .ecs import Ecs

TARGET_PREFIX = "AmazonEC2ContainerServiceV20141113."
_REQUEST_IDS = uuid.UUID("a4a0c7f0-32d9-4a5d-8c7b-0f5b7f1f5c21")


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response; the same request has the same request id, so that runs repeat to the byte."""

    status: int
    headers: dict[str, str]
    body: bytes


def respond(ecs: Ecs, target: str, body: bytes) -> Reply:
    """The reply to a request; whatever the body is, refusals are replies too."""
    try:
        answer, status = ecs.call(target.removeprefix(TARGET_PREFIX), _request(body)), 200
    except ApiError as error:
        answer, status = {"__type": error.code, "message": error.message}, error.status
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "x-amzn-RequestId": str(uuid.uuid5(_REQUEST_IDS, target + body.decode("utf-8", "replace"))),
    }
    return Reply(status, headers, json.dumps(answer).encode())


def _request(body: bytes) -> Fields:
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict):
        raise ApiError("SerializationException", "The body is not a JSON object.")
    return request
