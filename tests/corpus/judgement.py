"""All that was found in a corpus, counted, and what of it is wrong."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.corpus.pieces import EVENTS, Fate, Piece, pieces
from tests.corpus.reasons import Reason, reasons


@dataclass(frozen=True)
class Judgement:
    """The pieces of all files and the rows of all tables, in their order."""

    pieces: Sequence[Piece]
    reasons: Sequence[Reason]

    @property
    def events(self) -> Sequence[Piece]:
        return [piece for piece in self.pieces if piece.what in EVENTS and piece.fate is not Fate.OTHER]

    @property
    def others(self) -> Sequence[Piece]:
        return [piece for piece in self.pieces if piece.fate is Fate.OTHER]

    @property
    def answers(self) -> Sequence[Piece]:
        return [piece for piece in self.pieces if piece.what not in EVENTS and piece.fate is not Fate.OTHER]

    @property
    def wrong(self) -> Sequence[Piece | Reason]:
        refused = [piece for piece in self.pieces if piece.fate is Fate.REFUSED]
        return [*refused, *(reason for reason in self.reasons if not reason.right)]

    def document(self) -> dict[str, Any]:
        """The judgement as JSON."""
        return {
            "events": fates(self.events),
            "answers": fates(self.answers),
            "others": dict(Counter(piece.what for piece in self.others)),
            "reasons": {"read": len(self.reasons), "right": sum(reason.right for reason in self.reasons)},
            "pieces": [asdict(piece) for piece in self.pieces],
            "rows": [asdict(reason) for reason in self.reasons],
            "wrong": len(self.wrong),
        }


def judge(folder: Path) -> Judgement:
    return Judgement(pieces=list(pieces(folder)), reasons=list(reasons(folder)))


def fates(found: Sequence[Piece]) -> Mapping[str, int]:
    counts = Counter(piece.fate for piece in found)
    return {fate: counts[fate] for fate in (Fate.ACCEPTED, Fate.REFUSED, Fate.INCOMPLETE)}
