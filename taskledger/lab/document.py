"""What the lab found, as JSON: the same run, the same text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .faults.kinds import Fault

if TYPE_CHECKING:
    from .run import Day, Outcome
    from .verdict import Difference, State

_FUNCTIONS = ("observe", "assess", "sweep", "watch")


def document(outcome: Outcome) -> dict[str, Any]:
    total = outcome.total
    return {
        "seed": outcome.seed,
        "tasks": outcome.tasks,
        "holds": outcome.holds,
        "accounts": outcome.accounts,
        "lives": total["lives"],
        "events": outcome.events,
        "deadLetters": outcome.dead_letters,
        "runs": {name: outcome.runs[name] for name in _FUNCTIONS},
        "faults": {_camel(fault): outcome.faults[fault] for fault in Fault},
        "ledger": {
            "asEcs": total["right"],
            "asSaid": total["as_said"],
            "unobserved": total["unobserved"],
            "unheard": total["unheard"],
            "differences": total["differences"],
            "back": total["back"],
            "closedEarly": total["early"],
            "unrecorded": total["unrecorded"],
        },
        "alerts": {name: total[name] for name in ("findings", "messages", "repeated", "lost", "doubled")},
        "errors": total["broken"],
        "bad": [_day(one) for one in outcome.bad],
    }


def _day(day: Day) -> dict[str, Any]:
    found = day.verdict
    return {
        "seed": day.seed,
        "tasks": day.tasks,
        "differences": [_difference(one) for one in found.differences],
        "back": list(found.back),
        "closedEarly": list(found.early),
        "unrecorded": list(found.unrecorded),
        "lost": found.lost,
        "doubled": found.doubled,
        "errors": list(found.broken),
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {"taskArn": one.task_arn, "ledger": _state(one.ledger), "ecs": _state(one.ecs)}


def _state(state: State | None) -> dict[str, Any] | None:
    return {"version": state[0], "open": state[1]} if state else None


def _camel(fault: Fault) -> str:
    return re.sub("[^a-z]+([a-z])", lambda found: str(found[1]).upper(), fault)
