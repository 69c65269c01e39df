"""Lanes: a service or a task family each, with its deployments and the lives of its tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.arns import cluster_name
from reconciler.findings.model import owner
from reconciler.notifications.fault_words import owner_name
from reconciler.services.outcomes import histories

from .lives import fault
from .offsets import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.model.service import ServiceRecord
    from reconciler.services.outcomes import History

    from .content import Chapter, Life
    from .lives import PackedLives
    from .offsets import Offsets


@dataclass(slots=True)
class Lane:
    """A service or a task family of a cluster: `owner` is `service:NAME` or `family:NAME`."""

    cluster_arn: str
    owner: str
    lives: list[Life] = field(default_factory=list)
    record: ServiceRecord | None = None
    findings: Sequence[Finding] = ()
    deployments: Sequence[History] = ()

    @property
    def cluster(self) -> str:
        return cluster_name(self.cluster_arn) or self.cluster_arn

    @property
    def faults(self) -> tuple[int, int]:
        """The severity of the worst that was found, and how many tasks something is wrong with."""
        found = [*self.findings, *(one for life in self.lives for one in life.findings)]
        worst = max((one.severity.rank for one in found), default=-1)
        return worst, sum(bool(life.findings) for life in self.lives)


def lanes(chapter: Chapter) -> list[Lane]:
    """Those with anything to show, the worst first, then by name."""
    found: dict[tuple[str, str], Lane] = {}

    def lane(cluster_arn: str, owned_by: str) -> Lane:
        return found.setdefault((cluster_arn, owned_by), Lane(cluster_arn, owned_by))

    for life in chapter.lives:
        state = life.entry.state
        lane(state.cluster_arn, owner(state.group, state.task_definition_arn)).lives.append(life)
    for record, faults in chapter.services:
        deployed = [one for one in histories(record) if _is_of_span(one, chapter.since)]
        named = (record.cluster_arn, f"service:{record.service}")
        if deployed or faults or named in found:
            one = lane(*named)
            one.record, one.findings, one.deployments = record, faults, deployed
    return sorted(
        found.values(), key=lambda one: (*(-number for number in one.faults), one.owner, one.cluster)
    )


def lane_form(lane: Lane, lives: PackedLives, offsets: Offsets) -> dict[str, Any]:
    """What the page has of it."""
    state = lane.record.state if lane.record else None
    return {
        "name": text(owner_name(lane.owner)),
        "sort": text(lane.owner.partition(":")[0]),
        "cluster": text(lane.cluster),
        "counts": [state.running_count, state.desired_count, state.pending_count] if state else None,
        "findings": list(map(fault, lane.findings)),
        "deployments": _deployments(lane.deployments, offsets),
        "lives": lives.pack(lane.lives),
        "protected": lives.protected(lane.lives),
    }


def moments_of(lane: Lane) -> Iterable[datetime]:
    """When its deployments began and ended."""
    for one in lane.deployments:
        yield one.deployment.began.at
        if one.ended_at:
            yield one.ended_at


def _is_of_span(one: History, since: datetime | None) -> bool:
    ended = one.ended_at or one.deployment.began.at
    return since is None or max(ended, one.deployment.began.at) >= since


def _deployments(known: Sequence[History], offsets: Offsets) -> list[list[Any]]:
    """The first first: its id, revision, time, end, outcome and reason, and which one it rolls back."""
    return [
        [
            text(one.deployment.deployment_id),
            text(one.deployment.name),
            offsets.of(one.deployment.began.at),
            offsets.of(one.ended_at),
            one.outcome,
            text(one.reason),
            one.rollback_of and text(one.rollback_of.name),
        ]
        for one in reversed(known)
    ]
