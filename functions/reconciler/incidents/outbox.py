"""What an incident has to publish, and what it published last; pure.

    enqueue        one more notification is pending, with an id that no retry changes
    announce       what was sent is pending no longer: when it was, and of how many findings
    count_digest   one more digest listed the incident
    count_anew     the findings of a new task definition are counted from the first

It is stored with its incident before anything is sent, so a crash loses nothing: what is pending is sent
again, and receivers drop the second by its id.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class NotificationType(StrEnum):
    """What a notification says of its incident; a digest lists several."""

    OPENED = "OPENED"
    ONGOING = "ONGOING"
    RESOLVED = "RESOLVED"
    DIGEST = "DIGEST"


@dataclass(frozen=True, slots=True)
class PendingNotification:
    """A notification that is not sent yet."""

    type: NotificationType
    notification_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """What is pending, and what was last announced, by a notification or a digest.

    `sequence` is the number of notifications so far, sent or pending, `digests` that of the digests that
    listed the incident; `news` is whether findings came since the last of either.
    """

    pending: tuple[PendingNotification, ...] = ()
    sequence: int = 0
    digests: int = 0
    news: bool = True
    notified_at: datetime | None = None
    notified_count: int = 0

    @property
    def used(self) -> bool:
        """Whether there ever was a notification."""
        return self.sequence > 0

    @property
    def wants_reminder(self) -> bool:
        return self.used and self.news and not self.pending

    def is_outgrown(self, count: int) -> bool:
        """Whether the count has passed another power of ten since the last notification."""
        return len(str(count)) > len(str(self.notified_count))


def enqueue(outbox: Outbox, notification: NotificationType, incident_id: str) -> Outbox:
    sequence = outbox.sequence + 1
    pending = PendingNotification(notification, f"{incident_id}|{sequence}")
    return replace(outbox, sequence=sequence, pending=(*outbox.pending, pending))


def announce(outbox: Outbox, sent: Outbox, announced: int, count: int, now: datetime) -> Outbox:
    """After people were notified of `announced` findings; `count` there are now, fewer if they count anew.

    What was pending in `sent` is pending no longer; what was added meanwhile stays.
    """
    return replace(
        outbox,
        pending=tuple(one for one in outbox.pending if one not in sent.pending),
        notified_at=now,
        notified_count=min(announced, count),
        news=announced != count,
    )


def count_digest(outbox: Outbox) -> Outbox:
    return replace(outbox, digests=outbox.digests + 1)


def count_anew(outbox: Outbox) -> Outbox:
    return replace(outbox, notified_count=0)
