"""The UpdateItem expressions of entries: what each sets and what it removes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .items.task import entry_items, protection_items
from .items.task.tag_items import ATTRIBUTES as TAGS
from .items.task.tag_items import tag_values
from .items.values import milliseconds, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ...model.entry import LedgerEntry
    from ...model.protection import Protection
    from ...model.task import Observation
    from .items.values import Value

_DESCRIBED = ("healthStatus", "size", "tagsIn", "tagsAt", "containers", "describedAt")
_CONCLUDED = ("closedAs", "closedAt", "missingSince", "ttl")
_RESERVED = ("group", "size", "source", "ttl", "zone")  # words that DynamoDB keeps for itself
_ALIASES = {name: f"#{name}" for name in _RESERVED}


@dataclass(frozen=True, slots=True)
class Update:
    """What UpdateItem is given, but for the condition."""

    task_arn: str
    expression: str
    names: Mapping[str, str]
    values: Mapping[str, Value]


def replacement(observation: Observation, values: Mapping[str, Value]) -> Update:
    """Sets what the state has and removes what it lacks, but what is said of tags, which no event carries."""
    return _replacing(observation, values, "openSince = if_not_exists(openSince, :openSince)")


def resetting(
    entry: LedgerEntry, since: datetime, observation: Observation, values: Mapping[str, Value]
) -> Update:
    """The same, for an entry that was read as above ECS since then; nothing of its own times is trusted."""
    update = _replacing(observation, values, assign(entry_items.OPEN))
    read = {":seen": number(entry.state.version), ":seenAboveSince": milliseconds(since)}
    return replace(update, values={**update.values, **read})


def _replacing(observation: Observation, values: Mapping[str, Value], opening: str) -> Update:
    all_values = dict(values)
    sets = [assign(name) for name in values]
    removed = [name for name in entry_items.ENTRY_ATTRIBUTES if name not in values and name not in TAGS]
    removed += _replaced_tags(values)
    if observation.state.closed:
        removed.append(entry_items.OPEN)
    else:
        sets.append(opening)
        all_values[entry_items.OPEN] = _open_since(observation)
    return express(observation.state.task_arn, sets, removed, all_values)


def filling(winner: LedgerEntry, filled: LedgerEntry, values: Mapping[str, Value]) -> Update:
    """Sets what a description has beyond the winner, and opens an entry that was closed too early."""
    filled_in = {name: values[name] for name in _DESCRIBED if name in values}
    removed = [*_replaced_tags(filled_in), *([] if "healthStatus" in filled_in else ["healthStatus"])]
    if winner.replayed and not filled.replayed:
        removed.append("replayed")
    if filled.open and not winner.open:
        filled_in[entry_items.OPEN] = _open_since(filled)
        removed += _CONCLUDED
        if filled.protection and filled.protection != winner.protection:
            held = protection_items.protection_values(filled.protection)
            filled_in |= held
            removed += [name for name in protection_items.PROTECTION_ATTRIBUTES if name not in held]
    sets = [assign(name) for name in filled_in]
    return express(filled.state.task_arn, sets, removed, {**filled_in, "version": values["version"]})


def tagging(entry: LedgerEntry) -> Update:
    """Sets where the tags are, after they were put there."""
    named = tag_values(entry)
    sets, version = [assign(name) for name in named], number(entry.state.version)
    return express(entry.state.task_arn, sets, _replaced_tags(named), {**named, "version": version})


def _replaced_tags(values: Mapping[str, Value]) -> list[str]:
    """What was said of tags, where these values say where they are."""
    return [name for name in TAGS if name not in values] if "tagsIn" in values else []


def protecting(task_arn: str, known: Protection | None, protection: Protection) -> Update:
    """Sets what a protection has and removes what it lacks; `known` is what was read before."""
    values = protection_items.protection_values(protection)
    sets = [assign(name) for name in values]
    removed = [name for name in protection_items.PROTECTION_ATTRIBUTES if name not in values]
    then = {"knownCheckedAt": milliseconds(known.checked_at)} if known else {}
    return express(task_arn, sets, removed, {**values, **then})


def confirmation(confirmed: LedgerEntry, version: Value) -> Update:
    """Takes the mark away that only an EventBridge replay has reported the version."""
    return express(confirmed.state.task_arn, [], ["replayed"], {"version": version})


def _open_since(source: Observation | LedgerEntry) -> Value:
    return milliseconds(source.state.created_at or source.observed_at)


def express(
    task_arn: str, sets: Sequence[str], removed: Sequence[str], values: Mapping[str, Value]
) -> Update:
    """The update that makes these assignments, and removes these attributes."""
    removal = f" REMOVE {', '.join(_ALIASES.get(name, name) for name in removed)}" if removed else ""
    expression = (f"SET {', '.join(sets)}" if sets else "") + removal
    return Update(
        task_arn,
        expression,
        {alias: name for name, alias in _ALIASES.items() if alias in expression},
        {f":{name}": value for name, value in values.items()},
    )


def assign(name: str) -> str:
    """The assignment of an attribute to the value of its name."""
    return f"{_ALIASES.get(name, name)} = :{name}"
