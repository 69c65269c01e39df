"""What the ledger's table is made of: its keys, its indexes, its stream and its time to live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PARTITION_KEY, SORT_KEY = "pk", "sk"  # both text
CLUSTER = "clusterArn"  # what all indexes are by, text
STREAM = "NEW_AND_OLD_IMAGES"
TIME_TO_LIVE = "ttl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index by cluster and this sort key, a number, with what it holds beside its keys."""

    sort_key: str
    projection: str = "KEYS_ONLY"
    attributes: Sequence[str] = ()


INDEXES: Mapping[str, Index] = {
    "open": Index(sort_key="openSince"),
    "closed": Index(sort_key="closedAt", projection="ALL"),
    "protected": Index(
        sort_key="protectionExpiresAt",
        projection="INCLUDE",
        # What the watch judges by, without reading the entry.
        attributes=("protectedSince", "protectionCheckedAt"),
    ),
    "due": Index(sort_key="dueAt"),
    "found": Index(sort_key="foundAt", projection="ALL"),
}
