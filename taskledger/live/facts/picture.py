"""What ECS answered about a cluster: facts alone, each with the call that brought it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from reconciler.model.service import ServiceReading, ServiceRecord
    from reconciler.model.task import TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Services by name, with their records, and tasks by ARN, as of `at`.

    `running_known` are the services of which all running tasks are among the tasks. `unknown` says what could
    not be asked, and why.
    """

    at: datetime
    cluster: str
    readings: Mapping[str, ServiceReading] = field(default_factory=dict)
    records: Mapping[str, ServiceRecord] = field(default_factory=dict)
    tasks: Mapping[str, TaskState] = field(default_factory=dict)
    running_known: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()

    def tasks_of(self, service: str) -> Sequence[TaskState]:
        return [one for one in self.tasks.values() if one.service == service]
