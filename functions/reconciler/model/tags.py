"""Tags that a ledger keeps beside the entry of their task: they are written once, not with each version."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

RENEWED_AFTER = timedelta(days=30)  # while the task lives: what is kept beside an entry must outlast it


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTags:
    """Which tags are kept, by their digest, since when, and in which row; None is a row of their own."""

    digest: str
    at: datetime
    row: str | None = None

    def hold(self, tags: Mapping[str, str], at: datetime) -> bool:
        """Whether these are the tags, and need not be kept anew by then."""
        return self.digest == digest_of(tags) and at - self.at <= RENEWED_AFTER


def digest_of(tags: Mapping[str, str]) -> str:
    """The same for the same tags, in whatever order; 40 bits in hexadecimal digits."""
    return hashlib.sha256(json.dumps(dict(tags), sort_keys=True).encode()).hexdigest()[:10]
