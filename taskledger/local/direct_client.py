"""An ECS client as far as the adapters use it, on the simulated ECS without the way through boto3."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from ..simulator.engine.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ecs import ECSClient

    from ..simulator.api.ecs import Ecs
    from ..simulator.engine.shapes import Answer


def direct_client(ecs: Ecs) -> ECSClient:
    """Each call is made once: a retry would wait, and the clock of the simulated ECS stands still."""
    return cast("ECSClient", _DirectClient(ecs))


class _DirectClient:
    def __init__(self, ecs: Ecs) -> None:
        self._ecs = ecs

    def __getattr__(self, method: str) -> Callable[..., Answer]:
        operation = method.title().replace("_", "")

        def call(**request: Any) -> Answer:  # noqa: ANN401 - boto3's own
            try:
                return self._ecs.call(operation, _sent(request))
            except ApiError as error:
                raise _client_error(error, operation) from error

        return call


def _sent(value: Any) -> Any:  # noqa: ANN401 - a request, or what is in one
    """The value as boto3 sends it: times in epoch seconds."""
    if isinstance(value, dict):
        return {name: _sent(inner) for name, inner in value.items()}
    return value.timestamp() if isinstance(value, datetime) else value


def _client_error(error: ApiError, operation: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": error.code, "Message": error.message},
        "ResponseMetadata": {"HTTPStatusCode": error.status},
    }
    return ClientError(answer, operation)
