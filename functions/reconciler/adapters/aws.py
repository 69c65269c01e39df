"""What is common to all calls to AWS: the client's settings, and which kind of error an AWS error is."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from ..errors import ClusterNotFound, LedgerError, TerminalError, TransientError

# Throttling and passing faults, by the codes that botocore's own retries know and DynamoDB's conflicts.
_TRANSIENT_CODES = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "KMSThrottling",
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
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class Pace:
    """Lets calls through one after the other, at a steady rate at the most."""

    def __init__(self, calls_per_second: float) -> None:
        self._interval = 1 / calls_per_second
        self._next = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if self._next > now:
            time.sleep(self._next - now)
        self._next = max(self._next, now) + self._interval


def client_config(connections: int = 10, *, adaptive: bool = False) -> Config:
    """Settings for a client: a few quick retries inside, since the queue brings the longer ones.

    An adaptive client slows down by itself while it is throttled.
    """
    return Config(
        retries={"mode": "adaptive" if adaptive else "standard", "max_attempts": 4},
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
    if isinstance(error, ClientError) and error_code(error) == "ClusterNotFoundException":
        return ClusterNotFound(str(error))
    kind = TransientError if _is_transient(error) else TerminalError
    return kind(str(error))


def _is_transient(error: ClientError | BotoCoreError) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error_code(error) in _TRANSIENT_CODES or status >= 500 or status == 429
    return isinstance(error, NoConnection | HTTPClientError)


def error_code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
