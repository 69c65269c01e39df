"""Why a task stopped, from its stop code, its texts, its exit codes and whether a service replaces it.

    stop code                   what decides
    UserInitiated               planned, unless the text says that the host went away
    ServiceSchedulerInitiated   planned, unless a text says health checks, maintenance, Spot or host
    SpotInterruption            SPOT
    TerminationNotice           SPOT, unless the text says host or maintenance
    InfrastructureHealth        INFRASTRUCTURE_HEALTH
    EssentialContainerExited    out of memory in any text, else a fault in a text, else the exit codes
    TaskFailedToStart           a fault in a text, else OTHER
    none                        the texts, else the exit codes, else NO_CODE
    any other                   a fault in a text, else UNKNOWN_CODE: never silent

A stop is judged when the task has stopped. Only warnings that capacity goes away are told at once, from what
does not change until the stop, so that each later version says the same. Containers count by name, never by
place.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..model.task import Container, TaskState
from .model import Cause, Kind, Severity
from .phrases import PHRASES, Meaning, Saying, exit_code_in, read, squeeze
from .remedies import advise
from .summary import severity, summarise

_HEALTH: Final = frozenset({Cause.LOAD_BALANCER, Cause.CONTAINER})
_HOST: Final = frozenset({Cause.HOST_TERMINATED, Cause.MAINTENANCE})
_INTERRUPTED: Final = _HOST | {Cause.SPOT, Cause.INFRASTRUCTURE_HEALTH}
_RAN: Final = frozenset({Cause.OUT_OF_MEMORY, Cause.EXIT_CODE, Cause.SIGNAL, Cause.UNEXPECTED_EXIT})
_UNKNOWN: Final = frozenset({Cause.UNKNOWN_CODE, Cause.NO_CODE})
_AT_ANY_TIME: Final = frozenset({Cause.TIMEOUT, Cause.INTERNAL, Cause.OTHER})
_FAULTS: tuple[Cause, ...] = tuple(
    meaning for meaning in PHRASES if isinstance(meaning, Cause) and meaning is not Cause.OTHER
)

_WARNINGS: Final = frozenset({"spotinterruption", "terminationnotice", "infrastructurehealth"})
# SIGKILL and SIGTERM: what ECS sends to the other containers when an essential one has ended.
_STOPPED_ALONG: Final = frozenset({137, 143})
# Beside these a container's text says more than its exit code: the runtime's own, and those of a kill.
_NOT_THE_PROGRAMS_OWN: Final = _STOPPED_ALONG | {None, 125, 126, 127, 128, 255}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A stop that a person should know of, with the containers concerned and their exit codes."""

    kind: Kind
    cause: Cause
    severity: Severity
    summary: str
    remedy: str
    containers: tuple[str, ...]
    exit_codes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Clue:
    """One text of a stop and what it says; `container` is "" for the task's own `stoppedReason`."""

    text: str
    meaning: Meaning | None
    container: str = ""
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """All that a stop tells, in an order that the order of the containers does not change."""

    code: str
    task: tuple[_Clue, ...]  # none or one
    containers: tuple[_Clue, ...]
    exit_codes: Mapping[str, int]
    service: bool
    started: bool

    @property
    def clues(self) -> tuple[_Clue, ...]:
        return self.task + self.containers

    @property
    def text(self) -> str:
        return "".join(clue.text for clue in self.task)


@dataclass(frozen=True, slots=True)
class _Verdict:
    cause: Cause
    text: str = ""
    containers: tuple[str, ...] = ()


def explain(state: TaskState) -> Stop | None:
    """The stop that a person should know of; None for a task that has not stopped, or stopped as planned."""
    if not state.closed and state.desired_status != "STOPPED":
        return None
    case = _case(state)
    if not state.closed and not _is_warning(case):
        return None
    verdict = _JUDGES.get(case.code.lower(), _unknown_code)(case)
    return _stop(case, verdict) if verdict else None


def _case(state: TaskState) -> _Case:
    task = tuple(_clues([(state.stopped_reason, "", None)]))
    told = tuple(sorted(_clues((c.reason, c.name, c.exit_code) for c in state.containers), key=_precedence))
    ended = _ended(state.containers)
    return _Case(
        code=(state.stop_code or "").strip(),
        task=task,
        containers=told,
        exit_codes=ended or _told_exit_codes(task + told),
        service=state.service is not None,
        started=state.started_at is not None or bool(ended),
    )


def _clues(told: Iterable[tuple[str | None, str, int | None]]) -> Iterable[_Clue]:
    return (_Clue(text, read(text), name, code) for text, name, code in told if text and text.strip())


def _precedence(clue: _Clue) -> tuple[int, str, str, int]:
    rank = _FAULTS.index(clue.meaning) if clue.meaning in _FAULTS else len(_FAULTS)
    return rank, clue.container, clue.text, clue.exit_code or 0


def _ended(containers: Iterable[Container]) -> Mapping[str, int]:
    """Exit codes by name; of containers with one name a failure counts, and of failures the highest."""
    told = [(c.name, c.exit_code != 0, c.exit_code) for c in containers if c.exit_code is not None]
    return {name: code for name, _, code in sorted(told)}


def _told_exit_codes(clues: Iterable[_Clue]) -> Mapping[str, int]:
    told = ((clue.container, exit_code_in(clue.text)) for clue in clues)
    return {name: code for name, code in told if code is not None}


