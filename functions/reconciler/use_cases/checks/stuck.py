"""For how long a task has been in a passing state: by its history, or by the descriptions that showed it."""

from dataclasses import replace
from datetime import datetime

from ...findings.model import Finding
from ...findings.passing import entered, stuck
from ...findings.policy import Policy
from ...model.entry import LedgerEntry, Passing
from ...model.task import TaskState
from ...ports.ledger import Ledger


def find_stuck(
    entry: LedgerEntry, described: TaskState, now: datetime, ledger: Ledger, policy: Policy
) -> tuple[Finding, ...]:
    """What is to be said of a task that was described as in this state, given its entry of that version."""
    limit = policy.stuck_after.get(described.last_status)
    if limit is None or not entry.open or described.version != entry.state.version:
        return ()
    if described.last_status != entry.state.last_status:
        since = _first_seen(entry, described.last_status, now, ledger)
    elif now - entry.began_at <= limit:
        return ()  # younger than the limit: its history need not be read
    else:
        since = entered(entry, ledger.history(entry.state.task_arn))
    return stuck(replace(entry, state=described), since, now, policy)


def _first_seen(entry: LedgerEntry, status: str, now: datetime, ledger: Ledger) -> datetime:
    """When the status was first described; noted now if it is for the first time."""
    if entry.passing and entry.passing.status == status:
        return entry.passing.since
    ledger.mark_passing(entry, Passing(status, now))
    return now
