"""Saving what a service's record becomes by something new, whoever else writes it meanwhile."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from ...errors import TransientError
from ...model.service import ServiceRecord
from ...ports.services import ServiceLedger

ATTEMPTS = 5  # each is overtaken by one that got through


@dataclass(frozen=True, slots=True)
class Saved:
    """The record as it was stored, if it was, and as it is stored now."""

    before: ServiceRecord | None
    after: ServiceRecord


def save(
    ledger: ServiceLedger,
    found: ServiceRecord,
    merge: Callable[[ServiceRecord], ServiceRecord],
    now: datetime,
    deployment_ids: Collection[str] = (),
) -> Saved:
    """Merges into the record as it was found, or into what replaced it since; writes only what differs.

    A record of revision 0 is not stored yet. Read again it has these deployments, also where they are old.
    Raises `TransientError` when others were quicker each time.
    """
    for _ in range(ATTEMPTS):
        before, after = (found if found.revision else None), merge(found)
        if after == found:
            return Saved(before, after)
        if ledger.save(after, before, now):
            return Saved(before, replace(after, revision=found.revision + 1))
        found = ledger.service(found.cluster_arn, found.service, deployment_ids) or found
    raise TransientError(f"{found.service_arn} was overtaken {ATTEMPTS} times")
