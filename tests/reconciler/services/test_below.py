"""How many tasks of a service have to run."""

from dataclasses import replace

import pytest

from reconciler.model.service import ServiceRecord
from reconciler.services.below import has_surplus, is_below_desired
from reconciler.services.merge import merge_reading
from tests.support.services import described, minute, reading, record


@pytest.mark.parametrize(
    ("desired", "running", "minimum", "rolling", "below"),
    [
        (4, 4, 100, False, False),
        (4, 3, 100, False, True),
        (4, 3, 50, False, True),  # the minimum is for deployments alone
        (4, 3, 50, True, False),
        (4, 1, 50, True, True),
        (3, 1, 50, True, True),  # half of three, rounded up
        (3, 2, 50, True, False),
        (4, 0, 0, True, False),
        (4, 3, None, True, True),
        (4, 3, 200, True, True),
        (0, 0, 100, False, False),
        (1, 0, 100, False, True),
    ],
)
def test_as_many_as_desired_and_as_the_minimum_while_one_rolls(
    desired: int, running: int, minimum: int | None, *, rolling: bool, below: bool
) -> None:
    """All that are desired; of a service that rolls as many as minimumHealthyPercent says, rounded up."""
    state = "IN_PROGRESS" if rolling else "COMPLETED"
    found = reading(described(1, 0, rollout_state=state), running=running, desired=desired, minimum=minimum)
    assert is_below_desired(found) is below


def test_a_deleted_service_has_to_run_nothing() -> None:
    """One that drains is not below what it desired before."""
    assert not is_below_desired(reading(described(1, 0), running=1, status="DRAINING"))


@pytest.mark.parametrize(
    ("newest", "older", "surplus"), [(4, 0, False), (5, 0, True), (3, 1, True), (3, 0, False)]
)
def test_too_many_run_in_all_or_of_an_older_deployment(newest: int, older: int, *, surplus: bool) -> None:
    """More than are desired, or any of a deployment that a newer one took the place of."""
    assert has_surplus(after_reading(newest, older)) is surplus


def test_a_deployment_that_is_drained_runs_nothing() -> None:
    """It is gone from the readings, and what it ran in the last one that had it counts no more."""
    found = after_reading(3, 1)
    assert not has_surplus(merge_reading(found, reading(described(2, 5)), minute(21)))


def test_a_service_that_is_gone_has_no_surplus() -> None:
    """Whatever it ran when it was read last."""
    assert not has_surplus(replace(after_reading(5, 0), gone_at=minute(40)))


def after_reading(newest: int, older: int) -> ServiceRecord:
    """A service of four tasks, whose newest and whose older deployment run so many."""
    two = described(2, 5, running=newest), described(1, 0, status="ACTIVE", running=older)
    return merge_reading(record(), reading(*two, running=newest + older), minute(6))
