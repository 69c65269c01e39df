"""Where containers log, and what they logged last; neither has to be known."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from ..model.logs import LogLine, LogSettings, Place


class TaskDefinitions(Protocol):
    """The task definitions that ECS knows; `AccessDenied` where this deployment may not ask."""

    def log_settings(self, task_definition_arn: str) -> Mapping[str, LogSettings]:
        """How each container of that revision logs, by its name; a revision never changes."""


class LogStreams(Protocol):
    """The log streams of containers; `AccessDenied` where their group may not be read."""

    def last_lines(self, place: Place, most: int) -> Sequence[LogLine] | None:
        """So many of its last lines at most, oldest first, without secrets; None of a stream that isn't."""
