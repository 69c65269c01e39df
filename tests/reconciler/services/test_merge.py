"""The gate for what has no version: any order of deliveries ends in the same record."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.deployment import ServiceDeployment
from reconciler.model.service_event import ServiceEvent
from reconciler.services.merge import REPORTS, merge_event, merge_reading, merge_service_deployment
from reconciler.services.outcomes import Outcome, histories
from tests.support.full_service import service_deployment
from tests.support.services import (
    COMPLETED,
    FAILED,
    STARTED,
    action,
    deployment_event,
    described,
    hook,
    minute,
    reading,
    record,
)

BREAKER = "ECS deployment circuit breaker: tasks failed to start."
ROLLING_BACK = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/0000000000000000001."
LIFE: Sequence[ServiceEvent] = (
    deployment_event(1, STARTED, 0),
    deployment_event(1, COMPLETED, 3),
    action("SERVICE_STEADY_STATE", 4, "INFO"),
    deployment_event(2, STARTED, 10),
    action("SERVICE_TASK_PLACEMENT_FAILURE", 11, reason="RESOURCE:CPU"),
    action("SERVICE_TASK_PLACEMENT_FAILURE", 12, reason="RESOURCE:MEMORY"),
    action("SERVICE_TASK_START_IMPAIRED", 13, "WARN"),
    hook("IN_PROGRESS", 13),
    hook("AWAITING_ACTION", 14),
    hook("TIMED_OUT", 15),
    deployment_event(2, FAILED, 16, BREAKER, replayed=True),
    deployment_event(2, FAILED, 16, BREAKER),
    deployment_event(3, STARTED, 16.1, ROLLING_BACK),
    deployment_event(3, COMPLETED, 18),
)


@given(st.permutations(LIFE), st.lists(st.sampled_from(LIFE), max_size=10), st.integers(0, 24))
def test_any_order_ends_in_the_same_record(
    order: list[ServiceEvent], doubled: list[ServiceEvent], cut: int
) -> None:
    """Events may be late, doubled and swapped: the record that they end in is always the same."""
    expected, found = record(), record()
    for event in LIFE:
        expected = merge_event(expected, event)
    for event in (*order[:cut], *doubled, *order[cut:], *doubled):
        found = merge_event(found, event)
    assert found == expected


NAMES = [f"SERVICE_{number}" for number in range(REPORTS + 5)]
UNHEARD_OF: Sequence[ServiceEvent] = [
    made for number, name in enumerate(NAMES) for made in (action(name, number), action(name, 100 - number))
]


@given(st.permutations(UNHEARD_OF))
def test_names_without_number_fill_no_record(order: list[ServiceEvent]) -> None:
    """A row has room for so many: the newest are remembered, whichever came first."""
    found = record()
    for event in order:
        found = merge_event(found, event)
    assert set(found.actions) == set(NAMES[:REPORTS])


@given(st.permutations(LIFE), st.integers(0, len(LIFE)))
def test_a_reading_between_events_changes_no_outcome(order: list[ServiceEvent], before: int) -> None:
    """Whenever DescribeServices answers among events in any order, the same came of each deployment."""
    found = record()
    now = reading(described(3, 16.1), described(2, 10, status="ACTIVE", rollout_state="FAILED", revision=43))
    for event in order[:before]:
        found = merge_event(found, event)
    found = merge_reading(found, now, minute(20))
    for event in order[before:]:
        found = merge_event(found, event)
    outcomes = [history.outcome for history in histories(found)]
    assert outcomes == [Outcome.COMPLETED, Outcome.ROLLED_BACK, Outcome.COMPLETED]


def test_what_a_live_source_confirms_is_replayed_no_more() -> None:
    """A report that came by a replay and live is live, in whichever order."""
    live, again = (deployment_event(2, FAILED, 16, replayed=replayed) for replayed in (False, True))
    for order in ([live, again], [again, live]):
        found = record()
        for event in order:
            found = merge_event(found, event)
        assert not found.deployments[0].reports[FAILED].replayed


def test_information_leaves_nothing_behind() -> None:
    """Steady states and started tasks change no record, so they cost no write."""
    for name in ("SERVICE_STEADY_STATE", "TASKS_STARTED", "SERVICE_REBALANCING_STARTED"):
        assert merge_event(record(), action(name, 1, "INFO")) == record()


def test_a_reading_that_says_the_same_changes_nothing() -> None:
    """What DescribeServices repeats is known since it was first read."""
    first = merge_reading(record(), reading(described(1, 0)), minute(1))
    assert merge_reading(first, reading(described(1, 0)), minute(16)) == first


def test_an_earlier_reading_is_stale() -> None:
    """A reading that comes late changes nothing of a newer one."""
    newer = merge_reading(record(), reading(described(1, 0), running=4), minute(10))
    assert merge_reading(newer, reading(described(1, 0), running=1), minute(5)) == newer


def test_the_clock_below_desired_runs_from_the_first_reading_to_the_last() -> None:
    """Below desired since the first of the readings that showed it without a break."""
    found = merge_reading(record(), reading(described(1, 0), running=2), minute(1))
    found = merge_reading(found, reading(described(1, 0), running=3), minute(16))
    assert found.below_desired_since == minute(1)
    assert merge_reading(found, reading(described(1, 0), running=4), minute(31)).below_desired_since is None


def test_an_answer_that_says_less_takes_nothing_back() -> None:
    """Where ECS lists a service deployment and does not describe it, its monitors are what they were."""
    known = merge_reading(record(), reading(described(2, 20)), minute(21)).deployments[0]
    full = replace(service_deployment(), status="IN_PROGRESS", finished_at=None)
    brief = ServiceDeployment(
        service_deployment_arn=full.service_deployment_arn, status=full.status, created_at=full.created_at
    )
    once = merge_service_deployment(known, full)
    assert merge_service_deployment(once, brief) == once
    assert merge_service_deployment(merge_service_deployment(known, brief), full) == once
    over = merge_service_deployment(once, replace(brief, status="ROLLBACK_FAILED")).service_deployment
    assert over == replace(full, status="ROLLBACK_FAILED")


def test_hooks_that_are_answered_again_are_as_they_are_now() -> None:
    """One that had run out of time does not fail its deployment once it is known to let it go on."""
    known = merge_reading(record(), reading(described(2, 20)), minute(21)).deployments[0]
    failed = replace(service_deployment(), hooks_at_timeout={})
    goes_on = replace(failed, hook_failed=False, hooks_at_timeout={"ecs-pause-1": "CONTINUE"})
    found = merge_service_deployment(merge_service_deployment(known, failed), goes_on)
    assert found.service_deployment == goes_on


def test_a_reading_without_a_task_definition_takes_none_back() -> None:
    """What a deployment runs never changes, so it stays what it was once read to be."""
    first = merge_reading(record(), reading(described(1, 0)), minute(1))
    silent = replace(described(1, 0), task_definition_arn=None)
    assert merge_reading(first, reading(silent), minute(16)).deployments == first.deployments


def test_when_a_deployment_began_describe_services_knows_best() -> None:
    """Its `createdAt` counts before any event's time, whichever comes first."""
    by_event = merge_event(record(), deployment_event(1, STARTED, 0.5))
    assert merge_reading(by_event, reading(described(1, 0)), minute(1)).deployments[0].began.at == minute(0)
