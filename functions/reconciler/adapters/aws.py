"""What is common to all calls to AWS: the client's settings, and which kind of error an AWS error is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from ..errors import LedgerError, TerminalError, TransientError

T = TypeVar("T")

# Throttling and passing faults, by the codes that botocore's own retries know and DynamoDB's conflicts.
_TRANSIENT_CODES = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServerException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def client_config(connections: int = 10) -> Config:
    """Settings for a client: a few quick retries inside, since the queue brings the longer ones."""
    return Config(
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=3,
        read_timeout=10,
        max_pool_connections=connections,
    )


@contextmanager
def aws_errors() -> Iterator[None]:
    """Raises botocore's errors of the calls within as `TransientError` or `TerminalError`, by their code."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise translated(error) from error


def translated(error: ClientError | BotoCoreError) -> LedgerError:
    kind = TransientError if _is_transient(error) else TerminalError
    return kind(str(error))


def _is_transient(error: ClientError | BotoCoreError) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error_code(error) in _TRANSIENT_CODES or status >= 500 or status == 429
    return isinstance(error, NoConnection | HTTPClientError)


def error_code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