def _is_warning(case: _Case) -> bool:
    """ECS was seen to send Spot's warning with and without a stop code."""
    if case.code:
        return case.code.lower() in _WARNINGS
    return any(clue.meaning is Cause.SPOT for clue in case.task)


def _user(case: _Case) -> _Verdict | None:
    """StopTask takes any text as its reason: only what AWS alone would write counts."""
    return _heard(case.task, _HOST)


def _scheduler(case: _Case) -> _Verdict | None:
    return _heard(case.clues, _HEALTH | _INTERRUPTED)


def _spot(case: _Case) -> _Verdict:
    return _Verdict(Cause.SPOT, case.text)


def _termination_notice(case: _Case) -> _Verdict:
    return _heard(case.task, _INTERRUPTED) or _spot(case)


def _infrastructure_health(case: _Case) -> _Verdict:
    return _Verdict(Cause.INFRASTRUCTURE_HEALTH, case.text)


def _exited(case: _Case) -> _Verdict | None:
    telling = [clue for clue in case.clues if clue.exit_code in _NOT_THE_PROGRAMS_OWN]
    return _heard(case.clues, {Cause.OUT_OF_MEMORY}) or _heard(telling, _FAULTS) or _by_exit_codes(case)


def _by_exit_codes(case: _Case) -> _Verdict | None:
    """Containers that were stopped along with the essential one don't count, unless there is no other."""
    if not case.exit_codes:
        return _Verdict(Cause.OTHER, _unread(case))
    own = {name: code for name, code in case.exit_codes.items() if code not in _STOPPED_ALONG}
    failed = {name: code for name, code in (own or case.exit_codes).items() if code != 0}
    if not failed:
        return _Verdict(Cause.UNEXPECTED_EXIT, containers=tuple(own)) if case.service else None
    signals = all(128 < code <= 128 + 64 for code in failed.values())
    return _Verdict(Cause.SIGNAL if signals else Cause.EXIT_CODE, containers=tuple(failed))


def _failed_to_start(case: _Case) -> _Verdict:
    failed = tuple(name for name, code in case.exit_codes.items() if code != 0)
    return _heard(case.clues, _FAULTS) or _Verdict(Cause.OTHER, _unread(case), failed)


def _unknown_code(case: _Case) -> _Verdict:
    told = f"{case.code}: {case.text}" if case.text else case.code
    return _heard(case.clues, _FAULTS) or _Verdict(Cause.UNKNOWN_CODE, told)


def _no_code(case: _Case) -> _Verdict | None:
    """Events of 2018 and before have no code; a text that says nothing known is some person's own."""
    if not case.clues and not case.exit_codes:
        return _Verdict(Cause.NO_CODE)
    told = case.task or tuple(clue for clue in case.containers if clue.meaning is Saying.PLANNED)
    meaning = told[0].meaning if told else Saying.EXITED
    if meaning is Saying.EXITED:
        return _exited(case)
    if meaning is Saying.NOT_STARTED:
        return _failed_to_start(case)
    if meaning is Saying.PLANNED:
        return None
    return _heard(case.clues, _FAULTS) or _heard(case.task, {Cause.OTHER})


_JUDGES: Mapping[str, Callable[[_Case], _Verdict | None]] = {
    "": _no_code,
    "userinitiated": _user,
    "serviceschedulerinitiated": _scheduler,
    "spotinterruption": _spot,
    "terminationnotice": _termination_notice,
    "infrastructurehealth": _infrastructure_health,
    "essentialcontainerexited": _exited,
    "taskfailedtostart": _failed_to_start,
}


def _heard(clues: Iterable[_Clue], causes: Collection[Cause]) -> _Verdict | None:
    """The verdict of the first text that says one of the causes, with all containers that say the same."""
    told = [clue for clue in clues if clue.meaning in causes]
    if not told or not isinstance(told[0].meaning, Cause):
        return None
    names = {clue.container for clue in told if clue.container and clue.meaning is told[0].meaning}
    return _Verdict(told[0].meaning, told[0].text, tuple(sorted(names)))


def _unread(case: _Case) -> str:
    """The first text that says nothing known, for a person to read."""
    return next((clue.text for clue in case.clues if clue.meaning in {None, Cause.OTHER}), "")


def _kind(case: _Case, cause: Cause) -> Kind:
    if cause in _HEALTH:
        return Kind.HEALTH_CHECK_FAILED
    if cause in _INTERRUPTED:
        return Kind.CAPACITY_INTERRUPTED
    if cause in _UNKNOWN:
        return Kind.UNKNOWN_STOP
    refused = case.code.lower() == "taskfailedtostart" or any(
        c.meaning is Saying.NOT_STARTED for c in case.clues
    )
    ran = cause in _RAN or (cause in _AT_ANY_TIME and case.started and not refused)
    return Kind.ESSENTIAL_CONTAINER_FAILED if ran else Kind.TASK_FAILED_TO_START


def _stop(case: _Case, verdict: _Verdict) -> Stop:
    kind = _kind(case, verdict.cause)
    concerned = {name: case.exit_codes.get(name) for name in verdict.containers}
    return Stop(
        kind=kind,
        cause=verdict.cause,
        severity=severity(kind, verdict.cause, service=case.service),
        summary=summarise(kind, verdict.cause, concerned, verdict.text),
        remedy=advise(verdict.cause, squeeze(verdict.text), filter(None, concerned.values())),
        containers=tuple(name for name in verdict.containers if name),
        exit_codes={name: code for name, code in concerned.items() if name and code is not None},
    )
