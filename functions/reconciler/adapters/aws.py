"""Which kind of error an error of AWS is."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError

from ..errors import AccessDenied, ClusterNotFound, LedgerError, TerminalError, TransientError
from ..parsing.fields import MAX_TEXT
from ..text import safe

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


_BY_CODE: Mapping[str, type[LedgerError]] = {
    "AccessDenied": AccessDenied,
    "AccessDeniedException": AccessDenied,
    "ClusterNotFoundException": ClusterNotFound,
}


class OutOfTime(BotoCoreError):
    """A call that was not made, because it could have outlasted its run."""

    fmt = "{operation} was not called: there is too little time left for it"


@contextmanager
def aws_errors() -> Iterator[None]:
    """Raises botocore's errors of the calls within as `TransientError` or `TerminalError`, by their code."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise translated(error) from error
    except ResponseParserError as error:  # which botocore derives from none of the two
        raise TransientError(f"no answer of AWS: {safe(str(error), MAX_TEXT)}") from error


def translated(error: ClientError | BotoCoreError) -> LedgerError:
    """The error of the right kind, with what AWS says in it."""
    said = safe(str(error), MAX_TEXT)
    if isinstance(error, ClientError) and (kind := _BY_CODE.get(error_code(error))):
        return kind(said)
    return TransientError(said) if _is_transient(error) else TerminalError(said)


def _is_transient(error: ClientError | BotoCoreError) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return error_code(error) in _TRANSIENT_CODES or status >= 500 or status == 429
    return isinstance(error, NoConnection | HTTPClientError | OutOfTime)


def is_condition_failed(error: ClientError | BotoCoreError) -> bool:
    """Whether DynamoDB refused a write only because its condition did not hold."""
    return isinstance(error, ClientError) and error_code(error) == "ConditionalCheckFailedException"


def error_code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
