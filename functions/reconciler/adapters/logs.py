"""The ports of logs on their APIs: the settings of task definitions, and the newest events of log streams."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from ..errors import TerminalError, TransientError
from ..parsing.fields import objects
from ..parsing.log_lines import KEY_LINES, lines_of
from ..parsing.task_definition import parse_log_settings
from .aws import aws_errors, error_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mypy_boto3_ecs import ECSClient

    from ..model.logs import LogLine, LogSettings, Place
    from ..parsing.fields import Fields
    from ..ports.logs import LogStreams

_MOST_PAGES = 10  # of one stream: pages may be empty though there is more


class LogsClient(Protocol):
    """The client of CloudWatch Logs, as far as it is used here."""

    def get_log_events(self, **request: object) -> Mapping[str, Any]: ...


class ApiTaskDefinitions:
    """Asks ECS through the client, whose own limits hold for each call."""

    def __init__(self, client: ECSClient) -> None:
        self._client = client

    def log_settings(self, task_definition_arn: str) -> Mapping[str, LogSettings]:
        with aws_errors():
            answer = self._client.describe_task_definition(taskDefinition=task_definition_arn)
        return parse_log_settings(answer)


class ApiLogStreams:
    """Asks CloudWatch Logs in the Region of each stream; `connect` makes the client for one."""

    def __init__(self, connect: Callable[[str], LogsClient]) -> None:
        self._connect = connect
        self._clients: dict[str, LogsClient] = {}

    def last_lines(self, place: Place, most: int) -> Sequence[LogLine] | None:
        logs = self._client(place.region)
        with aws_errors():
            try:
                return lines_of(_events(logs, place, most), most)
            except ClientError as error:
                if error_code(error) != "ResourceNotFoundException":
                    raise
        return None

    def _client(self, region: str) -> LogsClient:
        if region not in self._clients:
            try:
                with aws_errors():
                    self._clients[region] = self._connect(region)
            except ValueError as error:
                raise TerminalError(
                    f"{error}: set AWS_ENDPOINT_URL_CLOUDWATCH_LOGS to a URL, or not at all"
                ) from error
        return self._clients[region]


class InTime:
    """Log streams of which every answer comes within so many seconds, or is an error.

    No limit of a client is one for the whole: each byte and each page has its own.
    """

    def __init__(self, streams: LogStreams, seconds: float) -> None:
        self._streams = streams
        self._seconds = seconds

    def last_lines(self, place: Place, most: int) -> Sequence[LogLine] | None:
        aside = ThreadPoolExecutor(1)
        try:
            return aside.submit(self._streams.last_lines, place, most).result(self._seconds)
        except TimeoutError as error:
            raise TransientError(f"{place.group} was not read within {self._seconds} s") from error
        finally:
            aside.shutdown(wait=False)


def _events(logs: LogsClient, place: Place, most: int) -> Sequence[Fields]:
    """The newest, oldest first: as many as make so many lines, and those in which a key may begin."""
    request: dict[str, Any] = {
        "logGroupName": place.group,
        "logStreamName": place.stream,
        "startFromHead": False,
        "limit": most + KEY_LINES,
    }
    found: list[Fields] = []
    for _ in range(_MOST_PAGES):
        page = logs.get_log_events(**request)
        if "events" not in page:
            raise TransientError("CloudWatch Logs answered without events")
        found[:0] = objects(page, "events", "")
        token = page.get("nextBackwardToken")
        if len(found) >= most or not token or token == request.get("nextToken"):
            break
        request["nextToken"] = token
    return found
