"""What an incident has to publish, and what it published last; pure.

    enqueue          one more notification is pending, with an id that no retry changes
    enqueue_digest   the incident is to be listed in that digest
    settle           what was sent is pending no longer, or only for the destinations that still lack it
    announce         people have been notified: when, of what severity, and of how many findings

It is stored with its incident before anything is sent, so a crash loses nothing: what is pending is sent
again, and receivers drop the second by its id.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ..findings.model import Severity, worst

_RECENT = timedelta(hours=24)  # for which a published severity counts


class NotificationType(StrEnum):
    """What a notification says of its incident; a digest lists several."""

    OPENED = "OPENED"
    ONGOING = "ONGOING"
    RESOLVED = "RESOLVED"
    DIGEST = "DIGEST"


@dataclass(frozen=True, slots=True)
class PendingNotification:
    """A notification that is not sent yet; `to` are the destinations that still lack it, None for all."""

    type: NotificationType
    notification_id: str
    to: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """What is pending, and what was last announced, by a notification or a digest.

    `sequence` is the number of notifications so far, sent or pending, `digests` that of the digests that
    listed the incident; `news_since` is when the first finding since the last of either came, None where
    none did. `standing` is the highest severity that was published and that no RESOLVED has closed,
    `published` when each was published last, and `reminders` how many of the notifications only said that it
    goes on.
    """

    pending: tuple[PendingNotification, ...] = ()
    sequence: int = 0
    digests: int = 0
    news_since: datetime | None = None
    notified_at: datetime | None = None
    notified_count: int = 0
    standing: Severity | None = None
    published: Mapping[Severity, datetime] = field(default_factory=dict)
    reminders: int = 0

    @property
    def waits(self) -> bool:
        """Whether a notification has not reached anybody yet: no other is added before it has."""
        return any(one.to is None for one in self.pending if one.type is not NotificationType.DIGEST)

    @property
    def digest_pending(self) -> bool:
        return any(one.type is NotificationType.DIGEST for one in self.pending)

    def is_outgrown(self, count: int) -> bool:
        """Whether the count has passed another power of ten since the last notification."""
        return len(str(count)) > len(str(self.notified_count))

    def is_rise(self, severity: Severity, now: datetime) -> bool:
        """Whether it is above all that was published in the last 24 hours, and above the last."""
        newest = max(self.published.values(), default=now)
        counted = [one for one, at in self.published.items() if at == newest or at > now - _RECENT]
        return all(severity.rank > one.rank for one in counted)


def with_news(outbox: Outbox, now: datetime) -> Outbox:
    return replace(outbox, news_since=outbox.news_since or now)


def enqueue(
    outbox: Outbox, notification: NotificationType, incident_id: str, *, reminds: bool = False
) -> Outbox:
    """With the notification pending; an older one of its type is dropped where it lacked some destination.

    `reminds` when it only says that the incident goes on.
    """
    sequence = outbox.sequence + 1
    pending = PendingNotification(notification, f"{incident_id}|{sequence}")
    others = (one for one in outbox.pending if one.type is not notification)
    return replace(
        outbox, sequence=sequence, pending=(*others, pending), reminders=outbox.reminders + reminds
    )


def enqueue_digest(outbox: Outbox, digest_id: str) -> Outbox:
    pending = PendingNotification(NotificationType.DIGEST, digest_id)
    return replace(outbox, digests=outbox.digests + 1, pending=(*outbox.pending, pending))


def settle(outbox: Outbox, lacking: Mapping[str, tuple[str, ...] | None]) -> Outbox:
    """After an attempt: by id the destinations that still lack a notification; with none it is done.

    None stands for all of them. What was added meanwhile stays.
    """
    tried = (replace(one, to=lacking.get(one.notification_id, one.to)) for one in outbox.pending)
    return replace(outbox, pending=tuple(one for one in tried if one.to != ()))


def announce(
    outbox: Outbox, severity: Severity | None, count: int, news_since: datetime | None, now: datetime
) -> Outbox:
    """After people were notified of so many findings at that severity; None when they heard of the end."""
    after = replace(outbox, notified_at=now, notified_count=count, news_since=news_since)
    if severity is None:
        return replace(after, standing=None)
    standing = worst(*filter(None, (outbox.standing, severity)))
    return replace(after, standing=standing, published={**outbox.published, severity: now})
