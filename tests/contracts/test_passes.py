"""What every keeper of the sweep's place promises: one run at a time, and none starts anew without need."""

import pytest

from reconciler.errors import TransientError
from reconciler.ports import Pass, Passes
from tests.values import CLUSTER, at, task_arn

NEW = Pass(began=at(0))
PLACE = Pass(began=at(0), cluster_arn=CLUSTER, after=task_arn(7))


def test_begins_a_pass(passes: Passes) -> None:
    """The first run begins one, at the beginning."""
    assert passes.take("a", at(0), at(600)) == NEW


def test_one_run_at_a_time(passes: Passes) -> None:
    """Until its time is up, a run keeps all others out."""
    passes.take("a", at(0), at(600))
    assert passes.take("b", at(1), at(601)) is None
    assert passes.take("b", at(600), at(1200)) is None


def test_a_run_may_take_what_it_has(passes: Passes) -> None:
    """Asking twice, as when the first answer was lost, is asking once."""
    passes.take("a", at(0), at(600))
    assert passes.take("a", at(1), at(600)) == NEW


@pytest.mark.parametrize("place", [NEW, PLACE, Pass(began=at(0), cluster_arn=CLUSTER)])
def test_goes_on_from_the_place_that_was_left(passes: Passes, place: Pass) -> None:
    """A pass that is not done goes on where its last run left it, at once."""
    passes.take("a", at(0), at(600))
    passes.keep("a", PLACE)
    passes.leave("a", place)
    assert passes.take("b", at(1), at(601)) == place


def test_a_done_pass_is_followed_by_a_new_one(passes: Passes) -> None:
    """After the end of a pass the next run begins anew, with its own time."""
    passes.take("a", at(0), at(600))
    passes.keep("a", PLACE)
    passes.leave("a", None)
    assert passes.take("b", at(900), at(1500)) == Pass(began=at(900))


@pytest.mark.parametrize("kept", [(), (Pass(began=at(0), cluster_arn=CLUSTER),)], ids=["nothing", "a place"])
def test_a_killed_run_is_taken_over(passes: Passes, kept: tuple[Pass, ...]) -> None:
    """When a run ends without a word, the next one goes on from what it kept as soon as its time is up."""
    passes.take("a", at(0), at(600))
    for place in kept:
        passes.keep("a", place)
    assert passes.take("b", at(600.001), at(1200)) == (*kept, NEW)[0]


def test_an_overtaken_run_may_say_nothing_more(passes: Passes) -> None:
    """Once another has the pass, neither place nor end of the former run count, and it is told so."""
    passes.take("a", at(0), at(600))
    passes.take("b", at(601), at(1200))
    with pytest.raises(TransientError):
        passes.keep("a", PLACE)
    passes.leave("a", None)
    passes.leave("a", PLACE)
    assert passes.take("c", at(602), at(1202)) is None
    passes.leave("b", NEW)
    assert passes.take("c", at(603), at(1203)) == NEW


def test_a_run_that_left_has_nothing_to_keep(passes: Passes) -> None:
    """After leaving, a run has no pass, and another may begin."""
    passes.take("a", at(0), at(600))
    passes.leave("a", None)
    with pytest.raises(TransientError):
        passes.keep("a", PLACE)
    assert passes.take("b", at(1), at(601)) == Pass(began=at(1))
