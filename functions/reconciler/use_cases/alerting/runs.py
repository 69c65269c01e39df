"""Runs of standalone work, as the ledger knows their tasks."""

from datetime import datetime, timedelta

from ...errors import InvalidInput
from ...findings.model import owner
from ...incidents.facts.runs import Run, Started, run_of
from ...incidents.model import Incident
from ...model.entry import LedgerEntry
from ...ports.ledger import Ledger
from .own_tasks import MOST

_EARLIER = timedelta(hours=1)  # for which tasks of the run may have ended before its first failure


def find_run(ledger: Ledger, incident: Incident, now: datetime) -> Run | None:
    """The run whose tasks failed; None where there are too many tasks to say."""
    cluster_arn = incident.key.cluster_arn
    open_tasks = ledger.open_tasks(cluster_arn)
    if len(open_tasks) > MOST:
        return None
    closed = ledger.closed_between(cluster_arn, incident.first_seen_at - _EARLIER, now)
    read = (one for one in closed if not isinstance(one, InvalidInput))
    entries = {one.state.task_arn: one for one in (*ledger.entries(open_tasks).values(), *read)}
    own = [_started(one) for one in entries.values() if _is_of(one, incident)]
    return run_of(own, incident.first_seen_at, now)


def _is_of(entry: LedgerEntry, incident: Incident) -> bool:
    return owner(entry.state.group, entry.state.task_definition_arn) == incident.key.owner


def _started(entry: LedgerEntry) -> Started:
    return Started(entry.began_at, ended=not entry.open)
