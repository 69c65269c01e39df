"""Follows one deployment until it is steady or has failed, by its `ecs-svc/` id.

A task definition is no name for it: two deployments may deploy the same one. What came of it is read from all
that ECS says (`services.outcomes`); what it said before is kept, as it forgets stopped tasks after an hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from reconciler.errors import TransientError
from reconciler.model.task import Absence
from reconciler.services.outcomes import History, Outcome, histories

from .facts.look import look_at_service
from .facts.records import read_again

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from reconciler.model.service import ServiceReading

    from .facts.ask import LiveEcs
    from .facts.picture import Picture

POLL: Final = timedelta(seconds=5)
SLOW_POLL: Final = timedelta(seconds=15)
_AT_FIRST: Final = timedelta(minutes=2)  # in which it is polled more often
_CLOSER: Final = timedelta(seconds=30)  # between two looks at the stopped tasks
_SHOWN_BY: Final = timedelta(minutes=1)  # when DescribeServices shows a deployment that there is
_SILENT: Final = timedelta(minutes=2)  # without an answer: nobody knows how it stands


class Unfollowable(Exception):
    """There is nothing to follow, or nobody knows how it stands."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The deployment with what came of it, None where time was up, and all that was seen on the way."""

    history: History
    outcome: Outcome | None
    picture: Picture
    waited: timedelta


@dataclass(slots=True, kw_only=True)
class Waiting:
    """`report` is given a line for each change; `sleep` waits for some seconds."""

    ecs: LiveEcs
    service: str
    deployment_id: str | None
    timeout: timedelta
    sleep: Callable[[float], None]
    report: Callable[[str], None]
    began: datetime = field(init=False)
    answered_at: datetime = field(init=False)
    looked_at: datetime | None = None
    said: str = ""

    def run(self, first: ServiceReading) -> Followed:
        """Returns once it is steady or over, or time is up; raises `Unfollowable` where nobody can say."""
        self.began = self.answered_at = self.ecs.now()
        self.deployment_id = self.deployment_id or _primary(first)
        picture = self._looked(first, None)
        while True:
            history = self._history(picture)
            if history and history.outcome is Outcome.UNKNOWN:
                raise Unfollowable(f"ECS shows {self.deployment_id} no more, and not what came of it.")
            if history and history.outcome is not Outcome.IN_PROGRESS:
                return Followed(history, history.outcome, picture, self.ecs.now() - self.began)
            if self.ecs.now() >= self.began + self.timeout:
                return self._timed_out(picture)
            if history is None and self.ecs.now() >= self.began + _SHOWN_BY:
                unknown = f" Not known: {'; '.join(self.ecs.unknown)}." if self.ecs.unknown else ""
                raise Unfollowable(
                    f"ECS knows no deployment {self.deployment_id} of {self.service}: name one that"
                    f" `aws ecs describe-services` shows under deployments.{unknown}"
                )
            self._say(history, picture)
            self.sleep(self._pause().total_seconds())
            picture = self._polled(picture)

    def _pause(self) -> timedelta:
        now = self.ecs.now()
        pause = POLL if now < self.began + _AT_FIRST else SLOW_POLL
        return max(min(pause, self.began + self.timeout - now), timedelta(seconds=1))

    def _polled(self, picture: Picture) -> Picture:
        """The picture after DescribeServices was asked again; as it was where ECS did not answer."""
        try:
            reading = self.ecs.reading(self.service)
            if reading is Absence.UNKNOWN:
                return picture
            self.answered_at = now = self.ecs.now()
            if isinstance(reading, Absence):
                raise Unfollowable(f"The service {self.service} is gone: somebody deleted it.")
            picture = self._with(picture, reading, now)
            history = self._history(picture)
            ended = history is None or history.outcome is not Outcome.IN_PROGRESS
            return self._looked(reading, picture) if ended or self._is_look_due(now) else picture
        except TransientError as error:
            self.report(f"no answer: {error}")
            return picture

    def _with(self, picture: Picture, reading: ServiceReading, now: datetime) -> Picture:
        name = reading.state.service
        record = read_again(picture.records[name], reading, now)
        return replace(picture, at=now, readings={name: reading}, records={name: record})

    def _looked(self, reading: ServiceReading, before: Picture | None) -> Picture:
        self.looked_at = self.ecs.now()
        return look_at_service(self.ecs, reading, before)

    def _is_look_due(self, now: datetime) -> bool:
        return self.looked_at is None or now - self.looked_at >= _CLOSER

    def _history(self, picture: Picture) -> History | None:
        (record,) = picture.records.values()
        known = (one for one in histories(record) if one.deployment.deployment_id == self.deployment_id)
        return next(known, None)

    def _timed_out(self, picture: Picture) -> Followed:
        history = self._history(picture)
        if history is None or self.ecs.now() - self.answered_at > _SILENT:
            raise Unfollowable(
                f"ECS has not answered for {self.service} since {self.answered_at:%H:%M:%S} UTC: nobody knows"
                " how its deployment stands."
            )
        (reading,) = picture.readings.values()
        return Followed(history, None, self._looked(reading, picture), self.ecs.now() - self.began)

    def _say(self, history: History | None, picture: Picture) -> None:
        words = f"{self.deployment_id} is not shown yet"
        if history:
            words = _progress(history) + _pause_words(history, picture)
        if words != self.said:
            self.said = words
            self.report(words)


def _primary(reading: ServiceReading) -> str:
    found = (one.deployment_id for one in reading.deployments if one.rollout.status == "PRIMARY")
    deployment_id = next(found, None)
    if deployment_id is None:
        controller = reading.state.deployment_controller
        raise Unfollowable(
            f"The service {reading.state.service} has no deployment of ECS to follow: it is"
            f" {reading.state.status}, deployed by {controller}."
        )
    return deployment_id


def _pause_words(history: History, picture: Picture) -> str:
    """`, waits for a person at POST_SCALE_UP`: nothing but that person lets it go on."""
    (record,) = picture.records.values()
    arn = history.deployment.service_deployment_arn
    own = (one for one in record.hooks if one.service_deployment_arn == arn)
    hook = next((one for one in own if one.awaits_action(picture.at)), None)
    at = f" at {hook.stage}" if hook and hook.stage else ""
    return f", waits for a person{at}" if hook else ""


def _progress(history: History) -> str:
    """`checkout:43  1 of 4 running, 2 pending, 1 failed`."""
    name, rollout = history.deployment.name, history.deployment.rollout
    if rollout is None:
        return name
    failed = f", {rollout.failed_tasks} failed" if rollout.failed_tasks else ""
    pending = f", {rollout.pending_count} pending" if rollout.pending_count else ""
    return f"{name}  {rollout.running_count} of {rollout.desired_count} running{pending}{failed}"
