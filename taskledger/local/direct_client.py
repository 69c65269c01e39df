"""An ECS client as far as `EcsTasks` uses it, on the simulated ECS without the way through boto3."""

from __future__ import annotations

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
                return self._ecs.call(operation, request)
            except ApiError as error:
                raise _client_error(error, operation) from error

        return call


def _client_error(error: ApiError, operation: str) -> ClientError:
    answer: Any = {
        "Error": {"Code": error.code, "Message": error.message},
        "ResponseMetadata": {"HTTPStatusCode": error.status},
    }
    return ClientError(answer, operation)
