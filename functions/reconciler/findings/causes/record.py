"""What is known of one cause, all of it in one record: how it is recognised, how severe it is, what to do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..model import Cause, Kind, Severity

SHORTEST_CUT: Final = 10  # characters of a phrase, or a part of a text, that a cut text must still hold


@dataclass(frozen=True, slots=True)
class WeakPhrases:
    """Phrases that count only in a text without any other; of several, those of the lowest rank."""

    rank: int
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRecord:
    """A cause of stops and failed starts.

    `title` is what it is called in a few words, `often` where it happens again and again; with `names_exit`
    how the container ended belongs to it. `kind` is None where it depends on whether the task ran; `severity`
    (of a service's task, of a standalone task) is None where it is that of the kind. `refines` has, by
    category of AWS, the parts of a text with which that category stands for this cause. The keys of
    `remedies_by_text` are parts of texts as `phrases.squeeze` leaves them, `+` between two that must both
    stand in it: the first row with a part that stands in the text counts. What `heals` passes without
    anybody's help. `shared` is what to look at where it strikes several services at once, empty where these
    have no fault in common.
    """

    cause: Cause
    title: str
    often: str = ""
    names_exit: bool = False
    kind: Kind | None = None
    severity: tuple[Severity, Severity] | None = None
    summary: str
    remedy: str
    phrases: tuple[str, ...] = ()
    weak_phrases: WeakPhrases | None = None
    refines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    only_aws_writes: bool = False
    heals: bool = False
    shared: str = ""
    remedies_by_text: Mapping[str, str] = field(default_factory=dict)
    remedies_by_exit_code: Mapping[int, str] = field(default_factory=dict)

    def advise(self, squeezed: str, exit_codes: Iterable[int]) -> str:
        """What to look at next, given the squeezed text that decided and the containers' exit codes."""
        by_code = (self.remedies_by_exit_code.get(code) for code in exit_codes)
        rows = self.remedies_by_text.items()
        whole_first = (str.__contains__, stands_in)
        by_text = (
            remedy for holds in whole_first for parts, remedy in rows if _any_holds(holds, squeezed, parts)
        )
        return next(filter(None, by_code), None) or next(by_text, self.remedy)


def _any_holds(holds: Callable[[str, str], bool], squeezed: str, parts: str) -> bool:
    return any(all(holds(squeezed, one) for one in part.split("+")) for part in parts.split())


def stands_in(squeezed: str, part: str) -> bool:
    """Whether the part is in the squeezed text, or so much of it as was left where that was cut."""
    return part in squeezed or cut_at(squeezed, part) >= 0


def cut_at(squeezed: str, part: str) -> int:
    """Where the squeezed text's end begins the part, or is all of it; -1 if it does not."""
    place = squeezed.rfind(part[:SHORTEST_CUT]) if len(part) > SHORTEST_CUT else -1
    return place if place >= 0 and part.startswith(squeezed[place:]) else -1


def phrases(table: str) -> tuple[str, ...]:
    """The phrases of a table whose lines separate them by ` | `."""
    return tuple(phrase.strip() for line in table.strip().splitlines() for phrase in line.split(" | "))
