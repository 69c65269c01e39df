"""`taskledger why` of whole clusters: what is said first, how much, and in how many calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from taskledger.live.form.matter import Matter, folded
from taskledger.simulator.services.outcomes import crashes, fails_to_start
from tests.rollouts.world import World
from tests.support.live import live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.live import Live

SERVICES, BROKEN = 70, 25
CALLS = 300  # half a minute at the pace of the command


@pytest.fixture
def world() -> World:
    """Many services that were just made, of which the last ones cannot pull their image."""
    world = World()
    for number in range(SERVICES):
        world.create(f"web{number:03}", desired=1)
    world.pass_quietly(0.2)
    for number in range(SERVICES - BROKEN, SERVICES):
        world.ecs.plan(f"web{number:03}:2", fails_to_start())
        world.deploy(2, f"web{number:03}")
    world.pass_quietly(0.6)
    return world


@pytest.fixture
def asked(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    with live(world.ecs, monkeypatch) as found:
        yield found


def test_one_cause_is_said_once(asked: Live) -> None:
    """In the words of the first, with the others by name, in few lines and within ECS's limits."""
    found = asked.why()
    assert found.code == 1
    lines = found.out.splitlines()
    assert lines[0] == f"shop: {BROKEN} of {SERVICES} services are not well."
    assert lines[2].endswith("(shop, 1 of 1 running): deployment failed, image can't be pulled")
    assert lines[3].strip().startswith("The same: web")
    assert lines[3].endswith(f"and {BROKEN - 1 - 20} more")
    assert len(lines) < 20
    assert asked.calls.total() < CALLS


def test_it_is_said_what_was_not_asked(asked: Live) -> None:
    """Those that are worst are looked at, of those that were merely deployed of late not all."""
    document = asked.why("--json").document
    (unknown,) = document["unknown"]
    assert unknown.startswith(f"the deployments of {SERVICES - 50} more services, ")
    failed = [one for one in document["incidents"] if one["kind"] == "DEPLOYMENT_FAILED"]
    assert len(failed) == BROKEN
    markdown = asked.why("--markdown").out
    assert "- The same: web" in markdown


def test_many_causes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ten worst are explained, all others named; JSON has them all."""
    world = World()
    for number in range(14):
        world.create(f"web{number}", desired=1)
        world.ecs.plan(f"web{number}:2", crashes(exit_code=number + 1))
        world.deploy(2, f"web{number}")
    world.pass_quietly(0.5)
    with live(world.ecs, monkeypatch) as asked:
        text = asked.why().out
        document = asked.why("--json").document
    assert text.startswith("shop: 14 of 14 services are not well.\n")
    assert text.count("Next: ") == 10
    _, _, more = text.partition("also wrong\n")
    assert more.count("): crash loop, ") == 4
    assert len({one["service"] for one in document["incidents"]} - {None}) == 14


def test_what_differs_is_not_folded() -> None:
    """Only what has one title, one severity and one advice is the same."""

    def matter(owner: str, title: str, severity: str = "high") -> Matter:
        place = f" ({owner})"
        return Matter(severity=severity, owner=owner, place=place, title=title, sentences=[], steps=["look"])

    found = folded([matter("a", "x"), matter("b", "y"), matter("c", "x"), matter("d", "x", "low")])
    assert [(one.owner, one.others) for one in found] == [("a", ["c"]), ("b", []), ("d", [])]
