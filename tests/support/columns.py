"""Rows of a test as a table of DuckDB, in which the same is asked in SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

TEXT, NUMBER = "VARCHAR", "BIGINT"


def milliseconds(moment: datetime | None) -> int | None:
    return moment and (moment - EPOCH) // MILLISECOND


def make_table(
    database: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, tuple[str, Sequence[Any]]]
) -> None:
    """Each column by its name, with its type and its values."""
    typed = ", ".join(f'"{column}" {kind}' for column, (kind, _) in columns.items())
    database.execute(f"CREATE TABLE {name} ({typed})")
    values = [list(of) for _, of in columns.values()]
    database.execute(f"INSERT INTO {name} SELECT {', '.join(['unnest(?)'] * len(values))}", values)
