"""What the page holds of lives, services and incidents, and how little room that takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.findings.model import Severity
from reconciler.gate import history_row, succeed
from reconciler.incidents.outbox import NotificationType, PendingNotification
from reconciler.model.entry import Closure
from reconciler.model.protection import Protection, ProtectionEnd
from reconciler.model.task import ClosedAs
from taskledger.page.content import Life
from taskledger.page.document import document
from taskledger.page.html import html
from tests.support.drawn import chapter, data, judged, unpacked
from tests.support.findings import finding
from tests.support.incidents import ordinary_incident
from tests.support.kept_services import completed, failed, service
from tests.support.values import CLUSTER, START, at, describe, event

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.model.entry import LedgerEntry

TENTH = timedelta(seconds=0.1)


def of_one(life: Life, now: datetime = START, **values: Any) -> dict[str, Any]:
    """The one life of a chapter, unpacked."""
    (found,) = document([chapter([life], now, **values)])["chapters"]
    (one,) = unpacked(found)
    return one


@settings(max_examples=15)
@given(seed=st.integers(0, 10**6), with_rows=st.booleans())
def test_lives_are_all_there(*, seed: int, with_rows: bool) -> None:
    """Each once, in the lane of its owner, with every time that ECS gave it and each version, in order."""
    lives = judged(40, seed, with_rows=with_rows)
    (found,) = data(html([chapter(lives)]))["chapters"]
    shown = {one["id"]: one for one in unpacked(found)}
    assert shown.keys() == {one.entry.state.task_id for one in lives}
    assert found["tasks"] == len(lives) == sum(len(lane["lives"]) for lane in found["lanes"])
    for life in lives:
        state, one = life.entry.state, shown[life.entry.state.task_id]
        assert one["lane"]["cluster"] == state.cluster
        assert one["lane"]["name"] == (state.service or (state.group or "").partition(":")[2])
        times = [when for when, _ in one["moments"]]
        assert times == sorted(times)
        named = {what[0]: when for when, what in one["moments"]}
        for name, when in (("created", state.created_at), ("stopped", state.stopped_at)):
            assert (name in named) == (when is not None)
            assert when is None or timedelta() <= when - named[name] < TENTH
        versions = [what[1] for _, what in one["moments"] if what[0] == "version"]
        assert versions == ([row.version for row in life.rows] or [state.version])
        assert len(one["standing"][-1]) == len(life.findings)
        assert one["kind"][1] == state.started_by
        assert one["host"][:2] == [state.capacity_provider_name or state.launch_type, state.availability_zone]


def test_ten_thousand_lives_stay_under_a_megabyte() -> None:
    """With each version of each."""
    assert len(html([chapter(judged(10_000, 1))]).encode()) < 1_000_000


def entry(**values: Any) -> LedgerEntry:
    return succeed(None, event(3, **values))


STOPPED = {"last_status": "STOPPED", "desired_status": "STOPPED", "stopped_at": at(60)}


@pytest.mark.parametrize(
    ("life", "look"),
    [
        (Life(entry=entry(last_status="PENDING")), "starting"),
        (Life(entry=entry(started_at=at(20))), "running"),
        (Life(entry=entry()), "running"),
        (Life(entry=succeed(None, describe(3, health_status="UNHEALTHY"))), "unhealthy"),
        (Life(entry=entry(desired_status="STOPPED")), "stopping"),
        (Life(entry=entry(**STOPPED)), "stopped"),
        (Life(entry=entry(**STOPPED), findings=[finding()]), "failed"),
        (Life(entry=entry(), findings=[finding()]), "running"),
    ],
)
def test_how_a_task_looks(life: Life, look: str) -> None:
    """One that is over has failed where anything is wrong with it."""
    assert of_one(life)["standing"][0] == look


def test_an_end_that_nobody_saw() -> None:
    """Of a task that was closed as UNOBSERVED there is when that was, and no stop."""
    closed = replace(entry(), closed=Closure(ClosedAs.UNOBSERVED, at(900)))
    one = of_one(Life(entry=closed))
    assert (at(900), ("closed",)) in one["moments"]
    assert one["standing"][5] == "UNOBSERVED"


@pytest.mark.parametrize(
    ("protection", "held"),
    [
        (Protection(expires_at=at(600), checked_at=at(60), since=at(30)), [300, 6000, 1]),
        (Protection(expires_at=None, checked_at=at(60), since=at(30)), [300, None, 1]),
        (
            Protection(expires_at=at(90), checked_at=at(99), since=at(30), ended=ProtectionEnd.EXPIRED),
            [300, 900, 0],
        ),
        (
            Protection(expires_at=None, checked_at=at(99), since=at(30), ended=ProtectionEnd.CLEARED),
            [300, 990, 0],
        ),
    ],
)
def test_protection(protection: Protection, held: list[int | None]) -> None:
    """From when to when it is known to have been on, and whether it still is."""
    assert of_one(Life(entry=replace(entry(), protection=protection)), since=START)["held"] == held


def test_where_a_version_came_from() -> None:
    """Each row says it, as a version that no event brought is a repair."""
    observed = describe(3, seconds=600)
    one = of_one(Life(entry=succeed(None, observed), rows=[history_row(observed)]))
    assert ("version", 3, "RUNNING", "RUNNING", "describe") in [what for _, what in one["moments"]]


def test_lanes() -> None:
    """The worst first, then by name; of services without tasks those that deployed in the span."""
    bad = Life(entry=entry(group="service:web", **STOPPED), findings=[finding()])
    known = [
        service("cart", failed(2, at(60), at(90)), completed(1, at(-9000), at(-8900))),
        service("idle", completed(1, at(-9000), at(-8900))),
    ]
    made = chapter([Life(entry=entry()), bad], at(600), since=START, services=[(one, ()) for one in known])
    (found,) = document([made])["chapters"]
    assert [lane["name"] for lane in found["lanes"]] == ["web", "cart", "checkout"]
    assert [one[4] for one in found["lanes"][1]["deployments"]] == ["FAILED"]


def test_messages_of_a_ledger() -> None:
    """It keeps when each severity was published last, and of how many were sent, not of what type."""
    incident = replace(ordinary_incident(), key=replace(ordinary_incident().key, cluster_arn=CLUSTER))
    waiting = PendingNotification(NotificationType.ONGOING, "x|2")
    box = replace(incident.outbox, sequence=2, pending=(waiting,), notified_at=at(90))
    made = chapter(now=at(600), since=START, incidents=[replace(incident, outbox=box)])
    (found,) = document([made])["chapters"]
    assert (found["messages"], found["typed"]) == (1, False)
    assert found["incidents"][0]["messages"] == [
        [600, None, Severity.MEDIUM, None],
        [900, None, Severity.MEDIUM, None],
    ]
