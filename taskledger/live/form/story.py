"""An explanation in sentences: what is wrong, why, since which deployment, and what to do; pure.

Text for a terminal and Markdown for a job summary set the same story, each in its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.findings.summary import recent
from reconciler.notifications.fault_words import who
from reconciler.services.outcomes import Outcome, histories

from .matter import Matter, first_of, happened, matters_of, runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.incidents.model import Incident
    from reconciler.model.service import ServiceRecord

    from ..explanation import Explanation

_MOST_MATTERS = 10
_MOST_LINES = 20
_MOST_MESSAGES = 3
_GONE = {"INACTIVE": "is deleted", "DRAINING": "is being deleted"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A line that says it all, what is wrong, what is over, what ECS itself says, and what is not known.

    `more` is what else is wrong, in a few words each.
    """

    verdict: str
    well: bool
    matters: Sequence[Matter] = ()
    more: Sequence[str] = ()
    over: Sequence[str] = ()
    messages: Sequence[str] = ()
    unknown: Sequence[str] = ()


def story_of_service(explained: Explanation, name: str) -> Story:
    record, now = explained.records[name], explained.at
    place = f"{name} ({explained.cluster_name})"
    now_run = runs(explained, name)
    matters = matters_of(explained, named=False)
    if record.state and (gone := _GONE.get(record.state.status)):
        return _story(explained, f"{place} {gone}. {now_run}", matters)
    if matters:
        explains = any(one.because or one.tasks for one in matters)
        said = () if explains else _messages(record, now)
        return _story(explained, f"{place}: {matters[0].title}. {now_run}", matters, said)
    return _story(explained, f"{place}: {_nothing(explained)}. {now_run}{_deployed(record, now)}", ())


def story_of_cluster(explained: Explanation) -> Story:
    """Of all services and of standalone work that is not well."""
    cluster = explained.cluster_name
    owners = {owner for one in explained.wrong for owner in _owners(one)}
    owners |= {f"service:{name}" for name in explained.short}
    number = len(explained.records)
    services = f"{number} service{'' if number == 1 else 's'}"
    if not owners:
        return _story(explained, f"{cluster}: {_nothing(explained, f' with its {services}')}.", ())
    unwell = sum(one.startswith("service:") for one in owners)
    standalone = len(owners) - unwell
    families = f"{standalone} standalone task famil{'y' if standalone == 1 else 'ies'}"
    which = " and ".join([f"{unwell} of {services}"] * bool(unwell) + [families] * bool(standalone))
    verdict = f"{cluster}: {which} {'is' if len(owners) == 1 else 'are'} not well."
    return _story(explained, verdict, matters_of(explained, named=True))


def story_of_task(explained: Explanation, task_arn: str) -> Story:
    state = explained.entries[task_arn].state
    owner = state.service or (state.group or "").partition(":")[2] or "standalone"
    place = f"task {state.task_id} of {owner} ({state.cluster})"
    matters = matters_of(explained, named=False)
    if matters:
        return _story(explained, f"{place}: {matters[0].title}.", matters)
    stopped = state.stopped_reason or state.stop_code
    ended = f" It stopped as planned{f': {stopped}' if stopped else ''}." if state.closed else ""
    nothing = _nothing(explained, " with it")
    return _story(explained, f"{place} is {state.last_status}: {nothing}.{ended}", ())


def _nothing(explained: Explanation, what: str = "") -> str:
    return f"nothing is wrong{what}{', as far as could be asked' if explained.unknown else ''}"


def _story(
    explained: Explanation, verdict: str, matters: Sequence[Matter], messages: Sequence[str] = ()
) -> Story:
    return Story(
        verdict=verdict,
        well=not matters,
        matters=matters[:_MOST_MATTERS],
        more=first_of([one.heading for one in matters[_MOST_MATTERS:]], _MOST_LINES),
        over=first_of([_over(one, explained.at) for one in explained.over], _MOST_LINES),
        messages=messages,
        unknown=explained.unknown,
    )


def _owners(incident: Incident) -> Sequence[str]:
    return [one.name for one in incident.shared.owners] if incident.shared else [incident.key.owner]


def _over(incident: Incident, now: datetime) -> str:
    ended = f": {incident.ended_by}" if incident.ended_by else ""
    return f"{who(incident)}: {happened(incident, now)}{ended}"


def _deployed(record: ServiceRecord, now: datetime) -> str:
    """What it runs, and how far the newest deployment is."""
    newest = next(iter(histories(record)), None)
    if newest is None:
        return ""
    name = newest.deployment.name
    if newest.outcome is Outcome.IN_PROGRESS:
        return f" Its deployment to {name} is under way since {recent(newest.deployment.began.at, now)}."
    if newest.outcome is not Outcome.COMPLETED:
        return ""
    return f" It runs {name}, deployed at {recent(newest.deployment.began.at, now)}."


def _messages(record: ServiceRecord, now: datetime) -> Sequence[str]:
    messages = record.state.messages if record.state else ()
    return [f"{recent(one.at, now)}: {one.text}" for one in messages[:_MOST_MESSAGES]]
