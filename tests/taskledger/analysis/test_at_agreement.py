"""What ran at a time is what SQL finds in the entries and rows of the same 10,000 lives, in DuckDB."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING

import duckdb
import pytest

from reconciler.model.task import Source
from taskledger.analysis import states
from tests.support.columns import EPOCH, MILLISECOND, NUMBER, TEXT, make_table, milliseconds
from tests.support.deployed import TABLE, Deployment
from tests.support.many_lives import SPAN, UNTIL, Life, many_lives, put_ready_made
from tests.support.running import taskledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    # Its ARN, lastStatus, desiredStatus and version, and whether it is inferred.
    Then = tuple[str, str | None, str | None, int | None, bool]

TEXTS = ("task_arn", "last_status", "desired_status")
TIMES = ("created_at", "started_at", "stopping_at")
# What the awkward ones come to: lastStatus, desiredStatus, and whether that is inferred.
EXPECTED = (
    ("PENDING", "RUNNING", False),
    ("RUNNING", "RUNNING", False),
    ("RUNNING", "STOPPED", False),
    ("DEPROVISIONING", "STOPPED", False),
    (None, "RUNNING", True),
    ("RUNNING", "RUNNING", True),
    (None, "STOPPED", True),
    (None, None, True),
)
RAN = """
    WITH credible AS (
        SELECT * FROM history AS one
        WHERE EXISTS (FROM history AS seen WHERE seen.task_arn = one.task_arn
                AND seen.version = one.version AND seen.source = 'describe')
            OR NOT EXISTS (FROM history AS reset WHERE reset.task_arn = one.task_arn
                AND reset.source = 'reset' AND reset.version < one.version AND reset.seen_at >= one.seen_at)
    ), dated AS (
        SELECT *, CASE WHEN source = 'describe' THEN greatest(seen_at, (
                SELECT max(below.seen_at) FROM credible AS below WHERE below.source = 'event'
                AND below.task_arn = one.task_arn AND below.version < one.version
            )) ELSE seen_at END AS since
        FROM credible AS one
        QUALIFY rank() OVER (PARTITION BY task_arn, version
            ORDER BY CASE source WHEN 'event' THEN 1 WHEN 'describe' THEN 2 ELSE 3 END) = 1
    ), task AS (
        SELECT *, coalesce(created_at, least(observed_at, (
            SELECT min(seen_at) FROM history WHERE history.task_arn = lives.task_arn
        ))) AS began_at FROM lives
    ), alive AS (
        SELECT moment, task.* FROM task JOIN moments
        ON began_at <= moment AND (closed_at IS NULL OR closed_at > moment)
    ), version_then AS (
        SELECT moment, alive.task_arn, dated.version, dated.last_status, dated.desired_status
        FROM alive JOIN dated ON dated.task_arn = alive.task_arn AND since <= moment
        WHERE observed_at > moment
        QUALIFY row_number() OVER (PARTITION BY moment, alive.task_arn ORDER BY dated.version DESC) = 1
    ), reported AS (
        FROM version_then UNION ALL
        SELECT moment, task_arn, version, last_status, desired_status FROM alive WHERE observed_at <= moment
    ), proven AS (
        SELECT moment, task_arn, coalesce(started_at <= moment, false) AS started,
            coalesce(stopping_at <= moment, false) AS stopping,
            stopping_at > moment OR stopping_at IS NULL AND desired_status = 'RUNNING' AS wanted
        FROM alive
    )
    SELECT moment, task_arn,
        CASE WHEN counts THEN last_status WHEN started AND wanted THEN 'RUNNING' END,
        CASE WHEN counts THEN desired_status WHEN stopping THEN 'STOPPED' WHEN wanted THEN 'RUNNING' END,
        CASE WHEN counts THEN version END, NOT counts
    FROM (
        SELECT *, version IS NOT NULL
            AND NOT (last_status IN ('PROVISIONING', 'PENDING', 'ACTIVATING') AND started)
            AND NOT (coalesce(desired_status, '') = 'RUNNING' AND stopping) AS counts
        FROM proven LEFT JOIN reported USING (moment, task_arn)
    )
    WHERE NOT counts OR last_status NOT IN ('STOPPED', 'DELETED')
