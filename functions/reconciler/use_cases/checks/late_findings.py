"""A second look at what closed of late: findings that no change of an entry brought to the incidents."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ...errors import InvalidInput
from ...findings.policy import Policy
from ...findings.rules import findings
from ...incidents.reported import ReportedFinding, report_finding
from ...ports.incidents import Incidents
from ...ports.ledger import Ledger

WINDOW = timedelta(hours=2)  # longer than a change of an entry is tried again by the stream
ON_ITS_WAY = timedelta(minutes=10)  # the alarm AssessLag rings before


def late_findings(
    cluster_arn: str, ledger: Ledger, incidents: Incidents, policy: Policy, now: datetime
) -> tuple[Sequence[ReportedFinding], Sequence[InvalidInput]]:
    """The findings of tasks that closed of late which are not stored, and what is unreadable among the tasks.

    Not those of states that an EventBridge replay brought: old news notifies nobody.
    """
    closed = ledger.closed_between(cluster_arn, now - WINDOW, now - ON_ITS_WAY)
    found = [
        report_finding(one, one.occurred_at, entry.state)
        for entry in closed
        if not isinstance(entry, InvalidInput) and not entry.replayed
        for one in findings(entry, now, policy)
    ]
    return incidents.not_stored(found), [entry for entry in closed if isinstance(entry, InvalidInput)]
