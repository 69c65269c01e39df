"""Tables that fit: in a terminal nothing that is named, counted or dated is cut, and what says nothing goes.

    a column that is empty everywhere           is left out
    one that is the same in each of its rows    is said once, above the table
    text that is not `whole`                    is folded within its column
    what still has no room                      is left out, the lightest column first
    where even that does not fit                each row is a paragraph, a line for each of its values

Where it is piped, each row is one line with all of its columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ..terminal import literal, print_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, JustifyMethod

GAP = 2
NARROWEST = 14  # to which text is folded before a column is left out
EMPTY = "-"


@dataclass(frozen=True, slots=True)
class Column:
    """A title, and what may become of it: text that is not `whole` is folded.

    Without a `weight` it is never left out for want of room.
    """

    title: str
    whole: bool = True
    weight: int | None = None
    right: bool = False


@dataclass(frozen=True, slots=True)
class _Filled:
    """A column with its values."""

    column: Column
    values: Sequence[Text]

    @property
    def width(self) -> int:
        return max(len(self.column.title), *(one.cell_len for one in self.values))

    @property
    def narrowest(self) -> int:
        return self.width if self.column.whole else min(self.width, NARROWEST)

    @property
    def is_empty(self) -> bool:
        return all(one.plain in ("", EMPTY) for one in self.values)

    @property
    def is_alike(self) -> bool:
        return len(self.values) > 1 and len({one.plain for one in self.values}) == 1


def print_table(screen: Console, columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> None:
    """Prints the rows under their titles; nothing where there are none."""
    if not rows:
        return
    filled = [_Filled(one, values) for one, values in zip(columns, zip(*rows, strict=True), strict=True)]
    if screen.is_terminal:
        said = [one for one in filled if one.is_alike and not one.is_empty]
        if said:
            screen.print(Text(", ").join(map(_said, said)), style="dim")
        filled = _fitting([one for one in filled if not one.is_empty and not one.is_alike], screen.width)
        if _least(filled) > screen.width:
            _print_paragraphs(screen, filled)
            return
    else:
        screen.width = max(screen.width, _side_by_side([one.width for one in filled]))
    if filled:
        screen.print(_table(filled, _widths(filled, screen.width)))


def _said(alike: _Filled) -> Text:
    return literal(f"{alike.column.title} {alike.values[0].plain}")


def _print_paragraphs(screen: Console, filled: Sequence[_Filled]) -> None:
    for row in zip(*(one.values for one in filled), strict=True):
        print_grid(screen, "", zip((one.column.title for one in filled), row, strict=True))
        screen.print()


def _fitting(filled: Sequence[_Filled], width: int) -> list[_Filled]:
    """All of them, or without the lightest as long as they do not fit."""
    kept = list(filled)
    for one in sorted((one for one in kept if one.column.weight is not None), key=_weight):
        if _least(kept) <= width:
            break
        kept.remove(one)
    return kept


def _least(filled: Sequence[_Filled]) -> int:
    """How wide they are at least, side by side."""
    return _side_by_side([one.narrowest for one in filled])


def _side_by_side(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _weight(filled: _Filled) -> int:
    return filled.column.weight or 0


def _table(filled: Sequence[_Filled], widths: Sequence[int]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for one, width in zip(filled, widths, strict=True):
        justify: JustifyMethod = "right" if one.column.right else "left"
        table.add_column(
            one.column.title, overflow="fold", no_wrap=width >= one.width, width=width, justify=justify
        )
    for row in zip(*(one.values for one in filled), strict=True):
        table.add_row(*row)
    return table


def _widths(filled: Sequence[_Filled], room: int) -> Sequence[int]:
    """Their own widths; where there is too little room, the widest text gets less of it."""
    widths = [one.width for one in filled]
    for _ in range(_side_by_side(widths) - room):
        foldable = (place for place, one in enumerate(filled) if widths[place] > one.narrowest)
        widths[max(foldable, key=widths.__getitem__)] -= 1
    return widths
