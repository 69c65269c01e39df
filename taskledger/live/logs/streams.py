"""The newest events of log streams, asked of CloudWatch Logs in the Region of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.exceptions import ClientError

from reconciler.adapters.aws import aws_errors, error_code
from reconciler.adapters.clients import CallLimits, client_config
from reconciler.errors import AccessDenied, LedgerError, TerminalError, TransientError
from reconciler.parsing.fields import objects

from ...deployed.advice import advice
from .places import NoLog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import boto3

    from reconciler.parsing.fields import Fields

    from .places import Place

CALLS: Final = CallLimits(connect=3, read=10, attempts=2)
_MOST_PAGES = 10  # of one stream: pages may be empty though there is more


class LogsClient(Protocol):
    """The client of CloudWatch Logs, as far as it is used here."""

    def get_log_events(self, **request: object) -> Mapping[str, Any]: ...


class Streams:
    """Asks nothing more of a log group that could not be read once."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self._clients: dict[str, LogsClient] = {}
        self._unreadable: dict[tuple[str, str], NoLog] = {}

    def newest(self, place: Place, enough: int, limit: int) -> Sequence[Fields] | NoLog:
        """The newest events, oldest first: at least so many that are enough, if there are as many."""
        group = place.region, place.group
        if group in self._unreadable:
            return self._unreadable[group]
        try:
            return _newest(self._client(place.region), place, enough, limit)
        except AccessDenied:
            why = f"the permission logs:GetLogEvents on the log group {place.group} is missing"
        except LedgerError as error:
            why = f"the log group {place.group} can't be read: {advice(error)}"
        self._unreadable[group] = NoLog(why, unasked=True)
        return self._unreadable[group]

    def _client(self, region: str) -> LogsClient:
        if region not in self._clients:
            self._clients[region] = _connect(self._session, region)
        return self._clients[region]


def _connect(session: boto3.Session, region: str) -> LogsClient:
    try:
        with aws_errors():
            client: LogsClient = session.client("logs", region_name=region, config=client_config(CALLS))
            return client
    except ValueError as error:
        raise TerminalError(
            f"{error}: set AWS_ENDPOINT_URL_CLOUDWATCH_LOGS to a URL, or not at all"
        ) from error


def _newest(logs: LogsClient, place: Place, enough: int, limit: int) -> Sequence[Fields] | NoLog:
    with aws_errors():
        try:
            return _events(logs, place, enough, limit)
        except ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
    return NoLog(
        f"there is no stream {place.stream} in the log group {place.group}: a container that never ran has "
        "none, or the group does not exist"
    )


def _events(logs: LogsClient, place: Place, enough: int, limit: int) -> Sequence[Fields]:
    request: dict[str, Any] = {
        "logGroupName": place.group,
        "logStreamName": place.stream,
        "startFromHead": False,
        "limit": limit,
    }
    found: list[Fields] = []
    for _ in range(_MOST_PAGES):
        page = logs.get_log_events(**request)
        if "events" not in page:
            raise TransientError("CloudWatch Logs answered without events")
        found[:0] = objects(page, "events", "")
        token = page.get("nextBackwardToken")
        if len(found) >= enough or not token or token == request.get("nextToken"):
            break
        request["nextToken"] = token
    return found
