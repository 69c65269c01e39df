"""An explanation in sentences: what is wrong, why, since which deployment, and what to do; pure.

Text for a terminal and Markdown for a job summary set the same story, each in its way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.arns import cluster_name, revision
from reconciler.findings.causes.impaired_service import BELOW_DESIRED
from reconciler.findings.model import Kind, Severity
from reconciler.findings.summary import brief, recent, spell
from reconciler.incidents.facts.impact import Level
from reconciler.notifications.blame_words import blame_words
from reconciler.notifications.fault_words import faults, times, what, who
from reconciler.notifications.listed import affected
from reconciler.services.images import changed_images
from reconciler.services.outcomes import Outcome, histories

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from reconciler.incidents.deployments.blame import Blame
    from reconciler.incidents.facts.impact import Impact
    from reconciler.incidents.model import Incident
    from reconciler.model.service import ServiceRecord

    from ..explain import Explanation

_MOST_LISTED = 3
_MOST_MESSAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing that is wrong: `title` in a few words, then why, the tasks it struck, and what to do.

    `owner` is empty where the story is of one owner only.
    """

    severity: str
    owner: str
    title: str
    sentences: Sequence[str]
    because: Sequence[str] = ()
    tasks: Sequence[str] = ()
    steps: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A line that says it all, what is wrong, what is over, what ECS itself says, and what is not known."""

    verdict: str
    well: bool
    matters: Sequence[Matter] = ()
    over: Sequence[str] = ()
    messages: Sequence[str] = ()
    unknown: Sequence[str] = ()


def story_of_service(explained: Explanation, name: str) -> Story:
    record, now = explained.records[name], explained.at
    place = f"{name} ({cluster_name(record.cluster_arn) or explained.cluster})"
    runs = _runs(explained.impacts[name], now)
    matters = _matters(explained, named=False)
    if matters:
        explains = any(one.because or one.tasks for one in matters)
        said = () if explains else _messages(record, now)
        return _story(explained, f"{place}: {matters[0].title}. {runs}", matters, said)
    return _story(explained, f"{place}: nothing is wrong. {runs}{_deployed(record, now)}", ())


def story_of_cluster(explained: Explanation) -> Story:
    """Of all services and of standalone work that is not well."""
    cluster = cluster_name(explained.cluster) or explained.cluster
    owners = {owner for one in explained.wrong for owner in _owners(one)}
    owners |= {f"service:{name}" for name in explained.short}
    number = len(explained.records)
    services = f"{number} service{'' if number == 1 else 's'}"
    if not owners:
        return _story(explained, f"{cluster}: nothing is wrong with its {services}.", ())
    unwell = sum(one.startswith("service:") for one in owners)
    rest = f", and {len(owners) - unwell} of standalone work" if len(owners) > unwell else ""
    verdict = f"{cluster}: {unwell} of {services} are not well{rest}."
    return _story(explained, verdict, _matters(explained, named=True))


def story_of_task(explained: Explanation, task_arn: str) -> Story:
    state = explained.entries[task_arn].state
    owner = state.service or (state.group or "").partition(":")[2] or "standalone"
    place = f"task {state.task_id} of {owner} ({state.cluster})"
    matters = _matters(explained, named=False)
    if matters:
        return _story(explained, f"{place}: {matters[0].title}.", matters)
    stopped = state.stopped_reason or state.stop_code
    ended = f" It stopped as planned{f': {stopped}' if stopped else ''}." if state.closed else ""
    return _story(explained, f"{place} is {state.last_status}: nothing is wrong with it.{ended}", ())


def _story(
    explained: Explanation, verdict: str, matters: Sequence[Matter], messages: Sequence[str] = ()
) -> Story:
    return Story(
        verdict=verdict,
        well=not matters,
        matters=matters,
        over=[_over(one, explained.at) for one in explained.over],
        messages=messages,
        unknown=explained.unknown,
    )


def _matters(explained: Explanation, *, named: bool) -> Sequence[Matter]:
    """What is wrong; each with its owner where it is `named`."""
    matters = [
        *(_matter(explained, one) for one in explained.wrong),
        *(_short(explained, name) for name in explained.short),
    ]
    return matters if named else [replace(one, owner="") for one in matters]


def _owners(incident: Incident) -> Sequence[str]:
    return [one.name for one in incident.shared.owners] if incident.shared else [incident.key.owner]


def _short(explained: Explanation, name: str) -> Matter:
    """A service that lacks tasks, and nothing that ECS says explains it."""
    record = explained.records[name]
    return Matter(
        severity=Severity.HIGH if explained.impacts[name].zero_since else Severity.MEDIUM,
        owner=f"{name} ({cluster_name(record.cluster_arn) or explained.cluster})",
        title=BELOW_DESIRED.title,
        sentences=[_runs(explained.impacts[name], explained.at), "No stopped task or message explains it."],
        steps=[BELOW_DESIRED.remedy],
    )


def _matter(explained: Explanation, incident: Incident) -> Matter:
    now, behind = explained.at, _causes(explained.behind(incident))
    impact = explained.impacts.get(incident.service or "")
    return Matter(
        severity=incident.severity,
        owner=f"{who(incident)} ({incident.cluster}{f', {_counts(impact)}' if impact else ''})",
        title=_title(incident, behind),
        sentences=list(_sentences(incident, now)),
        because=[f"{_happened(one, now)}. {one.summary}" for one in behind],
        tasks=[line for one in (*behind, incident) for line in affected(one)[1]][:_MOST_LISTED],
        steps=list(dict.fromkeys([one.remedy for one in behind] or [incident.remedy])),
    )


def _title(incident: Incident, behind: Sequence[Incident]) -> str:
    """`deployment failed, image can't be pulled`: of a deployment rather why than how it ended."""
    happened, ending = what(incident)
    if incident.key.kind is Kind.DEPLOYMENT_FAILED and behind:
        return f"deployment failed, {', '.join(filter(None, what(behind[0])))}"
    return ", ".join(filter(None, (happened, ending)))


def _sentences(incident: Incident, now: datetime) -> Iterator[str]:
    yield incident.summary
    blame = incident.blame
    if blame and (incident.key.kind is not Kind.DEPLOYMENT_FAILED or _changes_images(blame)):
        yield blame_words(blame, incident.first_seen_at, now)


def _changes_images(blame: Blame) -> bool:
    return bool(changed_images(blame.previous_images or (), blame.images or ()))


def _causes(behind: Sequence[Incident]) -> Sequence[Incident]:
    """Those that say why, and not only that tasks fail."""
    return [one for one in behind if one.key.kind is not Kind.SERVICE_IMPAIRED] or behind


def _counts(impact: Impact) -> str:
    return f"{impact.running} of {impact.desired} running"


def _happened(incident: Incident, now: datetime) -> str:
    """`image can't be pulled, 4 times since 10:01`."""
    title = ", ".join(filter(None, what(incident)))
    return f"{title}, {times(faults(incident))} since {brief(incident.first_seen_at, now)}"


def _over(incident: Incident, now: datetime) -> str:
    ended = f": {incident.ended_by}" if incident.ended_by else ""
    return f"{who(incident)}: {_happened(incident, now)}{ended}"


def _runs(impact: Impact, now: datetime) -> str:
    pending = f", {impact.pending} pending" if impact.pending else ""
    level, since = impact.level(now), impact.short_since
    lasting = f" for {spell(now - since)}" if since and since < now else ""
    if level is Level.DOWN:
        return f"{impact.running} of {impact.desired} tasks run{pending}: it is down{lasting}."
    short = f", too few{lasting}" if impact.falls_short else ""
    return f"{impact.running} of {impact.desired} tasks run{pending}{short}."


def _deployed(record: ServiceRecord, now: datetime) -> str:
    """What it runs, and how far the newest deployment is."""
    newest = next(iter(histories(record)), None)
    if newest is None:
        return ""
    name = revision(newest.deployment.task_definition_arn) or newest.deployment.deployment_id
    if newest.outcome is Outcome.IN_PROGRESS:
        return f" Its deployment to {name} is under way since {recent(newest.deployment.began.at, now)}."
    return f" It runs {name}, deployed at {recent(newest.deployment.began.at, now)}."


def _messages(record: ServiceRecord, now: datetime) -> Sequence[str]:
    messages = record.state.messages if record.state else ()
    return [f"{recent(one.at, now)}: {one.text}" for one in messages[:_MOST_MESSAGES]]
