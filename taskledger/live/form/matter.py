"""One thing that is wrong, in sentences; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.findings.causes.impaired_service import BELOW_DESIRED
from reconciler.findings.model import Kind, Severity
from reconciler.findings.summary import brief, spell
from reconciler.incidents.facts.impact import Level
from reconciler.notifications.blame_words import blame_words
from reconciler.notifications.fault_words import faults, times, what, who
from reconciler.notifications.listed import affected
from reconciler.services.images import changed_images

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from reconciler.incidents.deployments.blame import Blame
    from reconciler.incidents.model import Incident

    from ..explanation import Explanation

_MOST_LISTED = 3
_MOST_OTHERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing that is wrong: `title` in a few words, then why, the tasks it struck, and what to do.

    `owner` is empty where the story is of one owner only, and `place` says where that is and what runs. The
    `others` are the owners of which the same is to be said.
    """

    severity: str
    owner: str
    place: str
    title: str
    sentences: Sequence[str]
    because: Sequence[str] = ()
    tasks: Sequence[str] = ()
    steps: Sequence[str] = ()
    others: Sequence[str] = ()

    @property
    def heading(self) -> str:
        return f"{self.owner}{self.place}: {self.title}" if self.owner else self.title

    @property
    def also(self) -> str:
        """The others by name, as far as these are few enough to be read."""
        return ", ".join(first_of(self.others, _MOST_OTHERS))


def first_of(lines: Sequence[str], most: int) -> Sequence[str]:
    """So many of the lines, and how many more there are."""
    left = len(lines) - most
    return [*lines[:most], f"and {left} more"] if left > 0 else lines


def matters_of(explained: Explanation, *, named: bool) -> Sequence[Matter]:
    """What is wrong; each with its owner where it is `named`."""
    matters = [
        *(_matter(explained, one) for one in explained.wrong),
        *(_short(explained, name) for name in explained.short),
    ]
    return folded(matters) if named else [replace(one, owner="") for one in matters]


def folded(matters: Sequence[Matter]) -> Sequence[Matter]:
    """The matters, those of one title and one advice as one, in the words of the first."""
    alike: dict[tuple[str, str, tuple[str, ...]], list[Matter]] = {}
    for one in matters:
        alike.setdefault((one.severity, one.title, tuple(one.steps)), []).append(one)
    return [replace(first, others=[one.owner for one in rest]) for first, *rest in alike.values()]


def runs(explained: Explanation, name: str) -> str:
    """How many tasks of the service run, and since when too few."""
    now, impact, running = explained.at, explained.impacts[name], explained.running(name)
    pending = f", {impact.pending} pending" if impact.pending else ""
    level, since = impact.level(now), impact.short_since
    lasting = f" for {spell(now - since)}" if since and since < now else ""
    if level is Level.DOWN:
        return f"{running} of {impact.desired} tasks run{pending}: it is down{lasting}."
    short = f", too few{lasting}" if impact.falls_short and running < impact.desired else ""
    return f"{running} of {impact.desired} tasks run{pending}{short}."


def _short(explained: Explanation, name: str) -> Matter:
    """A service that lacks tasks, and nothing that ECS says explains it."""
    return Matter(
        severity=Severity.HIGH if explained.impacts[name].zero_since else Severity.MEDIUM,
        owner=name,
        place=f" ({explained.cluster_name})",
        title=BELOW_DESIRED.title,
        sentences=[runs(explained, name), "No stopped task or message explains it."],
        steps=[BELOW_DESIRED.remedy],
    )


def _matter(explained: Explanation, incident: Incident) -> Matter:
    now, behind = explained.at, _causes(incident, explained)
    listed = [line for one in (*behind, incident) for line in affected(one)[1]]
    return Matter(
        severity=incident.severity,
        owner=who(incident),
        place=f" ({incident.cluster}{_counts(explained, incident.service)})",
        title=_title(incident, behind),
        sentences=list(_sentences(incident, now)),
        because=[f"{happened(one, now)}. {one.summary}" for one in behind],
        tasks=listed if incident.shared else listed[:_MOST_LISTED],
        steps=list(dict.fromkeys([one.remedy for one in behind] or [incident.remedy])),
    )


def _title(incident: Incident, behind: Sequence[Incident]) -> str:
    """`deployment failed, image can't be pulled, rolled back`: rather why than how it ended."""
    happened, ending = what(incident)
    if incident.key.kind is not Kind.DEPLOYMENT_FAILED:
        return ", ".join(filter(None, (happened, ending)))
    why = ", ".join(filter(None, what(behind[0]))) if behind else None
    undone = "rolled back" if incident.blame and incident.blame.rolled_back_at else None
    return ", ".join(filter(None, ("deployment failed" if why else happened, why, undone)))


def _sentences(incident: Incident, now: datetime) -> Iterator[str]:
    yield incident.summary
    blame = incident.blame
    if blame and (incident.key.kind is not Kind.DEPLOYMENT_FAILED or _changes_images(blame)):
        yield blame_words(blame, incident.first_seen_at, now)


def _changes_images(blame: Blame) -> bool:
    return bool(changed_images(blame.previous_images or (), blame.images or ()))


def _causes(incident: Incident, explained: Explanation) -> Sequence[Incident]:
    """Why a deployment failed, and not only that its tasks fail; of others, what is behind them is no reason.

    Of stops that is what they bring about, and of what struck several owners the same in each.
    """
    if incident.key.kind is not Kind.DEPLOYMENT_FAILED:
        return ()
    behind = explained.behind(incident)
    return [one for one in behind if one.key.kind is not Kind.SERVICE_IMPAIRED] or behind


def _counts(explained: Explanation, service: str | None) -> str:
    impact = explained.impacts.get(service or "")
    return f", {explained.running(service)} of {impact.desired} running" if service and impact else ""


def happened(incident: Incident, now: datetime) -> str:
    """`image can't be pulled, 4 times since 10:01`."""
    title = ", ".join(filter(None, what(incident)))
    return f"{title}, {times(faults(incident))} since {brief(incident.first_seen_at, now)}"
