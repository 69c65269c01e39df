"""What is wrong with a service of a deployed stack now, by the policy in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.findings.model import Kind
from reconciler.findings.services.rules import live, service_findings
from reconciler.services.below import has_surplus
from reconciler.services.outcomes import histories, is_settled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.findings.policy import Policy
    from reconciler.model.entry import LedgerEntry
    from reconciler.model.service import ServiceRecord

    from ..ledger import DeployedLedger


def judge_service(
    record: ServiceRecord, ledger: DeployedLedger, now: datetime, policy: Policy
) -> Sequence[Finding]:
    """Its findings that still concern anybody, without those of events that only a replay brought.

    A deployment that failed concerns nobody once it is undone, or a later one was completed. Which of its
    tasks are protected is read only where that can matter.
    """
    held = _protected(record, ledger) if has_surplus(record) else ()
    known = histories(record)
    return [
        one
        for one in service_findings(live(record), now, policy, protected=held)
        if one.kind is not Kind.DEPLOYMENT_FAILED or not is_settled(known, one.deployment_id or "")
    ]


def _protected(record: ServiceRecord, ledger: DeployedLedger) -> Sequence[LedgerEntry]:
    """The entries of the service's tasks that are protected."""
    entries = ledger.entries(list(ledger.protected(record.cluster_arn)))
    return [entry for entry in entries.values() if entry.state.service == record.service]
