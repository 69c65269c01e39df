"""Where the containers of incidents log, and their last lines: no message has to wait for either."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ...errors import AccessDenied, LedgerError, TransientError
from ...incidents.model import Incident
from ...incidents.reported import Sample
from ...incidents.severity import STOPS
from ...model.logs import LogLine, LogSettings, Place, place_of
from ...parsing.log_lines import newest
from ...ports.logs import LogStreams, TaskDefinitions

MOST_LINES: Final = 20
MOST_BYTES: Final = 4096
_REMEMBERED: Final = 1000  # revisions, which never change
_DEFINITIONS, _LINES = "task definitions", "log lines"


@dataclass(slots=True, kw_only=True)
class TaskLogs:
    """What fails raises nothing: it is kept in `failed`, and no more of its kind is asked for in the run."""

    definitions: TaskDefinitions
    streams: LogStreams
    known: dict[str, Mapping[str, LogSettings]] = field(default_factory=dict)
    failed: dict[str, LedgerError] = field(default_factory=dict)

    def located(self, incident: Incident) -> Incident:
        """The incident of stops with where the container that failed in its newest task logs."""
        if not incident.samples or incident.key.kind not in STOPS:
            return incident
        newest_one, *others = incident.samples
        place = newest_one.log or self._place(newest_one)
        return replace(incident, samples=(replace(newest_one, log=place), *others)) if place else incident

    def lines(self, place: Place) -> Sequence[LogLine]:
        """Its last lines, oldest first; none where they cannot be read."""
        group = f"{_LINES} of {place.group}"
        if not self.failed.keys().isdisjoint((_LINES, group)):
            return ()
        try:
            return newest(self.streams.last_lines(place, MOST_LINES) or (), MOST_BYTES)
        except TransientError as error:  # the next group would cost as much time
            self.failed[_LINES] = error
        except LedgerError as error:
            self.failed[group] = error
        return ()

    def take_failed(self) -> Mapping[str, LedgerError]:
        """By what was asked for, why it was not answered; the next run asks for it again."""
        failed, self.failed = self.failed, {}
        return failed

    def _place(self, sample: Sample) -> Place | None:
        arn, container = sample.task_definition_arn, sample.failed
        if arn is None or container is None:
            return None
        found = place_of(self._settings(arn).get(container.name), sample.task_arn, container.name)
        return found if isinstance(found, Place) else None

    def _settings(self, task_definition_arn: str) -> Mapping[str, LogSettings]:
        known = self.known.get(task_definition_arn)
        if known is not None or _DEFINITIONS in self.failed:
            return known or {}
        try:
            settings = self.definitions.log_settings(task_definition_arn)
        except (AccessDenied, TransientError) as error:
            self.failed[_DEFINITIONS] = error
            return {}
        except LedgerError as error:  # of this revision alone, and for good
            self.failed[task_definition_arn] = error
            settings = {}
        if len(self.known) >= _REMEMBERED:
            self.known.clear()
        self.known[task_definition_arn] = settings
        return settings
