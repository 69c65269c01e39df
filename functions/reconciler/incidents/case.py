"""An incident with all that its next step depends on, and what follows from that; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..findings.causes import is_shared
from ..findings.model import Severity
from ..findings.policy import Policy
from . import rules
from .facts.impact import Level, level_of
from .model import Incident
from .severity import is_run
from .speaking import shared_key
from .timing import quiet_at

HOLD: Final = timedelta(seconds=30)  # of a shared cause: the next owner may show that it is one
RUN: Final = timedelta(hours=1)  # from the first failure of standalone work until it is published
_LONGEST_RUN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What was read of others: whether another incident speaks for it, and how much was published this hour.

    `over` is whether a look found its service running, its condition gone or its work done; None where nobody
    looked, or nobody knows.
    """

    spoken_for: bool = False
    over: bool | None = None
    messages: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """An incident, as its severity is now, with all that its next step depends on."""

    incident: Incident
    context: Context
    now: datetime
    policy: Policy

    @property
    def high(self) -> bool:
        return self.incident.severity.is_high

    @property
    def muted_until(self) -> datetime | None:
        return rules.muted_until(self.incident, self.policy, self.now)

    @property
    def held_until(self) -> datetime | None:
        """Until when the first message of a shared cause waits; None where nothing holds it."""
        one = self.incident
        alone = shared_key(one) is None or not is_shared(one.key.kind, one.cause)
        if alone or self.level is Level.DOWN or one.outbox.standing:
            return None
        until = one.began_at + HOLD
        return until if self.now < until else None

    @property
    def level(self) -> Level:
        return level_of(self.incident.impact, self.now)

    @property
    def falls_short(self) -> bool:
        """Whether its service, as it was read last, lacks tasks: it is degraded or down, or may become so."""
        return self.incident.impact is not None and self.incident.impact.falls_short

    @property
    def capped(self) -> bool:
        return self.context.messages >= self.policy.max_messages_per_hour

    @property
    def silent(self) -> bool:
        """Whether nothing is published of it now, whatever it does, but its end."""
        low = self.incident.severity is Severity.LOW
        waits = self.muted_until is not None or self.held_until is not None
        return low or self.context.spoken_for or waits or self._done

    @property
    def _done(self) -> bool:
        """Whether it is too late to open it: it is over, or as a run was published."""
        one = self.incident
        return (one.ended_by is not None or self._just_published_run) if is_run(one) else self.over

    @property
    def _just_published_run(self) -> bool:
        """Whether this run was published, or one before it of late; what is high is published each time."""
        one = self.incident
        notified_at = one.outbox.notified_at
        if notified_at is None:
            return False
        of_late = not self.high and self.now < notified_at + self.policy.remind
        return of_late or notified_at >= one.opened_at

    @property
    def runs(self) -> bool:
        """Whether it is of standalone work that goes on, and may fail again before it is published."""
        one = self.incident
        return is_run(one) and self.context.over is not True and self.now < one.first_seen_at + RUN

    @property
    def over(self) -> bool:
        one = self.incident
        if one.ended_by:
            return True
        if is_run(one) and self.now >= one.opened_at + _LONGEST_RUN:
            return True
        return self.context.over is True and not self.falls_short and self.now >= quiet_at(one, self.policy)

    @property
    def closes(self) -> bool:
        """Whether the end has to be published: something stands that waits for it."""
        standing = self.incident.outbox.standing
        if standing is None:
            return False
        return standing.is_high or not (self.context.spoken_for or is_run(self.incident))
