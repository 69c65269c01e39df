"""The real boto3 on the simulated ECS, in process: only the sending is replaced."""

from io import BytesIO

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.compat import HTTPHeaders

from .dispatch import respond
from .ecs import Ecs

_EVENT = "before-send.ecs"


def connect(target: boto3.Session | BaseClient, ecs: Ecs) -> None:
    """Lets the simulated ECS answer this client, or every ECS client made of the session from now on.

    botocore still validates, serialises, signs, parses and retries. Other services are not touched; beside
    moto's `mock_aws`, which would answer ECS too, this comes first and moto never sees the call.
    """
    events = target.meta.events if isinstance(target, BaseClient) else target.events

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        reply = respond(ecs, _text(request.headers["X-Amz-Target"]), _text(request.body).encode())
        headers = HTTPHeaders.from_pairs(list(reply.headers.items()))
        response = AWSResponse(request.url, reply.status, headers, _Raw(reply.body))
        # botocore asks all who would answer, and takes the first: with an address that nobody knows, the
        # others have none to give.
        request.url = "lab://answered"
        return response

    events.register_first(_EVENT, answer)  # type: ignore[arg-type]  # botocore's stubs know no answers


class _Raw(BytesIO):
    """The body as botocore reads it from a connection."""

    def stream(self) -> list[bytes]:
        return [self.read()]


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