"""


def found_by_sql(made: Sequence[Life], moments: Sequence[datetime]) -> dict[datetime, set[Then]]:
    entries, rows = [one.entry for one in made], [row for one in made for row in one.rows]
    with duckdb.connect() as database:
        make_table(
            database,
            "lives",
            {name: (TEXT, [getattr(one.state, name) for one in entries]) for name in TEXTS}
            | {name: (NUMBER, [milliseconds(getattr(one.state, name)) for one in entries]) for name in TIMES}
            | {
                "version": (NUMBER, [one.state.version for one in entries]),
                "observed_at": (NUMBER, [milliseconds(one.observed_at) for one in entries]),
                "closed_at": (NUMBER, [milliseconds(one.closed and one.closed.at) for one in entries]),
            },
        )
        make_table(
            database,
            "history",
            {name: (TEXT, [getattr(row, name) for row in rows]) for name in (*TEXTS, "source")}
            | {
                "version": (NUMBER, [row.version for row in rows]),
                "seen_at": (NUMBER, [milliseconds(row.at) for row in rows]),
            },
        )
        make_table(database, "moments", {"moment": (NUMBER, [milliseconds(one) for one in moments])})
        found: dict[datetime, set[Then]] = {one: set() for one in moments}
        for at, *then in database.execute(RAN).fetchall():
            found[EPOCH + at * MILLISECOND].add(tuple(then))
    return found


def found_by_us(made: Iterable[Life], moment: datetime) -> set[Then]:
    """As `taskledger at` finds it: with the rows of those alone that need theirs."""
    known = (
        states.Life(entry=one.entry, rows=one.rows if states.needs_rows(one.entry, moment) else ())
        for one in made
    )
    return {
        (one.entry.state.task_arn, one.last_status, one.desired_status, one.version, one.inferred)
        for one in (states.state_at(life, moment) for life in known)
        if one
    }


def some_moments(made: Sequence[Life], random: Random) -> list[datetime]:
    """Any; those of rows and of what entries say; just before some of them; before everything, and now."""
    rows = [row.at for one in made for row in one.rows]
    own = [time for one in made for time in (one.entry.state.started_at, one.entry.state.stopping_at) if time]
    own += [one.entry.closed.at for one in made if one.entry.closed]
    exact = random.sample(rows, 16) + random.sample(own, 16)
    drawn = [UNTIL - random.randint(0, SPAN // MILLISECOND) * MILLISECOND for _ in range(16)]
    just_before = [one - MILLISECOND for one in exact[::4]]
    return list(dict.fromkeys([UNTIL - 2 * SPAN, *drawn, *exact, *just_before, UNTIL]))


@pytest.fixture(scope="module")
def made() -> list[Life]:
    return many_lives(10_000, 20, awkward=1 / 7)


def test_what_ran_at_many_times(made: list[Life]) -> None:
    """Which tasks, and of each its status, desired status and version, and whether these are inferred."""
    moments = some_moments(made, Random(20))
    expected = found_by_sql(made, moments)
    assert len(moments) > 50
    assert expected[moments[0]] == set()
    assert min(len(expected[one]) for one in moments if one > UNTIL - SPAN / 2) > 100
    for moment, ran in expected.items():
        assert found_by_us(made, moment) ^ ran == set(), moment


def test_awkward_histories_at_their_own_times(made: list[Life]) -> None:
    """At the times of their rows and of their entries, and a millisecond before."""
    awkward = [one for one in made if is_awkward(one)]
    assert len(awkward) > 800
    random, statuses = Random(21), Counter[tuple[object, ...]]()
    for part in (awkward[start : start + 50] for start in range(0, len(awkward), 50)):
        times = {row.at for one in part for row in one.rows}
        times |= {one.entry.closed.at for one in part if one.entry.closed}
        moments = random.sample(sorted(times | {one - MILLISECOND for one in times}), 50)
        for moment, ran in found_by_sql(part, moments).items():
            assert found_by_us(part, moment) ^ ran == set(), moment
            statuses.update((last, desired, inferred) for _, last, desired, _, inferred in ran)
    assert all(statuses[one] > 10 for one in EXPECTED), statuses


def is_awkward(life: Life) -> bool:
    """Whether its rows are other ones than an event for each version, each with a time of the task's own."""
    entry, events = life.entry, [row for row in life.rows if row.source is Source.EVENT]
    as_they_come = [row.version for row in life.rows] == list(range(1, entry.state.version + 1))
    closed_at = entry.closed.at if entry.closed else entry.observed_at
    return not as_they_come or len(events) < len(life.rows) or closed_at != entry.observed_at


def test_the_command_says_the_same(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the table: with the rows that it reads, and of the clusters that it knows."""
    made, moment = many_lives(1_000, 22, awkward=1 / 7), UNTIL - SPAN / 2
    put_ready_made(deployment.dynamodb, TABLE, made)
    monkeypatch.setattr("taskledger.output.times.now", lambda: UNTIL)
    ran = taskledger("at", moment.isoformat(), "--json")
    assert (ran.code, ran.err) == (0, "")
    fields = ("taskArn", "lastStatus", "desiredStatus", "version", "inferred")
    found = {tuple(task[name] for name in fields) for task in ran.document["tasks"]}
    assert found == found_by_sql(made, [moment])[moment]
    assert {one[-1] for one in found} == {False, True}
