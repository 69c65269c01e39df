"""Where a service's record and ECS differ, and what the likely cause is; pure.

what                                              kind         explained
counts, reasons, hooks                            -            they move from reading to reading
anything that can have begun since the last sweep UNSWEPT      yes
a service that the ledger does not know           UNRECORDED   no
one that is open, and that ECS does not have      VANISHED     no     no event reports a deletion
one that is over, and that ECS has                REAPPEARED   no
a deployment that the ledger does not know        UNRECORDED   no
one that ECS says is over, the ledger not         MISSED       no
one that the ledger says is over, ECS not         AHEAD        yes    the event was first
the PRIMARY deployment is another one             MISSED       no
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from reconciler.model.deployment import Deployment, DescribedDeployment, Rollout
from reconciler.model.service import ServiceReading, ServiceRecord
from reconciler.model.task import Absence
from reconciler.services.signs import has_failed, is_completed

from .difference import Difference, DifferenceKind, Value

SWEEP = timedelta(minutes=40)  # within which one begins and ends, whatever `sweepMinutes` is (at most 30)

_OVER = ("COMPLETED", "FAILED")

_Found = tuple[str, Value, Value, DifferenceKind]  # the field, the ledger's value, ECS's, and the kind


def service_differences(
    service_arn: str, record: ServiceRecord | None, described: ServiceReading | Absence, now: datetime
) -> tuple[Difference, ...]:
    """The differences between a record and DescribeServices' answer; none where there was no answer."""
    if described is Absence.UNKNOWN:
        return ()
    if isinstance(described, Absence) or described.state.status == "INACTIVE":
        found = _of_deleted(record, described, now)
    else:
        found = _of_known(record, described, now)
    return tuple(
        Difference(service_arn=service_arn, field=field, ledger=ours, ecs=theirs, kind=kind)
        for field, ours, theirs, kind in found
    )


def _of_deleted(
    record: ServiceRecord | None, described: ServiceReading | Absence, now: datetime
) -> Iterator[_Found]:
    """A service that a sweep has just found missing is closed by the next one."""
    if record is None or record.closed_at:
        return
    ours = record.state.status if record.state else "there"
    theirs = None if isinstance(described, Absence) else described.state.status
    yield "service", ours, theirs, _kind(DifferenceKind.VANISHED, record.missing_since, now)


def _of_known(record: ServiceRecord | None, described: ServiceReading, now: datetime) -> Iterator[_Found]:
    state = described.state
    if record is None:
        yield "service", None, state.status, _kind(DifferenceKind.UNRECORDED, state.created_at, now)
    elif record.closed_at:
        ours = record.state.status if record.state else None
        yield "service", ours, state.status, _kind(DifferenceKind.REAPPEARED, state.created_at, now)
    else:
        for one in described.deployments:
            yield from _of_deployment(record.deployment(one.deployment_id), one, now)


def _of_deployment(
    known: Deployment | None, described: DescribedDeployment, now: datetime
) -> Iterator[_Found]:
    field, rollout = f"deployments[{described.deployment_id}]", described.rollout
    if known is None:
        kind = _kind(DifferenceKind.UNRECORDED, described.created_at, now)
        yield field, None, rollout.rollout_state or rollout.status, kind
        return
    kind = _kind(DifferenceKind.MISSED, described.created_at, now)
    if (ours := _rollout_state(known, rollout)) != rollout.rollout_state:
        ahead = ours in _OVER and rollout.rollout_state not in _OVER
        named = f"{field}.rolloutState"
        yield named, ours, rollout.rollout_state, DifferenceKind.AHEAD if ahead else kind
    status = known.rollout.status if known.rollout else None
    if rollout.status == "PRIMARY" != status:
        yield f"{field}.status", status, rollout.status, kind


def _rollout_state(known: Deployment, rollout: Rollout) -> str | None:
    """What is known of it in ECS's own words: the one that ECS says now, if any source has said it."""
    said = [
        *(["FAILED"] if has_failed(known) else []),
        *(["COMPLETED"] if is_completed(known) else []),
    ]
    if rollout.rollout_state is None or rollout.rollout_state in said:
        return rollout.rollout_state
    return next(iter(said), "IN_PROGRESS")


def _kind(kind: DifferenceKind, since: datetime | None, now: datetime) -> DifferenceKind:
    """UNSWEPT where it can have been so only since then, and the next sweep is to see it first."""
    return DifferenceKind.UNSWEPT if since and now - since <= SWEEP else kind
