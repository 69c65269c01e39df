"""How long the phases of tasks took, by service or task family, and by revision."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from reconciler import arns
from reconciler.findings.model import owner

from .phases import phases

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from reconciler.model.entry import LedgerEntry

    from .phases import Phase

    Took = tuple[timedelta, str]  # and the ARN of the task

MEASURED = ("provision", "prepare", "pull", "start", "stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Durations:
    """How long one phase took in `number` tasks; `slowest_task_arn` is where it took longest."""

    number: int
    p50: timedelta
    p90: timedelta
    p99: timedelta
    slowest: timedelta
    slowest_task_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionLatency:
    """One revision; `durations` has each of `MEASURED`, None where no task has that phase."""

    task_definition_arn: str | None
    lives: int
    durations: Mapping[str, Durations | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerLatency:
    """A service or task family, its newest revision first."""

    cluster_arn: str
    owner: str
    revisions: Sequence[RevisionLatency]


@dataclass(slots=True)
class _Revision:
    """What is found of a revision, task by task."""

    first_began: datetime
    lives: int = 0
    took: dict[str, list[Took]] = field(default_factory=lambda: defaultdict(list))

    def add(self, entry: LedgerEntry, found: Mapping[str, Phase]) -> None:
        self.first_began = min(self.first_began, entry.began_at)
        self.lives += 1
        for name, phase in found.items():
            self.took[name].append((phase.took, entry.state.task_arn))


def latency(entries: Iterable[LedgerEntry], since: datetime) -> tuple[Sequence[OwnerLatency], int]:
    """How long the phases took that began since then, by cluster and owner; and how many tasks have none.

    The latter are those of which no phase is known at all, of the tasks that began or closed since then.
    """
    found: dict[tuple[str, str], dict[str | None, _Revision]] = defaultdict(dict)
    without = 0
    for entry in entries:
        known = {name: phase for name, phase in phases(entry.state).items() if phase and name in MEASURED}
        if measured := {name: phase for name, phase in known.items() if phase.began_at >= since}:
            state = entry.state
            of_owner = found[state.cluster_arn, owner(state.group, state.task_definition_arn)]
            revision = of_owner.setdefault(state.task_definition_arn, _Revision(entry.began_at))
            revision.add(entry, measured)
        elif not known and _is_of(entry, since):
            without += 1
    return [_owner(*key, found[key]) for key in sorted(found)], without


def percentile(ordered: Sequence[timedelta], percent: int) -> timedelta:
    """The value at this part of their order, interpolated between neighbours as DuckDB's `quantile_cont` is.

    In whole numbers, which makes it exact: durations of milliseconds give one of at most two digits more.
    """
    place, rest = divmod((len(ordered) - 1) * percent, 100)
    if not rest:
        return ordered[place]
    return ordered[place] + (ordered[place + 1] - ordered[place]) * rest / 100


def _is_of(entry: LedgerEntry, since: datetime) -> bool:
    return entry.began_at >= since or (entry.closed is not None and entry.closed.at >= since)


def _owner(cluster_arn: str, name: str, found: Mapping[str | None, _Revision]) -> OwnerLatency:
    revisions = [_revision(arn, found[arn]) for arn in _newest_first(found)]
    return OwnerLatency(cluster_arn=cluster_arn, owner=name, revisions=revisions)


def _newest_first(found: Mapping[str | None, _Revision]) -> Sequence[str | None]:
    """By their numbers, as a service can go back to one; those of a family that came later are newer."""
    families: dict[str | None, datetime] = {}
    for arn, revision in found.items():
        began = families.get(arns.family(arn), revision.first_began)
        families[arns.family(arn)] = min(began, revision.first_began)
    return sorted(found, key=lambda arn: (families[arns.family(arn)], _number(arn)), reverse=True)


def _number(task_definition_arn: str | None) -> str:
    """The number of the revision, to sort by: what somebody sent need not be one."""
    return (arns.revision(task_definition_arn) or "").rpartition(":")[2].zfill(20)


def _revision(task_definition_arn: str | None, found: _Revision) -> RevisionLatency:
    durations = {name: _durations(found.took[name]) for name in MEASURED}
    return RevisionLatency(task_definition_arn=task_definition_arn, lives=found.lives, durations=durations)


def _durations(took: Sequence[Took]) -> Durations | None:
    if not took:
        return None
    ordered = sorted(map(itemgetter(0), took))
    slowest, task_arn = max(took)
    return Durations(
        number=len(took),
        p50=percentile(ordered, 50),
        p90=percentile(ordered, 90),
        p99=percentile(ordered, 99),
        slowest=slowest,
        slowest_task_arn=task_arn,
    )
