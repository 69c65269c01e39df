"""Why a task stopped, from its stop code, its texts, its exit codes and whether a service replaces it.

    stop code                   what decides
    UserInitiated               planned, unless the text says that the host went away
    ServiceSchedulerInitiated   planned, unless a text says health checks, maintenance, Spot or host
    SpotInterruption            SPOT
    TerminationNotice           SPOT, unless the text says host or maintenance
    InfrastructureHealth        INFRASTRUCTURE_HEALTH
    EssentialContainerExited    out of memory in any text, else a fault in a text, else the exit codes;
                                if a program of it ended by itself, no text of a failed start counts
    TaskFailedToStart           a fault in a text, else OTHER
    none                        the texts, else the exit codes, else NO_CODE; never silent if it never ran
    any other                   a fault in a text, else UNKNOWN_CODE: never silent

A stop is judged when the task has stopped; only warnings that capacity goes away are judged at once, from
what does not change until the stop, so that each later version gives the same verdict.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..model.task import TaskState
from .case import FAULTS, Case, Clue, read_case
from .causes import RECORDS
from .causes.exits import EXIT_CODE, OUT_OF_MEMORY, SIGNAL, STOPPED_ALONG, UNEXPECTED_EXIT
from .causes.host import INFRASTRUCTURE_HEALTH, SPOT
from .causes.record import CauseRecord
from .causes.runtime import OTHER
from .causes.unknown import NO_CODE, UNKNOWN_CODE
from .model import Cause, Fault, Kind
from .phrases import Remark, squeeze
from .summary import severity, summarise

_HEALTH: Final = {record.cause for record in RECORDS.values() if record.kind is Kind.HEALTH_CHECK_FAILED}
_HOST: Final = {record.cause for record in RECORDS.values() if record.kind is Kind.CAPACITY_INTERRUPTED}
_STARTS: Final = {record.cause for record in RECORDS.values() if record.kind is Kind.TASK_FAILED_TO_START}
_ONLY_AWS: Final = {record.cause for record in RECORDS.values() if record.only_aws_writes}

_WARNINGS: Final = {"spotinterruption", "terminationnotice", "infrastructurehealth"}
# Beside these a container's text says more than its exit code: the runtime's own, and those of a kill.
_NOT_THE_PROGRAMS_OWN: Final = STOPPED_ALONG | {None, 125, 126, 127, 128, 255}


@dataclass(frozen=True, slots=True)
class _Verdict:
    record: CauseRecord
    text: str = ""
    containers: tuple[str, ...] = ()


def explain(state: TaskState) -> Fault | None:
    """What a person should know of a stop; None for a task that has not stopped, or stopped as planned."""
    if not state.closed and state.desired_status != "STOPPED":
        return None
    case = read_case(state)
    if not state.closed and not _is_warning(case):
        return None
    verdict = _JUDGES.get(case.key, _unknown_code)(case)
    return _fault(case, verdict) if verdict else None


def _is_warning(case: Case) -> bool:
    """ECS was seen to send Spot's warning with and without a stop code."""
    if case.code:
        return case.key in _WARNINGS
    return any(clue.meaning == SPOT.cause for clue in case.task)


def _user(case: Case) -> _Verdict | None:
    """StopTask takes any text as its reason: only what AWS alone would write counts."""
    return _match(case.task, _ONLY_AWS)


def _scheduler(case: Case) -> _Verdict | None:
    return _match(case.clues, _HEALTH | _HOST)


def _termination_notice(case: Case) -> _Verdict:
    return _match(case.task, _HOST) or _Verdict(SPOT, case.text)


def _exited(case: Case) -> _Verdict | None:
    not_the_programs = [clue for clue in case.clues if clue.exit_code in _NOT_THE_PROGRAMS_OWN]
    faults = [cause for cause in FAULTS if cause not in _STARTS] if _has_worked(case) else FAULTS
    return (
        _match(case.clues, {OUT_OF_MEMORY.cause}) or _match(not_the_programs, faults) or _by_exit_codes(case)
    )


