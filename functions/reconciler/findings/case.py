"""All that a stop says of itself, read from the task's last state.

Containers are in an order of our own, by their causes and names: ECS lists them in none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..model.task import Container, TaskState
from .causes import RECORDS
from .causes.runtime import OTHER
from .model import Cause
from .phrases import Meaning, Remark, exit_code_in, read, squeeze

# Causes that a text can name, most significant first.
FAULTS = [record.cause for record in RECORDS.values() if record.phrases and record is not OTHER]

_BARE = {squeeze(text) for text in ("Task failed to start", "Essential container in task exited")}


@dataclass(frozen=True, slots=True)
class Clue:
    """One text of a stop and what it says; `container` is "" for the task's own `stoppedReason`."""

    text: str
    meaning: Meaning | None
    container: str = ""
    exit_code: int | None = None

    @property
    def is_unread(self) -> bool:
        """Whether it says more than that something failed or ended, and that is not known."""
        known = isinstance(self.meaning, Cause) and self.meaning != OTHER.cause
        return not known and squeeze(self.text) not in _BARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A stop: its code, what its texts say, and the exit codes by container."""

    code: str
    task: tuple[Clue, ...]  # none or one
    containers: tuple[Clue, ...]
    exit_codes: Mapping[str, int]
    ended: bool  # whether a container has an exit code
    service: bool
    created: bool  # whether ECS says when, so that no time of a start means that there was none
    reached_running: bool

    @property
    def key(self) -> str:
        return self.code.lower()

    @property
    def clues(self) -> tuple[Clue, ...]:
        return self.task + self.containers

    @property
    def text(self) -> str:
        return "".join(clue.text for clue in self.task)

    @property
    def unread(self) -> str:
        """The first text of which something is not known, for a person to read."""
        return next((clue.text for clue in self.clues if clue.is_unread), "")

    @property
    def ran(self) -> bool:
        """Whether the task ran: neither the code nor a text says otherwise, and something shows it."""
        refused = any(clue.meaning is Remark.NOT_STARTED for clue in self.clues)
        return (self.reached_running or self.ended) and self.key != "taskfailedtostart" and not refused

    @property
    def never_ran(self) -> bool:
        return self.created and not self.ran


def read_case(state: TaskState) -> Case:
    task = tuple(_clues([(state.stopped_reason, "", None)]))
    reasons = _clues((c.reason, c.name, c.exit_code) for c in state.containers)
    containers = tuple(sorted(reasons, key=_precedence))
    ended = _ended(state.containers)
    return Case(
        code=(state.stop_code or "").strip(),
        task=task,
        containers=containers,
        exit_codes=ended or _exit_codes_in_words(task + containers),
        ended=bool(ended),
        service=state.service is not None,
        created=state.created_at is not None,
        reached_running=state.started_at is not None,
    )


def _clues(texts: Iterable[tuple[str | None, str, int | None]]) -> Iterable[Clue]:
    return (Clue(text, read(text), name, code) for text, name, code in texts if text and text.strip())


def _precedence(clue: Clue) -> tuple[int, str, str, int]:
    rank = next((rank for rank, cause in enumerate(FAULTS) if cause == clue.meaning), len(FAULTS))
    return rank, clue.container, clue.text, clue.exit_code or 0


def _ended(containers: Iterable[Container]) -> Mapping[str, int]:
    """Exit codes by name; of containers with one name a failure counts, and of failures the highest."""
    ended = [(c.name, c.exit_code != 0, c.exit_code) for c in containers if c.exit_code is not None]
    return {name: code for name, _, code in sorted(ended)}


def _exit_codes_in_words(clues: Iterable[Clue]) -> Mapping[str, int]:
    found = ((clue.container, exit_code_in(clue.text)) for clue in clues)
    return {name: code for name, code in found if code is not None}
