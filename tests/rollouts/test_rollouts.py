"""Labelled rollouts: what is said of each deployment is what a careful engineer would say."""

import os
from collections import Counter

import pytest

from .heard import first_page, heard, is_closed, repeated
from .played import played
from .scripts import IMPAIRED, ROLLOUTS, SPOT
from .world import shown

SILENT = {SPOT, IMPAIRED}  # what is low, and what is but the impact of something else
SEEDS = range(int(os.environ.get("TASKLEDGER_ROLLOUT_SEEDS", "2")))

each_rollout = pytest.mark.parametrize(
    ("name", "seed"), [(name, seed) for name in ROLLOUTS for seed in SEEDS]
)


@each_rollout
def test_what_it_began_with(name: str, seed: int) -> None:
    """Each incident that is to be there is there, with its blame, and no other."""
    found, (_, label) = played(name, seed), ROLLOUTS[name]
    assert found.errors == []
    assert set(found.blames()) == set(label.blames)
    assert found.blames() == label.blames or label.again
    assert found.open() == label.open


@each_rollout
def test_what_pages(name: str, seed: int) -> None:
    """Each bad deployment does, soon after it began and by its name, and what is down; no other does."""
    found, (_, label) = played(name, seed), ROLLOUTS[name]
    pages = [page for messages in heard(found.inbox).values() if (page := first_page(messages))]
    failed = [page for page in pages if page.kind == "DEPLOYMENT_FAILED"]
    assert {page.what for page in pages if page not in failed} <= label.down
    names = {deployment_id: name for name, deployment_id in found.deployments.items()}
    assert Counter(f"began_with {names[page.began_with]}" for page in failed) == label.bad
    for page in failed:
        assert page.at - found.deployed_at[names[page.began_with]] <= label.within


@each_rollout
def test_what_is_heard(name: str, seed: int) -> None:
    """Nothing is said twice, a page is closed when its incident is, and what is silent is not heard of."""
    found, (_, label) = played(name, seed), ROLLOUTS[name]
    messages = heard(found.inbox)
    for incident in found.system.incidents.everything():
        of_it = messages.get(incident.incident_id, [])
        assert repeated(of_it) == []
        assert not of_it or shown(incident) not in SILENT
        assert of_it or label.bad or shown(incident) in SILENT
        assert not first_page(of_it) or is_closed(of_it) is not incident.open


@each_rollout
def test_what_is_explained(name: str, seed: int) -> None:
    """The first page of a bad deployment names what was heard of its tasks, of which no more is said."""
    messages = heard(played(name, seed).inbox)
    pages = [page for of_it in messages.values() if (page := first_page(of_it))]
    for page in (one for one in pages if one.kind == "DEPLOYMENT_FAILED"):
        others = {
            incident_id: of_it
            for incident_id, of_it in messages.items()
            if of_it[0].began_with == page.began_with and of_it[0].kind != page.kind
        }
        assert {each for each, of_it in others.items() if of_it[0].at < page.at} <= page.joined
        after = [one.type for of_it in others.values() for one in of_it if one.at >= page.at]
        assert set(after) <= {"RESOLVED"}
