"""Which tasks of a service are protected now."""

from collections.abc import Sequence
from dataclasses import replace

from ...model.entry import LedgerEntry
from ...model.service import ServiceRecord
from ...model.task import Absence
from ...protection import protection_after
from .context import ServiceSweep


def protected_tasks(sweep: ServiceSweep, record: ServiceRecord) -> Sequence[LedgerEntry]:
    """Their entries, with what ECS says of their protection now; nothing is stored of it.

    The sweep of the tasks records how the protection of each changed.
    """
    task_arns = sweep.tasks.list_service(record.cluster_arn, record.service)
    answers = sweep.tasks.protection(record.cluster_arn, task_arns) if task_arns else {}
    now = sweep.clock()
    held = {arn: one for arn, one in answers.items() if not isinstance(one, Absence) and one.enabled}
    return [
        replace(entry, protection=protection_after(entry.protection, held[arn], now))
        for arn, entry in sweep.ledger.entries(list(held)).items()
    ]
