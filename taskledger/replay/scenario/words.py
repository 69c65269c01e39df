"""What a scenario shows, in words: values, tasks as ECS has them, entries and findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.findings.model import Finding
    from reconciler.model.entry import LedgerEntry

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


def finding_words(finding: Finding) -> str:
    """As a script names it: `STUCK PROVISIONING`, or by its kind alone where that says it all."""
    return " ".join(filter(None, (finding.kind, finding.cause)))
