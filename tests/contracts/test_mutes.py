"""Mutes, in memory and in the table: what is in force, and how it ends."""

from dataclasses import replace
from datetime import UTC, datetime

from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import Scope
from reconciler.ports.mutes import Mute, Mutes
from tests.support.values import START, at

MUTE = Mute(
    mute_id="mute-1",
    scope=Scope(
        kind=Kind.TASK_FAILED_TO_START, cause=Cause("IMAGE_PULL"), cluster="shop-*", service="checkout"
    ),
    until=at(3600),
    created_at=START,
    note="the registry moves",
)


def test_a_mute_is_read_as_it_was_saved(mutes: Mutes) -> None:
    """All that it names, also where it names little; the first to end is first."""
    bare = Mute(mute_id="mute-2", scope=Scope(family="nightly"), until=at(7200), created_at=at(1))
    for one in (bare, MUTE):
        mutes.save(one)
    assert list(mutes.ending_after(START)) == [MUTE, bare]


def test_a_mute_for_good(mutes: Mutes) -> None:
    """Also until the last time that there is."""
    lasting = replace(MUTE, until=datetime.max.replace(microsecond=0, tzinfo=UTC))
    mutes.save(lasting)
    assert list(mutes.ending_after(START)) == [lasting]


def test_it_is_over_at_its_time(mutes: Mutes) -> None:
    """To the moment, whatever still stands in the store."""
    mutes.save(MUTE)
    assert list(mutes.ending_after(at(3599.999))) == [MUTE]
    assert list(mutes.ending_after(MUTE.until)) == []


def test_it_can_be_ended_before_its_time(mutes: Mutes) -> None:
    """By saving it with another time, at once for whoever reads after that."""
    other = replace(MUTE, mute_id="mute-2")
    for one in (MUTE, other, replace(MUTE, until=at(60))):
        mutes.save(one)
    assert list(mutes.ending_after(at(60))) == [other]
    assert list(mutes.ending_after(at(59))) == [replace(MUTE, until=at(60)), other]
