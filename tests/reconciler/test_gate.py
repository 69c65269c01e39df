"""The gate's truth tables."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.gate import (
    Currency,
    Verdict,
    best,
    classify,
    currency,
    enrich,
    history_row,
    refresh,
    succeed,
    verdicts,
)
from reconciler.model.entry import Closure
from reconciler.model.task import Absence, ClosedAs, Container, Source
from tests.support.values import at, describe, event, state

versions = st.integers(min_value=0, max_value=2**63 - 1)


@pytest.mark.parametrize(
    ("recorded", "observed", "verdict"),
    [
        (None, 0, Verdict.NEW),
        (None, 7, Verdict.NEW),
        (3, 4, Verdict.NEWER),
        (3, 9, Verdict.NEWER),
        (0, 1, Verdict.NEWER),
        (3, 3, Verdict.DUPLICATE),
        (0, 0, Verdict.DUPLICATE),
        (3, 2, Verdict.STALE),
        (2**62, 1, Verdict.STALE),
    ],
)
def test_verdict(recorded: int | None, observed: int, verdict: Verdict) -> None:
    """Only the versions decide how an observation stands to the ledger."""
    assert classify(recorded, observed) is verdict


@pytest.mark.parametrize(
    ("version", "described", "expected"),
    [
        (3, state(3), Currency.CURRENT),
        (3, state(6), Currency.BEHIND),
        (6, state(3), Currency.AHEAD),
        (1, state(0), Currency.AHEAD),
        (3, Absence.MISSING, Currency.GONE),
        (3, Absence.UNKNOWN, Currency.UNVERIFIED),
    ],
)
def test_currency(version: int, described: object, expected: Currency) -> None:
    """No answer is never taken for "missing", and an API that lags is no error."""
    assert currency(version, described) is expected  # type: ignore[arg-type]  # rows of both types


@given(st.none() | versions, st.lists(versions))
def test_verdicts_in_a_row(recorded: int | None, observed: list[int]) -> None:
    """A batch gets the verdicts that its events would get one by one."""
    one_by_one = []
    known = recorded
    for version in observed:
        one_by_one.append(classify(known, version))
        known = version if known is None else max(known, version)
    assert list(verdicts(recorded, observed)) == one_by_one


def test_best_is_the_api_when_it_knows_more() -> None:
    """A description with a higher version is recorded in the event's place, as a description."""
    chosen = best(event(3), state(5, last_status="STOPPED"), at(99))
    assert (chosen.source, chosen.state.version, chosen.observed_at) == (Source.DESCRIBE, 5, at(99))


@pytest.mark.parametrize("answer", [state(2), Absence.MISSING, Absence.UNKNOWN])
def test_best_is_the_event_when_the_api_knows_less(answer: object) -> None:
    """An API that is behind, forgot the task or did not answer takes nothing from the event."""
    assert best(event(3), answer, at(99)) == event(3)  # type: ignore[arg-type]  # rows of both types


def test_best_takes_health_and_tags_at_equal_version() -> None:
    """At equal version the event stays, and what events don't carry comes from the API."""
    healthy = state(3, health_status="HEALTHY", tags={"team": "shop"}, launch_type="EC2")
    chosen = best(event(3, launch_type="FARGATE"), healthy, at(99))
    assert (chosen.source, chosen.described_at) == (Source.EVENT, at(99))
    assert (chosen.state.health_status, chosen.state.tags) == ("HEALTHY", {"team": "shop"})
    assert chosen.state.launch_type == "FARGATE"


def test_enrich_goes_by_container_name() -> None:
    """A container's health is found by its name: ECS promises no order of containers."""
    reported = state(3, containers=(Container(name="app"), Container(name="proxy")))
    described = state(
        3,
        containers=(
            Container(name="proxy", health_status="UNHEALTHY"),
            Container(name="app", health_status="HEALTHY"),
        ),
    )
    enriched = enrich(reported, described).containers
    assert {one.name: one.health_status for one in enriched} == {"app": "HEALTHY", "proxy": "UNHEALTHY"}


def test_succeed_keeps_tags_that_are_not_reported() -> None:
    """Tags stay when an event, or a description after StopTask, has none."""
    tagged = succeed(None, describe(3, tags={"team": "shop"}))
    assert succeed(tagged, event(4)).state.tags == {"team": "shop"}


def test_succeed_drops_health_of_an_older_version() -> None:
    """Health is of the version it was described at: a newer event makes it unknown."""
    healthy = succeed(None, describe(3, health_status="HEALTHY"))
    assert succeed(healthy, event(4)).state.health_status is None


def test_succeed_closes_at_stopped_at() -> None:
    """A STOPPED task closes its entry at the time that ECS gives."""
    entry = succeed(None, event(6, last_status="STOPPED", stopped_at=at(42)))
    assert (entry.closed, entry.open) == (Closure(ClosedAs.STOPPED, at(42)), False)


def test_succeed_closes_without_stopped_at() -> None:
    """A STOPPED task without its time closes at the time it was observed."""
    assert succeed(None, event(6, last_status="STOPPED", seconds=50)).closed == Closure(
        ClosedAs.STOPPED, at(50)
    )


@pytest.mark.parametrize(
    ("observation", "why"),
    [
        (event(3), "an event carries nothing to fill in"),
        (describe(4, health_status="HEALTHY"), "another version is not the entry's state"),
        (describe(2, health_status="HEALTHY"), "nor is an older one"),
        (describe(3, health_status="HEALTHY", seconds=599), "it was asked before what is known"),
        (describe(3, seconds=700), "it says nothing new"),
    ],
)
def test_refresh_refuses(observation: object, why: str) -> None:
    """Only a later description of the same version fills in, and only where it changes something."""
    entry = succeed(None, describe(3, seconds=600))
    assert refresh(entry, observation) is None, why  # type: ignore[arg-type]  # rows built above


def test_refresh_touches_nothing_but_what_events_lack() -> None:
    """Filling in never changes the state that the version stands for."""
    entry = succeed(None, event(3))
    refreshed = refresh(entry, describe(3, health_status="HEALTHY", last_status="STOPPED", stop_code="X"))
    assert refreshed is not None
    assert refreshed.state == enrich(entry.state, state(3, health_status="HEALTHY", tags={}))
    assert (refreshed.source, refreshed.closed) == (Source.EVENT, None)


def test_history_row_of_an_event_has_the_events_time() -> None:
    """The same event makes the same row, whenever it is delivered."""
    assert history_row(event(3, seconds=30)).at == at(30)


def test_history_row_of_a_description_has_the_states_time() -> None:
    """The same description makes the same row, whenever it is asked for."""
    stopped = {"last_status": "STOPPED", "stopping_at": at(40), "stopped_at": at(55)}
    rows = {history_row(describe(6, seconds=seconds, **stopped)) for seconds in (60, 900)}
    assert [row.at for row in rows] == [at(55)]


def test_a_description_gives_an_older_entry_its_size() -> None:
    """Entries of version 0.1.0 have none; what an event said of it stays."""
    entry = succeed(None, event(3, cpu=256))
    shown = describe(3, cpu=512, memory=1024, cpu_architecture="arm64", platform_family="Linux")
    filled = refresh(entry, shown)
    assert filled is not None
    assert (filled.state.cpu, filled.state.memory, filled.state.cpu_architecture) == (256, 1024, "arm64")
    assert refresh(filled, replace(shown, described_at=at(900))) is None
