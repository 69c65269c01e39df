"""What came of each deployment, by all that its sources say."""

from collections.abc import Sequence

import pytest

from reconciler.model.deployment import ServiceDeployment
from reconciler.model.service_event import ServiceEvent
from reconciler.services.merge import (
    merge_event,
    merge_reading,
    merge_service_deployment,
    with_deployment,
)
from reconciler.services.outcomes import Outcome, histories, is_settled, rolling_at
from tests.support.services import (
    COMPLETED,
    DEFINITION,
    FAILED,
    SERVICE,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
    record,
)

TO_FIRST = f"ECS deployment circuit breaker: rolling back to deploymentId {deployment_id(1)}."
FIRST = (deployment_event(1, STARTED, 0), deployment_event(1, COMPLETED, 3))
SECOND = deployment_event(2, STARTED, 10)
BROKEN = deployment_event(2, FAILED, 14)


def outcomes(*events: ServiceEvent) -> list[tuple[str, str | None]]:
    """Of each deployment, newest first, with the minute it ended."""
    found = record()
    for event in (*FIRST, *events):
        found = merge_event(found, event)
    return [
        (one.outcome, one.ended_at.strftime("%M:%S") if one.ended_at else None) for one in histories(found)
    ]


@pytest.mark.parametrize(
    ("events", "newest"),
    [
        ([SECOND], [("IN_PROGRESS", None)]),
        ([SECOND, deployment_event(2, COMPLETED, 13)], [("COMPLETED", "13:00")]),
        ([SECOND, BROKEN], [("FAILED", "14:00")]),
        ([SECOND, BROKEN, deployment_event(2, COMPLETED, 15)], [("FAILED", "14:00")]),
        ([SECOND, deployment_event(3, STARTED, 12)], [("IN_PROGRESS", None), ("SUPERSEDED", "12:00")]),
        (
            [SECOND, BROKEN, deployment_event(3, STARTED, 14.1, TO_FIRST)],
            [("IN_PROGRESS", None), ("ROLLED_BACK", "14:00")],
        ),
        (
            [SECOND, deployment_event(3, STARTED, 14.1, TO_FIRST)],  # the failure's event was lost
            [("IN_PROGRESS", None), ("ROLLED_BACK", "14:06")],
        ),
        # Amazon's own sample gives the rollback the id of the deployment that failed.
        ([SECOND, BROKEN, deployment_event(2, STARTED, 14.1, TO_FIRST)], [("ROLLED_BACK", "14:00")]),
        (
            [SECOND, BROKEN, deployment_event(3, STARTED, 16)],  # a person's next try is no rollback
            [("IN_PROGRESS", None), ("FAILED", "14:00")],
        ),
    ],
)
def test_outcomes_by_events(events: Sequence[ServiceEvent], newest: Sequence[tuple[str, str | None]]) -> None:
    """The first row of the table that holds counts, whatever else was reported."""
    assert outcomes(*events) == [*newest, ("COMPLETED", "03:00")]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("IN_PROGRESS", Outcome.IN_PROGRESS),
        ("SUCCESSFUL", Outcome.COMPLETED),
        ("STOPPED", Outcome.STOPPED),
        ("ROLLBACK_IN_PROGRESS", Outcome.ROLLED_BACK),
        ("ROLLBACK_SUCCESSFUL", Outcome.ROLLED_BACK),
        ("ROLLBACK_FAILED", Outcome.FAILED),
        ("NEVER_HEARD_OF", Outcome.IN_PROGRESS),
    ],
)
def test_outcomes_by_the_service_deployment(status: str, outcome: Outcome) -> None:
    """What ListServiceDeployments says where no event came; an unknown word says nothing."""
    found = merge_reading(record(), reading(described(2, 10, rollout_state="IN_PROGRESS")), minute(11))
    answered = ServiceDeployment(
        service_deployment_arn=SERVICE.replace(":service/", ":service-deployment/") + "/2",
        status=status,
        created_at=minute(10),
        finished_at=minute(15),
    )
    known = merge_service_deployment(found.deployments[0], answered)
    assert histories(with_deployment(found, known))[0].outcome is outcome


def test_what_a_deleted_service_had_under_way_is_stopped() -> None:
    """Nothing goes on of it."""
    found = merge_reading(record(), reading(described(1, 0, rollout_state="IN_PROGRESS")), minute(1))
    gone = reading(described(1, 0, rollout_state="IN_PROGRESS"), status="INACTIVE")
    assert histories(merge_reading(found, gone, minute(2)))[0].outcome is Outcome.STOPPED


def test_a_deployment_that_ecs_never_shows_is_unknown() -> None:
    """An event alone spoke of it, and a later reading does not have it."""
    found = merge_event(record(), deployment_event(7, STARTED, 0))
    assert histories(merge_reading(found, reading(), minute(4)))[0].outcome is Outcome.IN_PROGRESS
    assert histories(merge_reading(found, reading(), minute(6)))[0].outcome is Outcome.UNKNOWN


def test_where_a_rollback_goes() -> None:
    """To the definition of the deployment that its reason names, until it shows its own."""
    found = merge_reading(record(), reading(described(1, 0, revision=42)), minute(1))
    for event in (SECOND, BROKEN, deployment_event(3, STARTED, 14.1, TO_FIRST)):
        found = merge_event(found, event)
    rollback, failed, first = histories(found)
    assert (rollback.rollback_of, failed.previous) == (failed.deployment, first.deployment)
    assert (failed.rolled_back_to, failed.restored_at) == (f"{DEFINITION}:42", None)
    done = histories(merge_event(found, deployment_event(3, COMPLETED, 16)))
    assert done[1].restored_at == minute(16)
    assert is_settled(done, deployment_id(2))


def test_what_rolled_at_a_time() -> None:
    """The newest deployment that had begun, unless it was over by then."""
    found = record()
    for event in (*FIRST, SECOND):
        found = merge_event(found, event)
    known = histories(found)
    ids = [one and one.deployment.deployment_id for one in (rolling_at(known, minute(m)) for m in (2, 5, 12))]
    assert ids == [deployment_id(1), None, deployment_id(2)]
