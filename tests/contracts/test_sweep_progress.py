"""What every keeper of the sweep's place promises: one run at a time, and none starts anew without need."""

import pytest

from reconciler.errors import TransientError
from reconciler.ports.sweep_progress import SweepProgress, SweepProgressStore
from tests.support.values import CLUSTER, at, task_arn

NEW = SweepProgress(began=at(0))
PLACE = SweepProgress(began=at(0), cluster_arn=CLUSTER, after=task_arn(7))


def test_begins_a_pass(passes: SweepProgressStore) -> None:
    """The first run begins one, at the beginning."""
    assert passes.acquire("a", at(0), at(600)) == NEW


def test_one_run_at_a_time(passes: SweepProgressStore) -> None:
    """Until its time is up, a run keeps all others out."""
    passes.acquire("a", at(0), at(600))
    assert passes.acquire("b", at(1), at(601)) is None
    assert passes.acquire("b", at(600), at(1200)) is None


def test_a_run_may_take_what_it_has(passes: SweepProgressStore) -> None:
    """Asking twice, as when the first answer was lost, is asking once."""
    passes.acquire("a", at(0), at(600))
    assert passes.acquire("a", at(1), at(600)) == NEW


@pytest.mark.parametrize("place", [NEW, PLACE, SweepProgress(began=at(0), cluster_arn=CLUSTER)])
def test_goes_on_from_the_place_that_was_left(passes: SweepProgressStore, place: SweepProgress) -> None:
    """A pass that is not done goes on where its last run left it, at once."""
    passes.acquire("a", at(0), at(600))
    passes.checkpoint("a", PLACE)
    passes.release("a", place)
    assert passes.acquire("b", at(1), at(601)) == place


def test_a_done_pass_is_followed_by_a_new_one(passes: SweepProgressStore) -> None:
    """After the end of a pass the next run begins anew, with its own time."""
    passes.acquire("a", at(0), at(600))
    passes.checkpoint("a", PLACE)
    passes.release("a", None)
    assert passes.acquire("b", at(900), at(1500)) == SweepProgress(began=at(900))


@pytest.mark.parametrize(
    "kept", [(), (SweepProgress(began=at(0), cluster_arn=CLUSTER),)], ids=["nothing", "a place"]
)
def test_a_killed_run_is_taken_over(passes: SweepProgressStore, kept: tuple[SweepProgress, ...]) -> None:
    """When a run ends without a word, the next one goes on from what it kept as soon as its time is up."""
    passes.acquire("a", at(0), at(600))
    for place in kept:
        passes.checkpoint("a", place)
    assert passes.acquire("b", at(600.001), at(1200)) == (*kept, NEW)[0]


def test_an_overtaken_run_may_say_nothing_more(passes: SweepProgressStore) -> None:
    """Once another has the pass, neither place nor end of the former run count, and it is reported so."""
    passes.acquire("a", at(0), at(600))
    passes.acquire("b", at(601), at(1200))
    with pytest.raises(TransientError):
        passes.checkpoint("a", PLACE)
    passes.release("a", None)
    passes.release("a", PLACE)
    assert passes.acquire("c", at(602), at(1202)) is None
    passes.release("b", NEW)
    assert passes.acquire("c", at(603), at(1203)) == NEW


def test_a_run_that_left_has_nothing_to_keep(passes: SweepProgressStore) -> None:
    """After leaving, a run has no pass, and another may begin."""
    passes.acquire("a", at(0), at(600))
    passes.release("a", None)
    with pytest.raises(TransientError):
        passes.checkpoint("a", PLACE)
    assert passes.acquire("b", at(1), at(601)) == SweepProgress(began=at(1))
