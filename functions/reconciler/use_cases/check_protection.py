"""Asking ECS about scale-in protection, and recording what changed: for sweep, watch and CloudTrail."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..errors import LedgerError
from ..model.entry import LedgerEntry
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


@dataclass(frozen=True, slots=True)
class CheckedStops:
    """What came of the questions about tasks that were asked to stop, and clusters that gave no answer."""

    checked: Mapping[str, CheckedProtection]
    errors: Mapping[str, LedgerError]


def check_protection(
    cluster_arn: str,
    known: Mapping[str, Protection | None],
    *,
    tasks: Tasks,
    ledger: Ledger,
    clock: Callable[[], datetime],
) -> Mapping[str, CheckedProtection]:
    """Asks about each task, given what is known of it, and records what is new; raises as the ports do."""
    questions = [_Question(arn, held) for arn, held in known.items()]
    return _check(cluster_arn, questions, tasks, ledger, clock)


def check_called_tasks(
    call: ProtectionCall, *, tasks: Tasks, ledger: Ledger, clock: Callable[[], datetime]
) -> Mapping[str, CheckedProtection]:
    """Asks about those tasks of the call that are open in the ledger; the sweep finds the others."""
    entries = ledger.entries(call.task_arns)
    known = {arn: entry.protection for arn, entry in entries.items() if entry.open}
    return check_protection(call.cluster_arn, known, tasks=tasks, ledger=ledger, clock=clock)


def check_stopping_tasks(
    entries: Iterable[LedgerEntry], *, tasks: Tasks, ledger: Ledger, clock: Callable[[], datetime]
) -> CheckedStops:
    """Asks about those that were protected and were asked to stop since, while ECS still has an answer."""
    clusters: dict[str, list[_Question]] = {}
    for entry in entries:
        if _is_to_be_asked_at_its_stop(entry):
            question = _Question(entry.state.task_arn, entry.protection, at_stop=True)
            clusters.setdefault(entry.state.cluster_arn, []).append(question)
    checked: dict[str, CheckedProtection] = {}
    errors: dict[str, LedgerError] = {}
    for cluster_arn, questions in clusters.items():
        try:
            checked |= _check(cluster_arn, questions, tasks, ledger, clock)
        except LedgerError as error:
            errors[cluster_arn] = error
    return CheckedStops(checked, errors)


def _is_to_be_asked_at_its_stop(entry: LedgerEntry) -> bool:
    """Once for each stop, and again where an earlier message's question was not answered."""
    held = entry.protection
    return entry.stopping and held is not None and held.enabled and held.checked_at < entry.stop_asked_at


@dataclass(frozen=True, slots=True)
class _Question:
    """A task that is asked about, and what is known of it; at its stop, that it still is on is news too."""

    task_arn: str
    known: Protection | None
    at_stop: bool = False


def _check(
    cluster_arn: str,
    questions: Sequence[_Question],
    tasks: Tasks,
    ledger: Ledger,
    clock: Callable[[], datetime],
) -> Mapping[str, CheckedProtection]:
    answers = tasks.protection(cluster_arn, [one.task_arn for one in questions]) if questions else {}
    now = clock()  # after the answers: what ran out while ECS was asked did run out, nobody cleared it
    return {one.task_arn: _record(one, cluster_arn, answers[one.task_arn], ledger, now) for one in questions}


def _record(
    question: _Question,
    cluster_arn: str,
    answer: ProtectionAnswer | Absence,
    ledger: Ledger,
    now: datetime,
) -> CheckedProtection:
    known = question.known
    if isinstance(answer, Absence):
        return CheckedProtection(known, ProtectionChange.NONE, answered=False)
    change = classify_change(known, answer, now)
    if change is ProtectionChange.NONE and not question.at_stop:
        return CheckedProtection(known, change, answered=True)
    protection = protection_after(known, answer, now)
    if not ledger.record_protection(cluster_arn, question.task_arn, known, protection):
        return CheckedProtection(known, ProtectionChange.NONE, answered=False)
    return CheckedProtection(protection, change, answered=True)
