"""The JSON of a replay: what came of the saved events, and under `scenarios` what came of each scenario."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reconciler.gate import Currency, Verdict

from ..output import payload
from ..output.service_payload import service

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.service import ServiceRecord

    from ..local.memory_incidents import SentMessage
    from .comparison import Comparison
    from .counts import Counts
    from .run import Replayed
    from .scenario.player import Played


def document(replayed: Replayed) -> dict[str, Any]:
    """What `--json` prints; nothing of a scenario is in the counts and lists of the saved events."""
    outcome = replayed.outcome
    records = (record for record, _ in replayed.services)
    return {
        **_counted(outcome, len(outcome.rejected)),
        **_lists(replayed, records),
        "skipped": dict(sorted(outcome.skipped.items())),
        "scenarios": [_scenario(played) for played in replayed.scenarios],
        "rejected": [asdict(each) for each in outcome.rejected],
        "comparison": _comparison(replayed.comparison) if replayed.comparison else None,
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    """Messages by the default policy and by the given one, and by incident; null for digests."""
    return {
        "messages": {"default": found.by_default, "policy": found.by_policy},
        "incidents": [
            {
                "incidentId": one.incident and one.incident.incident_id,
                "default": one.by_default,
                "policy": one.by_policy,
            }
            for one in found.changes
        ],
    }


def _scenario(played: Played) -> dict[str, Any]:
    play, scenario = played.play, played.scenario
    return {
        "file": scenario.file,
        "title": scenario.title,
        "passed": played.passed,
        "names": dict(play.tasks),
        **_counted(play.counts, 0),
        **_lists(played, played.services),
        "timeline": [
            {"at": payload.time(moment.at), "by": moment.by, "text": moment.text} for moment in play.moments
        ],
        "expectations": play.expectations,
        "failures": [asdict(failure) | {"at": payload.time(failure.at)} for failure in play.failures],
    }


def _counted(counts: Counts, rejected: int) -> dict[str, Any]:
    read = counts.accepted + rejected + counts.skipped.total()
    return {
        "events": {"read": read, "accepted": counts.accepted, "rejected": rejected},
        "verdicts": {verdict: counts.verdicts[verdict] for verdict in Verdict},
        "currency": {each: counts.currency[each] for each in Currency},
    }


def _lists(of: Replayed | Played, services: Iterable[ServiceRecord]) -> dict[str, Any]:
    return {
        "tasks": [payload.task_with_history(entry, rows) for entry, rows in of.tasks],
        "services": [service(record) for record in services],
        "findings": [payload.finding(each) for each in of.findings],
        "incidents": [payload.incident(each, of.ended_at) for each in of.incidents],
        "notifications": [_notification(each) for each in of.notifications],
    }


def _notification(sent: SentMessage) -> dict[str, Any]:
    return {**sent.message.document, "sentAt": payload.time(sent.at)}
