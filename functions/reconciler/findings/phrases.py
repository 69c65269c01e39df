"""What the texts of a stop say, by the phrases that ECS, its agent and Docker are known to use.

Texts arrive lower-cased, without their spaces, and cut anywhere, so both sides are squeezed before they are
compared, and a text may end within a phrase. In one text the phrase that stands first decides:
"CannotStartContainerError: failed to initialize logging driver" is a container that could not be started.
Types of errors that wrap any other ("ResourceInitializationError") are weak: they count where no phrase does.
A text is framed by `:` and `;`, so that a phrase can ask for its start or its end.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache

from .causes import RECORDS
from .causes.record import SHORTEST_CUT, WeakPhrases, phrases, stands_in
from .model import Cause, Kind


class Remark(StrEnum):
    """What a text can say without naming a fault."""

    PLANNED = "PLANNED"
    EXITED = "EXITED"
    NOT_STARTED = "NOT_STARTED"


Meaning = Cause | Remark

_PLANNED = phrases("""
    Scaling activity initiated | initiated by deployment | (deployment ecs-svc/ | deployment ecs-svc/
    deployment circuit breaker | rolling back to deployment | deployment rolled back
    deployment was rolled back | deployment failed: tasks failed to start | AZ rebalanc
    Availability Zone rebalanc | Task stopped by user | stopped by user | service was deleted
""")
_WEAK_REMARKS: Mapping[Meaning, WeakPhrases] = {
    Remark.EXITED: WeakPhrases(1, ("Essential container in task exited", "Essential container")),
    Remark.NOT_STARTED: WeakPhrases(4, ("Task failed to start",)),
}

PHRASES: Mapping[Meaning, tuple[str, ...]] = {Remark.PLANNED: _PLANNED} | {
    record.cause: record.phrases for record in RECORDS.values() if record.phrases
}
# They count only in a text that says nothing of the above; the first that is in the text decides.
WEAK_PHRASES: Mapping[Meaning, tuple[str, ...]] = {
    meaning: weak.phrases
    for meaning, weak in sorted(
        (*_WEAK_REMARKS.items(), *((r.cause, r.weak_phrases) for r in RECORDS.values() if r.weak_phrases)),
        key=lambda row: row[1].rank,
    )
}
# Categories of AWS with parts of a text, and what the two mean together.
REFINEMENTS: Sequence[tuple[str, str, Cause]] = [
    (category, part, record.cause)
    for record in RECORDS.values()
    for category, parts in record.refines.items()
    for part in parts
]

_DROPPED = str.maketrans("", "", "\\'\"`\u2018\u2019\u201c\u201d")


def squeeze(text: str) -> str:
    """The text as texts are compared: lower-cased, without white space, quotes, backslashes and last dots."""
    return "".join(text.lower().translate(_DROPPED).split()).rstrip(".\u2026")


_WHOLE = {squeeze(phrase): meaning for meaning, known in PHRASES.items() for phrase in known}
_WEAK = {squeeze(phrase): meaning for meaning, known in WEAK_PHRASES.items() for phrase in known}
# A few letters of these don't count within a sentence: "on the container instance" takes no host away.
_SENTENCES = {Remark.PLANNED} | {
    record.cause
    for record in RECORDS.values()
    if record.kind in {Kind.CAPACITY_INTERRUPTED, Kind.HEALTH_CHECK_FAILED}
}
_LONGEST = max(map(len, _WHOLE))
_SENTENCE_STARTS = ("", *":;.,()")
_REFINED = [(squeeze(category), squeeze(part), cause) for category, part, cause in REFINEMENTS]
_EXIT_CODE = re.compile(r"exit(?:ed)?(?:with)?(?:code|status)[:=]?(-?\d{1,10})")


# Made for the first text that is read, as most starts of a function come to none.
@cache
def _first() -> re.Pattern[str]:
    """Any phrase: the leftmost, and of those that begin there the longest."""
    return re.compile("|".join(re.escape(phrase) for phrase in sorted(_WHOLE, key=len, reverse=True)))


@cache
def _cuttable() -> Mapping[str, Sequence[str]]:
    """The phrases by how they begin, where one of them is long enough to be cut behind that."""
    found: dict[str, list[str]] = {}
    for phrase in _WHOLE:
        found.setdefault(phrase[:SHORTEST_CUT], []).append(phrase)
    return {beginning: some for beginning, some in found.items() if len(max(some, key=len)) > SHORTEST_CUT}


@lru_cache(maxsize=256)  # most stops say one of few sentences
def read(text: str) -> Meaning | None:
    """What the text says; None when it says nothing that is known, as the free text of a StopTask call."""
    squeezed = squeeze(text)
    framed = f":{squeezed};"
    found = _first().search(framed)
    cut = min(_cuts(squeezed), default=None, key=lambda candidate: candidate[:2])
    if cut and (not found or cut[0] < found.start()):
        return cut[2]
    if found:
        return _refined(found[0], framed)
    return next((meaning for phrase, meaning in _WEAK.items() if stands_in(squeezed, phrase)), None)


def exit_code_in(text: str) -> int | None:
    """The exit code that a text gives in words."""
    found = _EXIT_CODE.search(squeeze(text))
    return int(found[1]) if found else None


def _refined(phrase: str, text: str) -> Meaning:
    refined = (cause for category, part, cause in _REFINED if category == phrase and part in text)
    return next(refined, _WHOLE[phrase])


def _cuts(squeezed: str) -> Iterator[tuple[int, bool, Meaning]]:
    """Where the text's end begins a phrase, whether it leaves some of it out, and what the phrase means."""
    for place in range(max(0, len(squeezed) - _LONGEST), len(squeezed) - SHORTEST_CUT + 1):
        for phrase in _cuttable().get(squeezed[place : place + SHORTEST_CUT], ()):
            whole_sentence = squeezed[max(0, place - 1) : place] in _SENTENCE_STARTS
            if phrase.startswith(squeezed[place:]) and (whole_sentence or _WHOLE[phrase] not in _SENTENCES):
                yield place, phrase != squeezed[place:], _WHOLE[phrase]
