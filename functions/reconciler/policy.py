"""How long is too long: the limits that findings are judged by. Defaults need no file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

_TRANSITIONS = {
    "PROVISIONING": timedelta(minutes=5),
    "PENDING": timedelta(minutes=10),
    "ACTIVATING": timedelta(minutes=10),
    "DEACTIVATING": timedelta(minutes=10),
    "STOPPING": timedelta(minutes=10),
    "DEPROVISIONING": timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits for findings.

    `lead` is how long before its end a protection counts as expiring, `protected` for how long one may last
    without a break, `after_expiry` how soon after its end a scheduler's stop counts as caused by it, and
    `transitions` how long a task may stay in each passing state; a state that is not named may last.
    """

    lead: timedelta = timedelta(minutes=15)
    protected: timedelta = timedelta(hours=24)
    after_expiry: timedelta = timedelta(minutes=10)
    transitions: Mapping[str, timedelta] = field(default_factory=lambda: _TRANSITIONS)


DEFAULT = Policy()
