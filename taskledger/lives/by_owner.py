"""Tasks counted by the service or task family that they are of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.findings.model import owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.model.entry import LedgerEntry

    from .differences import Difference
    from .states import StateThen

    Key = tuple[str, str]  # ARN of the cluster, and the owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """How many tasks, and how many of each task definition's ARN; None where a task names none."""

    number: int
    running: int
    definitions: Mapping[str | None, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersDifference:
    """What ran at both times, and how many tasks make the difference."""

    cluster_arn: str
    owner: str
    before: Tasks
    after: Tasks
    began: int
    ended: int
    came_and_went: int
    changed: int


def tasks_by_owner(states: Iterable[StateThen]) -> Mapping[Key, Tasks]:
    """The tasks of each owner, by cluster and owner."""
    grouped: dict[Key, list[StateThen]] = {}
    for one in states:
        grouped.setdefault(key_of(one.entry), []).append(one)
    return {key: _counted(grouped[key]) for key in sorted(grouped)}


def differences_by_owner(found: Difference) -> Sequence[OwnersDifference]:
    """Each owner that had a task at either time or between them, by cluster and owner."""
    before, after = tasks_by_owner(found.before), tasks_by_owner(found.after)
    began = Counter(key_of(one.entry) for one in found.began)
    ended = Counter(key_of(one.entry) for one in found.ended)
    passed = Counter(key_of(one) for one in found.came_and_went)
    changed = Counter(key_of(one.entry) for _, one in found.changed)
    nothing = _counted(())
    return [
        OwnersDifference(
            cluster_arn=key[0],
            owner=key[1],
            before=before.get(key, nothing),
            after=after.get(key, nothing),
            began=began[key],
            ended=ended[key],
            came_and_went=passed[key],
            changed=changed[key],
        )
        for key in sorted({*before, *after, *passed})
    ]


def key_of(entry: LedgerEntry) -> Key:
    """The cluster and the owner of its task."""
    state = entry.state
    return state.cluster_arn, owner(state.group, state.task_definition_arn)


def _counted(states: Sequence[StateThen]) -> Tasks:
    definitions = Counter(one.entry.state.task_definition_arn for one in states)
    ordered = sorted(definitions, key=lambda arn: arn or "")
    return Tasks(
        number=len(states),
        running=sum(one.last_status == "RUNNING" for one in states),
        definitions={arn: definitions[arn] for arn in ordered},
    )
