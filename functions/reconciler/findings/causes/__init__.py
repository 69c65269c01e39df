"""The causes of stops, failed starts and faults of services: each is a record in the module of its subject.

Where the texts of several containers name a cause, the record that stands first here decides.
"""

from collections.abc import Mapping

from ..model import Cause, Kind
from . import exits, failed_deployment, health, host, impaired_service, runtime, unknown
from .record import CauseRecord
from .service_record import ServiceCauseRecord
from .starts import container, image, place, setup, volume

RECORDS: Mapping[Cause, CauseRecord] = {
    record.cause: record
    for module in (host, health, exits, image, setup, container, volume, place, runtime, unknown)
    for record in vars(module).values()
    if isinstance(record, CauseRecord)
}

FAILED_DEPLOYMENT: Mapping[Cause, ServiceCauseRecord] = {
    record.cause: record
    for record in vars(failed_deployment).values()
    if isinstance(record, ServiceCauseRecord)
}
IMPAIRED_SERVICE: Mapping[Cause, ServiceCauseRecord] = {
    record.cause: record
    for record in vars(impaired_service).values()
    if isinstance(record, ServiceCauseRecord)
}


def heals(cause: Cause | None) -> bool:
    """Whether what stopped for this cause comes back without anybody's help."""
    return cause is not None and cause in RECORDS and RECORDS[cause].heals


def stops_starts(kind: Kind, cause: Cause | None) -> bool:
    """Whether it keeps tasks from starting."""
    record = IMPAIRED_SERVICE.get(cause) if cause and kind is Kind.SERVICE_IMPAIRED else None
    return kind is Kind.TASK_FAILED_TO_START or (record is not None and record.stops_starts)


def record_of(kind: Kind, cause: Cause | None) -> CauseRecord | ServiceCauseRecord | None:
    """What is known of the cause of a fault of that kind; None where it has none, or is not known here."""
    if cause is None:
        return None
    if kind is Kind.DEPLOYMENT_FAILED:
        return FAILED_DEPLOYMENT.get(cause)
    of_service = kind in (Kind.SERVICE_IMPAIRED, Kind.SCALE_IN_BLOCKED)
    return IMPAIRED_SERVICE.get(cause) if of_service else RECORDS.get(cause)


def is_shared(kind: Kind, cause: Cause | None) -> bool:
    """Whether it strikes several services by one fault that they have in common."""
    record = record_of(kind, cause)
    return kind is Kind.STUCK or (record is not None and bool(record.shared))
