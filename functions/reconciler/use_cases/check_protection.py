"""Asking ECS about scale-in protection, and recording what changed: for sweep, watch and CloudTrail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..model.protection import Protection, ProtectionAnswer, ProtectionCall
from ..model.task import Absence
from ..ports.ecs import Tasks
from ..ports.ledger import Ledger
from ..protection import ProtectionChange, classify_change, protection_after


@dataclass(frozen=True, slots=True)
class CheckedProtection:
    """What came of the question: the protection as it is known now, and how it got there.

    `answered` is False where ECS gave no answer, and what was known still is all that is known; or where it
    answered what was asked on the ground of knowledge that is gone: whoever replaced it judges the task.
    """

    protection: Protection | None
    change: ProtectionChange
    answered: bool


def check_protection(
    cluster_arn: str,
    known: Mapping[str, Protection | None],
    *,
    tasks: Tasks,
    ledger: Ledger,
    clock: Callable[[], datetime],
) -> Mapping[str, CheckedProtection]:
    """Asks about each task, given what is known of it, and records what is new; raises as the ports do."""
    answers = tasks.protection(cluster_arn, list(known)) if known else {}
    now = clock()  # after the answers: what ran out while ECS was asked did run out, nobody cleared it
    return {arn: _record(arn, known[arn], answer, ledger, now) for arn, answer in answers.items()}


def check_called_tasks(
    call: ProtectionCall, *, tasks: Tasks, ledger: Ledger, clock: Callable[[], datetime]
) -> Mapping[str, CheckedProtection]:
    """Asks about those tasks of the call that are open in the ledger; the sweep finds the others."""
    entries = ledger.entries(call.task_arns)
    known = {arn: entry.protection for arn, entry in entries.items() if entry.open}
    return check_protection(call.cluster_arn, known, tasks=tasks, ledger=ledger, clock=clock)


def _record(
    task_arn: str,
    known: Protection | None,
    answer: ProtectionAnswer | Absence,
    ledger: Ledger,
    now: datetime,
) -> CheckedProtection:
    if isinstance(answer, Absence):
        return CheckedProtection(known, ProtectionChange.NONE, answered=False)
    change = classify_change(known, answer, now)
    if change is ProtectionChange.NONE:
        return CheckedProtection(known, change, answered=True)
    protection = protection_after(known, answer, now)
    if not ledger.record_protection(task_arn, known, protection):
        return CheckedProtection(known, ProtectionChange.NONE, answered=False)
    return CheckedProtection(protection, change, answered=True)
