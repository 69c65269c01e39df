"""What a scenario expects of a task: fields of the task as `--json` prints it, and what was found on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput

from ...output import payload
from .words import finding_words, spell

if TYPE_CHECKING:
    from .play import Play


def expect(on: Play, values: Mapping[str, Any]) -> None:
    """Holds what the ledger says of the task against each fact."""
    name, facts = values["expect"], values["facts"]
    if (entry := on.entry(name)) is None:
        raise InvalidInput("expect", f'the ledger has not heard of "{name}" by then')
    there = payload.task_with_history(*entry) | {
        "findings": [finding_words(each) for each in on.found_on(name)]
    }
    if unknown := sorted(facts.keys() - there.keys()):
        raise InvalidInput(unknown[0], f"is no field of a task: these are {', '.join(there)}")
    on.expectations += len(facts)
    holding = [field for field, expected in facts.items() if _agrees(expected, there[field])]
    if holding:
        on.report("check", f"{name}: {', '.join(f'{field} {spell(facts[field])}' for field in holding)}")
    for field in sorted(facts.keys() - set(holding)):
        on.missed(name, field, facts[field], there[field])


def _agrees(expected: object, found: object) -> bool:
    """Whether it is as expected; of a table, as far as the expectation goes."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return all(key in found and _agrees(value, found[key]) for key, value in expected.items())
    return expected == found and isinstance(expected, bool) == isinstance(found, bool)
