"""One letter changed in what ECS says, and what has been said with it.

The functions cannot know what a changed letter was. What they can do is name it as an error, or take it for
what it says: then the ledger has exactly that, until ECS says something else of a higher version.
"""

from __future__ import annotations

import json
import string
from collections import defaultdict
from typing import TYPE_CHECKING

from botocore.parsers import ResponseParserError

from reconciler.arns import task_id
from reconciler.errors import InvalidInput
from reconciler.model.task import Observation, TaskState
from reconciler.parsing.answer import parse_described_task
from reconciler.parsing.event import parse_event, parse_json

if TYPE_CHECKING:
    from random import Random

    from ...simulator.engine.shapes import Answer

_LETTERS = string.ascii_letters + string.digits
Word = tuple[int, str, str | None]  # version, lastStatus, desiredStatus


class Said:
    """What changed messages and answers said of tasks, by the task's id."""

    def __init__(self) -> None:
        self._words: defaultdict[str, set[Word]] = defaultdict(set)

    def of(self, state: TaskState) -> bool:
        """Whether that is what was said of the task."""
        return word(state) in self._words.get(_id(state), ())

    def anything(self, task_arn: str) -> bool:
        """Whether anything was said of the task."""
        return (task_id(task_arn) or task_arn) in self._words

    def in_event(self, body: str) -> None:
        try:
            found = parse_event(parse_json(body))
        except InvalidInput:
            return
        if isinstance(found, Observation):
            self._words[_id(found.state)].add(word(found.state))

    def in_answer(self, answer: Answer) -> None:
        tasks = answer.get("tasks")
        for item in tasks if isinstance(tasks, list) else ():
            try:
                state = parse_described_task(item)
            except InvalidInput:
                continue
            self._words[_id(state)].add(word(state))


def word(state: TaskState) -> Word:
    return state.version, state.last_status, state.desired_status


def with_other_letter(text: str, chance: Random) -> str:
    """The text with one letter or digit in the place of another one; as it is where it has none."""
    places = [place for place, char in enumerate(text) if char in _LETTERS]
    if not places:
        return text
    place = chance.choice(places)
    other = chance.choice(_LETTERS.replace(text[place], ""))
    return text[:place] + other + text[place + 1 :]


def misread(answer: Answer, chance: Random) -> Answer:
    """The answer with one letter changed on its way; raises as botocore does for one that is no JSON."""
    try:
        found = json.loads(with_other_letter(json.dumps(answer), chance))
    except ValueError as error:
        raise ResponseParserError(f"Unable to parse response: {error}") from error
    return dict(found)


def _id(state: TaskState) -> str:
    return task_id(state.task_arn) or state.task_arn
