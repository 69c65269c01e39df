"""Percentiles and counts are those that DuckDB finds in the same 10,000 lives, to the microsecond.

Its percentiles are double-precision numbers, ours are exact. Whether its last digit is rounded once or twice
depends on the processor that it was compiled for, so both are compared as whole microseconds: those of
durations in milliseconds are multiples of ten.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from taskledger.analysis.latency import latency
from tests.support.columns import NUMBER, TEXT, make_table, milliseconds
from tests.support.many_lives import UNTIL, many_lives

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.entry import LedgerEntry

MICROSECOND = timedelta(microseconds=1)
SINCE = UNTIL - timedelta(days=2)
TEXTS = ("task_arn", "cluster_arn", "group", "task_definition_arn")
TIMES = ("created_at", "connectivity_at", "pull_started_at", "pull_stopped_at", "started_at", "stopping_at",
         "execution_stopped_at", "stopped_at")  # fmt: skip
PHASES = """
    WITH life AS (
        SELECT *, CASE WHEN stopping_at IS NULL OR execution_stopped_at IS NULL THEN NULL
                  ELSE least(stopping_at, execution_stopped_at) END AS end_at
        FROM lives
    ), phase AS (
        SELECT *, unnest(['provision', 'prepare', 'pull', 'start', 'stop']) AS name,
            unnest([created_at, connectivity_at, pull_started_at, pull_stopped_at, end_at]) AS began,
            unnest([connectivity_at, pull_started_at, pull_stopped_at, started_at, stopped_at]) AS ended
        FROM life
    )
"""
DURATIONS = f"""
    {PHASES}, took AS (
        SELECT *, CASE WHEN ended > began THEN ended - began ELSE 0 END AS ms
        FROM phase WHERE began >= $since AND ended IS NOT NULL
    )
    SELECT cluster_arn, "group", task_definition_arn, name, count(*),
        quantile_cont(ms, 0.5), quantile_cont(ms, 0.9), quantile_cont(ms, 0.99), max(ms)
    FROM took GROUP BY ALL
"""
WITHOUT = f"""
    {PHASES}
    SELECT count(*) FROM (
        SELECT task_arn FROM phase WHERE created_at >= $since OR closed_at >= $since
        GROUP BY task_arn HAVING count(began + ended) = 0
    )
"""
LIVES = f"""
    SELECT cluster_arn, "group", task_definition_arn, count(DISTINCT task_arn)
    FROM ({PHASES} SELECT * FROM phase WHERE began >= $since AND ended IS NOT NULL) GROUP BY ALL
"""


@pytest.fixture(scope="module")
def entries() -> list[LedgerEntry]:
    return [life.entry for life in many_lives(10_000, 20)]


@pytest.fixture(scope="module")
def database(entries: list[LedgerEntry]) -> Iterator[duckdb.DuckDBPyConnection]:
    columns: dict[str, tuple[str, list[Any]]] = {
        name: (TEXT, [getattr(one.state, name) for one in entries]) for name in TEXTS
    }
    columns |= {name: (NUMBER, [milliseconds(getattr(one.state, name)) for one in entries]) for name in TIMES}
    columns["closed_at"] = NUMBER, [milliseconds(one.closed and one.closed.at) for one in entries]
    with duckdb.connect() as found:
        make_table(found, "lives", columns)
        yield found


def asked(database: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return database.execute(query, {"since": milliseconds(SINCE)}).fetchall()


def by_group(entries: list[LedgerEntry]) -> Mapping[tuple[Any, ...], tuple[int, ...]]:
    """How many tasks, and in microseconds their percentiles and the slowest, by revision and phase."""
    return {
        (one.cluster_arn, one.owner, each.task_definition_arn, name): (
            took.number,
            *(span // MICROSECOND for span in (took.p50, took.p90, took.p99, took.slowest)),
        )
        for one in latency(entries, SINCE)[0]
        for each in one.revisions
        for name, took in each.durations.items()
        if took
    }


def test_percentiles_and_the_slowest(entries: list[LedgerEntry], database: duckdb.DuckDBPyConnection) -> None:
    """Of each phase of each revision, with how many tasks these are of."""
    found = {
        tuple(row[:4]): (row[4], *(round(ms * 1000) for ms in row[5:])) for row in asked(database, DURATIONS)
    }
    assert len(found) > 70
    assert by_group(entries) == found


def test_lives_and_those_without_phases(
    entries: list[LedgerEntry], database: duckdb.DuckDBPyConnection
) -> None:
    """Tasks with a phase that began since then, by revision; and those with none at all."""
    owners, without = latency(entries, SINCE)
    lives = [
        (one.cluster_arn, one.owner, each.task_definition_arn, each.lives)
        for one in owners
        for each in one.revisions
    ]
    assert sorted(lives) == sorted(asked(database, LIVES))
    assert [(without,)] == asked(database, WITHOUT) != [(0,)]
