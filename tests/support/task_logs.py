"""Task definitions and log streams as a test says they are, and an incident of a container that logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.errors import LedgerError
from reconciler.findings.policy import DEFAULT
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident
from reconciler.model.logs import LogLine, LogSettings, Place
from reconciler.use_cases.assess import new_findings
from reconciler.use_cases.checks.task_logs import TaskLogs

from .findings import DEFINITION, killed
from .values import START, at

AWSLOGS = LogSettings(driver="awslogs", group="/ecs/checkout", region="eu-central-1", prefix="web")


@dataclass
class Definitions:
    """All revisions log by these settings, or ECS answers with the error; `asked` are those asked for."""

    settings: Mapping[str, LogSettings] = field(default_factory=lambda: {"app": AWSLOGS})
    error: LedgerError | None = None
    asked: list[str] = field(default_factory=list)

    def log_settings(self, task_definition_arn: str) -> Mapping[str, LogSettings]:
        self.asked.append(task_definition_arn)
        if self.error:
            raise self.error
        return self.settings


@dataclass
class Streams:
    """Lines by log group, or the error that it answers with; no other group exists."""

    by_group: Mapping[str, Sequence[str] | LedgerError] = field(default_factory=dict)
    asked: list[Place] = field(default_factory=list)

    def last_lines(self, place: Place, most: int) -> Sequence[LogLine] | None:
        self.asked.append(place)
        found = self.by_group.get(place.group)
        if isinstance(found, LedgerError):
            raise found
        return None if found is None else [LogLine(START, text) for text in found[-most:]]


def new_logs(definitions: Definitions | None = None, streams: Streams | None = None) -> TaskLogs:
    return TaskLogs(definitions=definitions or Definitions(), streams=streams or Streams())


def crashed(
    number: int = 1, before: Incident | None = None, *, revision: int = 42, **values: Any
) -> Incident:
    """The incident after one more task of that revision had its container `app` killed."""
    change = killed(number, task_definition_arn=f"{DEFINITION}:{revision}", **values)
    return add_findings(before, list(new_findings(change, DEFAULT)), at(number), DEFAULT)


def logging_to(place: Place, incident: Incident) -> Incident:
    """The incident whose newest task is known to log there."""
    newest, *others = incident.samples
    return replace(incident, samples=(replace(newest, log=place), *others))
