"""A scenario as its file has it: a title, what it is about, and steps, each at its time."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput
from reconciler.parsing.fields import objects

from . import fields
from .verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

    from reconciler.parsing.fields import Fields

MOST_ACTS = 10_000  # two watches every minute for the longest time there is

_KEYS = ("title", "story", "steps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the script: its verb, and what it says, read; it may come again and again."""

    index: int
    at: timedelta
    verb: str
    values: Mapping[str, Any]

    def times(self, end: timedelta) -> Iterable[timedelta]:
        """When it is played, until the end."""
        every: timedelta | None = self.values.get("every")
        if every is None:
            return (self.at,)
        return (self.at + turn * every for turn in range((end - self.at) // every + 1))

    @property
    def place(self) -> tuple[timedelta, int]:
        """By time, and at the same time by the order of the file."""
        return self.at, self.index


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What a file says; `acts` is all that happens, in its order, until the time of the last step."""

    file: str
    title: str
    story: str
    acts: Sequence[tuple[timedelta, Step]]


def read(file: str) -> Scenario | Mapping[int, InvalidInput]:
    """The scenario of a file, or what is wrong with it, by step."""
    try:
        title, story, lines = _parts(_toml(file))
        steps, wrong = _steps(lines)
        if not wrong:
            return Scenario(file=file, title=title, story=story, acts=_acts(steps))
    except InvalidInput as error:
        return {0: error}
    return wrong


def _toml(file: str) -> Fields:
    try:
        return tomllib.loads(Path(file).read_text("utf-8-sig"))
    except OSError as error:
        raise InvalidInput("path", f"cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput("body", f"is not TOML: {error}") from error


def _parts(values: Fields) -> tuple[str, str, Sequence[Fields]]:
    if unknown := sorted(values.keys() - set(_KEYS)):
        raise InvalidInput(unknown[0], f"is not known: a scenario has {', '.join(_KEYS)}")
    title, story = fields.sentence(values, "title"), fields.sentence(values, "story")
    if not (steps := objects(values, "steps", "")):
        raise InvalidInput("steps", "are missing: nothing would happen")
    return title, story, steps


def _steps(lines: Sequence[Fields]) -> tuple[Sequence[Step], Mapping[int, InvalidInput]]:
    """The steps, and what is wrong with those that are none."""
    steps: list[Step] = []
    wrong: dict[int, InvalidInput] = {}
    for index, line in enumerate(lines):
        try:
            steps.append(_step(index, line))
        except InvalidInput as error:
            wrong[index] = error
    return steps, wrong or dict(sorted(_unknown_tasks(steps)))


def _step(index: int, line: Fields) -> Step:
    verbs = [key for key in line if key in VERBS]
    if len(verbs) != 1:
        found = f"has the verbs {' and '.join(verbs)}, and may have one" if verbs else "has no verb"
        raise InvalidInput("step", f"{found}: {', '.join(VERBS)}")
    at, (name,) = fields.span(line, "at"), verbs
    verb = VERBS[name]
    others = [key for key in line if key not in ("at", name)]
    values = {name: verb.value(line, name)}
    if verb.any_facts:
        return Step(index=index, at=at, verb=name, values=values | {"facts": fields.facts(line, others)})
    if unknown := [key for key in others if key not in verb.options]:
        allowed = ", ".join(("at", name, *verb.options))
        raise InvalidInput(unknown[0], f"is not known here: a step that says {name} has {allowed}")
    if verb.needs and not {*verb.needs} & {*others}:
        raise InvalidInput(name, f"says neither {' nor '.join(verb.needs)}")
    values |= {key: verb.options[key](line, key) for key in others}
    return Step(index=index, at=at, verb=name, values=values)


def _unknown_tasks(steps: Iterable[Step]) -> Iterator[tuple[int, InvalidInput]]:
    """The steps that run a task twice, or speak of one that has not been run by then."""
    running, services = set(), set()
    for step in sorted(steps, key=lambda step: step.place):
        name, verb = step.values[step.verb], VERBS[step.verb]
        if step.verb == "create":
            services.add(name)
        elif verb.of_service and name not in services:
            yield step.index, InvalidInput(step.verb, f'no service "{name}" has been created by then')
        if step.verb == "run" and name in running:
            yield step.index, InvalidInput("run", f'"{name}" is running already')
        if step.verb == "run":
            running.add(name)
        elif verb.of_task and name not in running and name.rpartition("-")[0] not in services:
            yield step.index, InvalidInput(step.verb, f'no task "{name}" has been run by then')


def _acts(steps: Sequence[Step]) -> Sequence[tuple[timedelta, Step]]:
    end = max(step.at for step in steps)
    acts = [(time, step) for step in steps for time in step.times(end)]
    if len(acts) > MOST_ACTS:
        raise InvalidInput("steps", f"come {len(acts):,} times, more than the {MOST_ACTS:,} allowed")
    return sorted(acts, key=lambda act: (act[0], act[1].index))
