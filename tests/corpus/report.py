"""A judgement for people: what became of each piece, the stop reasons by class, and what is wrong."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taskledger.output.terminal import console, shown
from tests.corpus.judgement import Judgement, fates
from tests.corpus.pieces import Fate, Piece
from tests.corpus.reasons import Reason
from tests.support.units import KILOBYTE


def report(judged: Judgement) -> None:
    screen = console()
    _table(
        screen,
        "Events of tasks and services, each file replayed on its own",
        ("file", "fate", "came out as"),
        _reported(judged.events),
    )
    _table(screen, "Tasks of API answers", ("file", "fate", "came out as"), _reported(judged.answers))
    _table(screen, "Other pieces", ("what", "pieces", "refused as"), _others(judged.others))
    _table(screen, "Stop reasons", ("class", "rows", "right", "came out as"), _classes(judged.reasons))
    _table(screen, "Entries of more than a write unit", ("file", "bytes"), _large(judged.pieces))
    _table(screen, "Wrong", ("where", "what"), _wrong(judged))
    screen.print(Text(summary(judged), "bold red" if judged.wrong else "bold green"))


def summary(judged: Judgement) -> str:
    """The line at the end, which counts all that was looked at."""
    right = sum(reason.right for reason in judged.reasons)
    return "; ".join(
        (
            f"{_fates(judged.events, 'events')}, {len(judged.others)} other pieces",
            _fates(judged.answers, "tasks of answers"),
            f"{right} of {len(judged.reasons)} stop reasons of their class",
            f"{len(judged.wrong)} wrong",
        )
    )


def _fates(found: Sequence[Piece], what: str) -> str:
    counts = fates(found)
    shown = [f"{counts[fate]} {fate}" for fate in (Fate.REFUSED, Fate.INCOMPLETE) if counts[fate]]
    return ", ".join([f"{counts[Fate.ACCEPTED]} of {len(found)} {what} accepted", *shown])


def _table(screen: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim", title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    if table.row_count:
        screen.print(table)
        screen.print()


def _reported(found: Sequence[Piece]) -> Iterator[Sequence[str]]:
    for piece in found:
        place = f"{piece.file}[{piece.index}]" if piece.index else piece.file
        yield place, piece.fate, piece.shown


def _others(found: Sequence[Piece]) -> Iterator[Sequence[str]]:
    for what, count in Counter(piece.what for piece in found).most_common():
        first = next(piece for piece in found if piece.what == what)
        yield what, str(count), f"{first.shown} ({first.file})"


def _classes(found: Sequence[Reason]) -> Iterator[Sequence[str]]:
    for name in dict.fromkeys(reason.expected for reason in found):
        rows = [reason for reason in found if reason.expected == name]
        came_out = Counter(reason.came_out for reason in rows)
        right = sum(reason.right for reason in rows)
        shown = ", ".join(f"{outcome} {count}" for outcome, count in came_out.most_common())
        yield name, str(len(rows)), str(right), shown


def _large(found: Sequence[Piece]) -> Iterator[Sequence[str]]:
    for piece in found:
        if piece.entry_bytes and piece.entry_bytes > KILOBYTE:
            yield piece.file, str(piece.entry_bytes)


def _wrong(judged: Judgement) -> Iterator[Sequence[str]]:
    for one in judged.wrong:
        if isinstance(one, Piece):
            yield f"{one.file}[{one.index}]", one.shown
        else:
            yield f"{one.file}:{one.line}", f"{one.expected}, came out as {one.came_out}: {one.text}"
