"""Tasks that stay in a state that they should only pass through."""

from collections.abc import Sequence
from datetime import datetime

from ..model.entry import HistoryRow, LedgerEntry
from ..model.task import Source
from .model import Cause, Fault, Finding, Kind, Severity
from .policy import Policy
from .summary import spell


def stuck(entry: LedgerEntry, since: datetime, now: datetime, policy: Policy) -> tuple[Finding, ...]:
    """The finding on a task that has been in a passing state since then, beyond the policy's limit.

    Judged by a sweep, on the entry with the status that it has just described: some statuses come and go
    without an event or a new version.
    """
    status, lasted = entry.state.last_status, now - since
    limit = policy.stuck_after.get(status)
    if limit is None or not entry.open or lasted <= limit:
        return ()
    fault = Fault(
        Kind.STUCK,
        Severity.MEDIUM,
        f"The task has been {status} for {spell(lasted)}; {spell(limit)} is the limit.",
        "Look at the service's events and the task's attachments: what is it waiting for?",
        Cause(status),
        occasion=status,
        at=since + limit,
    )
    found = policy.judge(fault.of(entry))
    return (found,) if found else ()


def entered(entry: LedgerEntry, rows: Sequence[HistoryRow]) -> datetime:
    """Since when the task has been in its entry's status: over all versions that have it without a break.

    Rows of descriptions end no state and begin none: their times are the task's own, which may be those of
    the state before.
    """
    since = entry.observed_at
    for row in reversed([row for row in rows if row.version <= entry.state.version]):
        if row.last_status != entry.state.last_status:
            break
        if row.source is Source.EVENT:
            since = min(since, row.at)
    return since
