"""What a scenario shows, in words: values, tasks as ECS has them, entries and findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.arns import revision
from reconciler.incidents.model import Incident
from reconciler.notifications.blame_words import blame_words
from reconciler.services.outcomes import histories

if TYPE_CHECKING:
    from reconciler.findings.model import Finding
    from reconciler.model.entry import LedgerEntry
    from reconciler.model.service import ServiceRecord
    from reconciler.services.outcomes import History

    from ...simulator.engine.shapes import Fields


def spell(value: object) -> str:
    """A value as a script would have it, a text without its quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def state_words(task: Fields) -> str:
    """What ECS says of a task, in the API's shape."""
    wish = ", to be STOPPED" if task["desiredStatus"] == "STOPPED" != task["lastStatus"] else ""
    return f"{task['lastStatus']}{wish}, version {task['version']}"


def entry_words(entry: LedgerEntry) -> str:
    """What the ledger says of a task."""
    state = f"{entry.state.last_status}, version {entry.state.version}, by {entry.source}"
    held = entry.protection
    parts = [
        state,
        "closed as UNOBSERVED" if entry.unobserved else "",
        f"missing from ECS since {entry.missing_since:%H:%M:%S}"
        if entry.open and entry.missing_since
        else "",
        f"above ECS since {entry.above_since:%H:%M:%S}" if entry.above_since else "",
        f"protected until {held.expires_at:%H:%M:%S}" if held and held.enabled and held.expires_at else "",
    ]
    return ", ".join(filter(None, parts))


def service_words(record: ServiceRecord) -> str:
    """What the ledger says of a service: its tasks, then what came of its deployments, the newest first."""
    state, below = record.state, record.below_desired_since
    parts = [
        f"{state.running_count} of {state.desired_count} tasks run" if state else "never read",
        f"below desired since {below:%H:%M:%S}" if below else "",
        "closed" if record.closed_at else "",
        *map(deployment_words, histories(record)),
    ]
    return ", ".join(filter(None, parts))


def deployment_words(history: History) -> str:
    """As a script names it: `checkout:2 ROLLED_BACK`; by its id as long as nothing names what it deploys."""
    one = history.deployment
    return f"{one.name} {history.outcome}"


def finding_words(found: Finding | Incident) -> str:
    """As a script names it: `STUCK PROVISIONING`, or by its kind alone where that says it all."""
    kind = found.key.kind if isinstance(found, Incident) else found.kind
    return " ".join(filter(None, (kind, found.cause)))


def blame_facts(incident: Incident) -> str:
    """As a script names it: `began_with checkout:2, rolled back to checkout:1`, or `not_one`.

    A deployment of which nobody knows what it deploys is `?`.
    """
    blame = incident.blame
    if blame is None:
        return "none"
    to = revision(blame.rolled_back_to)
    rolled_back = f", rolled back to {to or '?'}" if blame.rolled_back_at else ""
    named = f" {revision(blame.task_definition_arn) or '?'}" if blame.deployment_id else ""
    return f"{blame.word}{named}{rolled_back}"


def incident_words(incident: Incident) -> str:
    """How it stands, and which deployment it is said to have begun with."""
    count = f"{incident.count} time{'' if incident.count == 1 else 's'}"
    began_at, noted_at = incident.first_seen_at, incident.noted_at
    blame = blame_words(incident.blame, began_at, noted_at) if incident.blame else ""
    return " ".join(filter(None, (f"{incident.status}, {count}.", blame)))
