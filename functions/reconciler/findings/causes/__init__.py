"""The causes of stops, failed starts and faults of services: each is a record in the module of its subject.

Where the texts of several containers name a cause, the record that stands first here decides.
"""

from collections.abc import Mapping

from ..model import Cause, Kind
from . import exits, failed_deployment, health, host, image, impaired_service, resources, runtime, unknown
from .record import CauseRecord
from .service_record import ServiceCauseRecord

RECORDS: Mapping[Cause, CauseRecord] = {
    record.cause: record
    for module in (host, health, exits, image, resources, runtime, unknown)
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


def is_shared(kind: Kind, cause: Cause | None) -> bool:
    """Whether it strikes several services by one fault that they have in common."""
    if kind is Kind.STUCK:
        return True
    records = IMPAIRED_SERVICE if kind is Kind.SERVICE_IMPAIRED else RECORDS
    return cause is not None and cause in records and records[cause].shared
