"""Which deployment was rolled back, and which one was under way, by what is known of the others."""

import pytest

from reconciler.model.service import ServiceRecord
from reconciler.services.outcomes import Outcome, histories, rolling_at
from tests.support.service_records import ROLLING_BACK, answered, recorded
from tests.support.services import (
    COMPLETED,
    FAILED,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
)

# Deployment 1 is what is gone back to.
OLDER = described(0, -900, revision=41, status="ACTIVE")
GOOD = described(1, -600, status="ACTIVE")
ROLLBACK = described(3, 9, reason=ROLLING_BACK, rollout_state="IN_PROGRESS")
FAILS = (deployment_event(2, STARTED, 0), deployment_event(2, FAILED, 9))


def rolled_back(record: ServiceRecord) -> set[str]:
    return {one.deployment.deployment_id for one in histories(record) if one.outcome is Outcome.ROLLED_BACK}


def test_what_came_after_the_target_is_rolled_back() -> None:
    """The deployment that failed, and none that had been completed long before."""
    assert rolled_back(recorded((reading(ROLLBACK, GOOD, OLDER), 10), *FAILS)) == {deployment_id(2)}


@pytest.mark.parametrize("known", [(GOOD, OLDER), (OLDER,)], ids=["with its target", "without it"])
def test_a_rollback_of_what_nobody_knows(known: tuple[object, ...]) -> None:
    """Where no event named the deployment that failed, no other one is taken for it."""
    assert rolled_back(recorded((reading(ROLLBACK, *known), 10))) == set()  # type: ignore[arg-type]  # as described


@pytest.mark.parametrize(
    "reason",
    [
        "ecs deployment CIRCUIT BREAKER: Rolling Back To DeploymentId {}",
        "ECS deployment circuit breaker: rolling back to deploymentId {}. See the service events.",
        "ECS deployment circuit breaker: rolling back to deploymentId {}, as tasks failed to start.\n",
        "ECS deployment alarm: rolling back to deploymentId: `{}` (checkout-5xx).",
    ],
)
def test_the_words_of_a_rollback(reason: str) -> None:
    """The target is found in any capitals, and whatever stands after it."""
    target, others = deployment_id(1), (GOOD, OLDER)
    begun = deployment_event(3, STARTED, 9, reason.format(target))
    done = described(3, 9)  # of which the last reading does not say what it was for
    known = recorded((reading(done, *others), 12), *FAILS, begun)
    assert rolled_back(known) == {deployment_id(2)}
    assert histories(known)[1].rolled_back_to == GOOD.task_definition_arn


def test_the_newest_is_rolled_back_also_where_it_is_not_known_to_have_failed() -> None:
    """Another one, which failed before it and was not rolled back, stays as it was."""
    first = (deployment_event(2, STARTED, 0), deployment_event(2, FAILED, 5))
    second = (deployment_event(3, STARTED, 20), deployment_event(4, STARTED, 30, ROLLING_BACK))
    assert rolled_back(recorded((reading(GOOD), -1), *first, *second)) == {deployment_id(3)}


def test_the_one_that_failed_just_then_is_rolled_back() -> None:
    """And not the one that took its place at once."""
    begun = (deployment_event(2, STARTED, 0), deployment_event(3, STARTED, 9))
    undone = (deployment_event(2, FAILED, 9.05), deployment_event(4, STARTED, 9.1, ROLLING_BACK))
    assert rolled_back(recorded((reading(GOOD), -1), *begun, *undone)) == {deployment_id(2)}


def test_a_service_deployment_says_when_it_was_rolled_back() -> None:
    """The deployment that began then did it, also where its reason is that it was completed by now."""
    done = described(3, 9, reason="ECS deployment completed.")
    record = recorded((reading(done, GOOD), 12), deployment_event(2, STARTED, 0))
    (rollback, failed, _) = histories(answered(record, 2, "ROLLBACK_SUCCESSFUL", rollback_at=minute(9)))
    assert (failed.outcome, failed.rolled_back_to) == (Outcome.ROLLED_BACK, done.task_definition_arn)
    assert rollback.rollback_of == failed.deployment


@pytest.mark.parametrize("monitor", ["circuit_breaker", "alarms"])
def test_what_a_monitor_ended_has_failed(monitor: str) -> None:
    """Without a rollback its service deployment is STOPPED, like one that a newer one replaces."""
    record = recorded(
        (reading(described(4, 20), GOOD), 30),
        deployment_event(2, STARTED, 0),
        deployment_event(4, STARTED, 20),
    )
    assert histories(answered(record, 2, "STOPPED"))[1].outcome is Outcome.SUPERSEDED
    assert histories(answered(record, 2, "STOPPED", **{monitor: "TRIGGERED"}))[1].outcome is Outcome.FAILED


@pytest.mark.parametrize(("seconds", "number"), [(-1, 2), (0, 2), (10, 2), (11, 3)])
def test_a_rollback_that_has_just_begun_is_not_to_blame(seconds: float, number: int) -> None:
    """What goes wrong in that moment is of the deployment that it rolls back."""
    found = rolling_at(histories(recorded((reading(ROLLBACK, GOOD), 10), *FAILS)), minute(9 + seconds / 60))
    assert found is not None
    assert found.deployment.deployment_id == deployment_id(number)


def test_a_deployment_that_was_completed_is_not_under_way() -> None:
    """What goes wrong later is of none."""
    past = histories(recorded(deployment_event(2, STARTED, 0), deployment_event(2, COMPLETED, 5)))
    assert rolling_at(past, minute(6)) is None


@pytest.mark.parametrize(("began", "outcome"), [(10, Outcome.STOPPED), (20, Outcome.IN_PROGRESS)])
def test_a_service_that_was_made_again_deploys(began: float, outcome: Outcome) -> None:
    """What began after it was known to be deleted is under way, and what had begun before is over."""
    record = recorded((reading(status="INACTIVE"), 15), deployment_event(2, STARTED, began))
    assert histories(record)[0].outcome is outcome
