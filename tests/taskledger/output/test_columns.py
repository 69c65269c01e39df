"""Tables that fit: what is left out, said once or folded, and what never is."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from taskledger.output.tables.columns import Column, print_table
from taskledger.output.terminal import PIPED_WIDTH, literal

ID, OWNER, STATUS = Column("id"), Column("owner", whole=False), Column("status")
WHERE, COUNT = Column("where", weight=2), Column("count", weight=1, right=True)

letters = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S"), include_characters=" ")
words = st.text(letters, max_size=18).map(literal)
columns = st.lists(
    st.builds(
        Column,
        st.sampled_from(["id", "status", "age", "a rather long title"]),
        whole=st.booleans(),
        weight=st.none() | st.integers(0, 5),
        right=st.booleans(),
    ),
    min_size=1,
    max_size=9,
)
tables = columns.flatmap(
    lambda made: st.tuples(st.just(made), st.lists(st.lists(words, min_size=len(made), max_size=len(made))))
)


def printed(made: list[Column], rows: list[list[Text]], width: int, *, piped: bool = False) -> list[str]:
    screen = Console(
        file=io.StringIO(), width=width, force_terminal=not piped, color_system=None, soft_wrap=piped
    )
    print_table(screen, made, rows)
    assert isinstance(screen.file, io.StringIO)
    return [line.rstrip(" ") for line in screen.file.getvalue().split("\n")[:-1]]


def texts(*rows: tuple[str, ...]) -> list[list[Text]]:
    return [[Text(one) for one in row] for row in rows]


@given(made=tables, width=st.integers(60, 200))
def test_no_whole_value_is_cut(made: tuple[list[Column], list[list[Text]]], width: int) -> None:
    """Each value of a column that is whole and never left out is there, and no line is too wide."""
    columns, rows = made
    lines = printed(columns, rows, width)
    assert max(map(cell_len, lines), default=0) <= width
    said = "\n".join(lines)
    for place, column in enumerate(columns):
        if column.whole and column.weight is None:
            assert [one for one in (row[place].plain for row in rows) if one.strip() not in said] == []


@given(made=tables)
def test_in_a_pipe_a_row_is_a_line(made: tuple[list[Column], list[list[Text]]]) -> None:
    """With all of its columns, in their order."""
    columns, rows = made
    lines = printed(columns, rows, PIPED_WIDTH, piped=True)
    assert len(lines) == (len(rows) + 1 if rows else 0)
    for line, row in zip(lines[1:], rows, strict=True):
        rest = line
        for one in filter(None, (one.plain.strip() for one in row)):
            assert rest.lstrip().startswith(one)
            rest = rest.lstrip().removeprefix(one)
        assert not rest.strip()


def test_no_line_of_a_pipe_is_too_long() -> None:
    """A text is whole, however long it is."""
    rows = texts(("a1", "x" * 2 * PIPED_WIDTH), ("b2", "y"))
    assert printed([ID, OWNER], rows, PIPED_WIDTH, piped=True)[1] == f"a1  {'x' * 2 * PIPED_WIDTH}"


@pytest.mark.parametrize(
    ("width", "heading"),
    [(80, ["id", "owner", "status", "where", "count"]), (40, ["id", "owner", "status", "where"])],
)
def test_the_lightest_column_goes_first(width: int, heading: list[str]) -> None:
    """Where there is no room for it."""
    rows = texts(("a1", "checkout", "RUNNING", "eu-central-1a", "1234"), ("b2", "cart", "STOPPED", "b", "2"))
    assert printed([ID, OWNER, STATUS, WHERE, COUNT], rows, width)[0].split() == heading


def test_what_is_alike_is_said_once() -> None:
    """Above the table; a column that is empty everywhere is not said at all."""
    rows = texts(("a1", "checkout", "RUNNING", "-", ""), ("b2", "checkout", "STOPPED", "-", ""))
    assert printed([ID, OWNER, STATUS, WHERE, COUNT], rows, 80) == [
        "owner checkout",
        "id  status",
        "a1  RUNNING",
        "b2  STOPPED",
    ]


def test_one_row_is_a_table() -> None:
    """All of its values are alike, and none is taken out of it."""
    assert printed([ID, STATUS], texts(("a1", "RUNNING")), 80) == ["id  status", "a1  RUNNING"]


def test_text_is_folded() -> None:
    """In its own column, as far as the others need the room."""
    rows = texts(("a" * 32, "a name of several words", "RUNNING"), ("b" * 32, "x", "STOPPED"))
    assert printed([ID, OWNER, STATUS], rows, 58) == [
        "id                                owner            status",
        f"{'a' * 32}  a name of        RUNNING",
        "                                  several words",
        f"{'b' * 32}  x                STOPPED",
    ]


def test_where_nothing_helps_a_row_is_a_paragraph() -> None:
    """A line for each of its values."""
    rows = texts(("a" * 30, "x", "RUNNING"), ("b" * 30, "y", "STOPPED"))
    assert printed([ID, OWNER, STATUS], rows, 40) == [
        f"  id      {'a' * 30}",
        *("  owner   x", "  status  RUNNING", ""),
        f"  id      {'b' * 30}",
        *("  owner   y", "  status  STOPPED", ""),
    ]


def test_no_rows_are_nothing() -> None:
    """Not even a heading."""
    assert printed([ID, STATUS], [], 80) == []