def _has_worked(case: Case) -> bool:
    """Whether a program ended by itself in a task that was RUNNING: whatever else is wrong, it did start."""
    return case.reached_running and not _NOT_THE_PROGRAMS_OWN.issuperset(case.exit_codes.values())


def _by_exit_codes(case: Case) -> _Verdict | None:
    """Containers that were stopped along with the essential one don't count, unless there is no other."""
    if not case.exit_codes:
        return _Verdict(OTHER, case.unread)
    own = {name: code for name, code in case.exit_codes.items() if code not in STOPPED_ALONG}
    failed = {name: code for name, code in (own or case.exit_codes).items() if code != 0}
    if not failed:
        return _Verdict(UNEXPECTED_EXIT, containers=tuple(own)) if case.service else None
    signals = all(128 < code <= 128 + 64 for code in failed.values())
    return _Verdict(SIGNAL if signals else EXIT_CODE, containers=tuple(failed))


def _failed_to_start(case: Case) -> _Verdict:
    failed = tuple(name for name, code in case.exit_codes.items() if code != 0)
    return _match(case.clues, FAULTS) or _Verdict(OTHER, case.unread, failed)


def _unknown_code(case: Case) -> _Verdict:
    shown = f"{case.code}: {case.text}" if case.text else case.code
    return _match(case.clues, FAULTS) or _Verdict(UNKNOWN_CODE, shown)


def _no_code(case: Case) -> _Verdict | None:
    """Events of 2018 and before have no code; of a task that ran, a text that is not known is a person's."""
    if not case.clues and not case.exit_codes:
        return _Verdict(NO_CODE)
    decisive = case.task or tuple(clue for clue in case.containers if clue.meaning is Remark.PLANNED)
    meaning = decisive[0].meaning if decisive else Remark.EXITED
    if meaning is Remark.EXITED:
        return _exited(case)
    if meaning is Remark.NOT_STARTED:
        return _failed_to_start(case)
    if meaning is Remark.PLANNED:
        return None
    if case.never_ran:
        return _failed_to_start(case)
    return _match(case.clues, FAULTS) or _match(case.task, {OTHER.cause})


_JUDGES: Mapping[str, Callable[[Case], _Verdict | None]] = {
    "": _no_code,
    "userinitiated": _user,
    "serviceschedulerinitiated": _scheduler,
    "spotinterruption": lambda case: _Verdict(SPOT, case.text),
    "terminationnotice": _termination_notice,
    "infrastructurehealth": lambda case: _Verdict(INFRASTRUCTURE_HEALTH, case.text),
    "essentialcontainerexited": _exited,
    "taskfailedtostart": _failed_to_start,
}


def _match(clues: Iterable[Clue], causes: Collection[Cause]) -> _Verdict | None:
    """The verdict of the first text that names one of the causes, with all containers that name the same."""
    named = ((clue, clue.meaning) for clue in clues if isinstance(clue.meaning, Cause))
    found = [(clue, cause) for clue, cause in named if cause in causes]
    if not found:
        return None
    first, cause = found[0]
    names = {clue.container for clue, other in found if clue.container and other == cause}
    return _Verdict(RECORDS[cause], first.text, tuple(sorted(names)))


def _fault(case: Case, verdict: _Verdict) -> Fault:
    record = verdict.record
    depending = Kind.ESSENTIAL_CONTAINER_FAILED if case.ran else Kind.TASK_FAILED_TO_START
    kind = record.kind or depending
    concerned = {name: case.exit_codes.get(name) for name in verdict.containers}
    return Fault(
        kind=kind,
        cause=record.cause,
        severity=severity(kind, record, service=case.service),
        summary=summarise(kind, record, concerned, verdict.text),
        remedy=record.advise(squeeze(verdict.text), filter(None, concerned.values())),
        containers=tuple(name for name in verdict.containers if name),
        exit_codes={name: code for name, code in concerned.items() if name and code is not None},
    )
