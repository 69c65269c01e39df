"""A task's tags, which are not in its entry: an update is charged on all that the item holds.

They ride in a row of history that is written anyway and has room for them, else they have a row of their own:

    v0000000000000000001#event#1f0c2a9b3e    the row of that version, with these tags
    TAGS#1f0c2a9b3e                          these tags alone

The digest in the key makes what is written again the same row, and other tags another one. `tagsIn` of the
entry names the row (`1#1f0c2a9b3e`, `3#describe#1f0c2a9b3e`, `#1f0c2a9b3e`), or is "" where ECS said that
there are none; `tagsAt` is since when, unless that is within a day of when the task was created. Entries of
version 0.1.0 hold `tags` themselves.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .....model.tags import RENEWED_AFTER, KeptTags, digest_of
from .....model.task import Source
from ..layout import TEXTS
from ..values import milliseconds, seconds, when
from .history_items import row_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .....model.entry import HistoryRow, LedgerEntry
    from .....model.task import Observation
    from .....ports.ledger import Recording
    from ..values import Item, Value

PREFIX = "TAGS#"
ATTRIBUTES = ("tags", "tagsIn", "tagsAt")
# They outlast an entry that is closed just before they would be kept anew, and then some.
KEPT_LONGER = 2 * RENEWED_AFTER
_AT_ONCE = timedelta(days=1)
# What is said of no time, as a later version came without the one it was within a day of: to be kept anew.
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ROOM = 700  # bytes that a row of history has beside its own in its first kilobyte, with some to spare
_STARTING = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})


def carrier(recording: Recording) -> HistoryRow | None:
    """The row that carries the recording's tags at no cost; None where none does, or there are no tags.

    One in a life is enough: it is of a task that starts, or of a repair.
    """
    tags = recording.observation.state.tags
    if not tags or sum(len(name.encode()) + len(value.encode()) + 2 for name, value in tags.items()) > _ROOM:
        return None
    rows = (row for row in recording.rows if row.source is not Source.EVENT or row.last_status in _STARTING)
    return next(rows, None)


def tagged_at(observation: Observation) -> datetime:
    """When ECS was asked for the tags."""
    return observation.described_at or observation.observed_at


def kept_tags(observation: Observation, row: HistoryRow | None) -> KeptTags:
    """What an entry is to know of the observation's tags, which are in that row, or in one of their own."""
    return KeptTags(
        digest=digest_of(observation.state.tags or {}),
        at=tagged_at(observation),
        row=_name(row) if row else None,
    )


def _name(row: HistoryRow) -> str:
    return f"{row.version}" if row.source is Source.EVENT else f"{row.version}#{row.source}"


def tags_row(observation: Observation, row: HistoryRow | None, retention: timedelta) -> dict[str, Value]:
    """The observation's tags in a row of their own; or what that row of history needs to carry them."""
    kept = kept_tags(observation, row)
    return {
        **tags_key(observation.state.task_arn, kept),
        "tags": TEXTS.write(observation.state.tags, ""),
        "ttl": seconds(kept.at + retention + KEPT_LONGER),
    }


def tags_key(task_arn: str, kept: KeptTags) -> dict[str, Value]:
    """The key of the row that the tags are in."""
    if kept.row is None:
        return {"pk": {"S": task_arn}, "sk": {"S": PREFIX + kept.digest}}
    version, _, source = kept.row.partition("#")
    key = row_key(task_arn, int(version), source or Source.EVENT)
    return {**key, "sk": {"S": f"{key['sk']['S']}#{kept.digest}"}}


def tag_values(entry: LedgerEntry) -> dict[str, Value]:
    """What the entry says of its tags; nothing where nobody knows of any, or an older version holds them."""
    kept = entry.kept_tags
    if kept is None:
        return {"tagsIn": {"S": ""}} if entry.state.tags == {} else {}
    values: dict[str, Value] = {"tagsIn": {"S": f"{kept.row or ''}#{kept.digest}"}}
    began_at = entry.state.created_at
    if began_at is None or kept.at - began_at > _AT_ONCE:
        values["tagsAt"] = milliseconds(kept.at)
    return values


def tag_fields(item: Item) -> tuple[Mapping[str, str] | None, KeptTags | None]:
    """The tags that the entry holds itself, and what it says of those that are kept beside it."""
    if "tags" in item:
        return read_tags(item), None
    found = item["tagsIn"]["S"] if "tagsIn" in item else None
    if not found:
        return (None if found is None else {}), None
    row, _, digest = found.rpartition("#")
    at = when(item, "tagsAt") or when(item, "createdAt") or _LONG_AGO
    return None, KeptTags(digest=digest, at=at, row=row or None)


def read_tags(item: Item) -> dict[str, str]:
    """The tags that a row holds."""
    tags: Any = TEXTS.read(item["tags"], "")
    return dict(tags)
