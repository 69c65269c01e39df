"""The audit of a cluster's services: all that ECS lists there or that are open in the ledger, compared.

ECS is asked before the ledger is read. What the ledger lacks then is compared again after a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.arns import service_name
from reconciler.errors import ClusterNotFound, LedgerError
from reconciler.model.task import Absence

from .difference import BEHIND
from .service_compare import service_differences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.service import ServiceReading

    from .clusters import AuditContext, ClusterAudit


def audit_services(audit: ClusterAudit, context: AuditContext, *, may_be_gone: bool) -> None:
    """Compares every service; an error ends it and is in the result, with what was found until then."""
    try:
        _compare(audit, context, may_be_gone=may_be_gone)
        if any(each.kind in BEHIND for found in audit.services.values() for each in found or ()):
            context.wait()
            _compare(audit, context, may_be_gone=may_be_gone)
    except LedgerError as error:
        audit.error = audit.error or error


def _compare(audit: ClusterAudit, context: AuditContext, *, may_be_gone: bool) -> None:
    described = _described(audit.cluster_arn, context, may_be_gone=may_be_gone)
    records = {one.service: one for one in context.records.of_cluster(audit.cluster_arn)}
    now = context.clock()
    for arn, answer in described.items():
        record = records.get(service_name(arn) or arn)
        known = answer is not Absence.UNKNOWN
        audit.services[arn] = service_differences(arn, record, answer, now) if known else None


def _described(
    cluster_arn: str, context: AuditContext, *, may_be_gone: bool
) -> Mapping[str, ServiceReading | Absence]:
    """What ECS says now of the services that it lists, and of those that are open in the ledger.

    A service has one name in its cluster, whichever form its ARN has.
    """
    recorded = context.records.of_cluster(cluster_arn)
    named = {one.service: one.service_arn for one in recorded if one.closed_at is None}
    try:
        named |= {service_name(arn) or arn: arn for arn in context.services.list_services(cluster_arn)}
    except ClusterNotFound:
        if not may_be_gone:
            raise
        return dict.fromkeys(named.values(), Absence.MISSING)
    return context.services.describe_services(cluster_arn, sorted(named.values()))
