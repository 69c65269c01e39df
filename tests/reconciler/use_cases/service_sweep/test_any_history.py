"""Whatever became of the events, sweeps end in what ECS says."""

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.service import ServiceReading
from reconciler.model.service_event import ServiceEvent
from reconciler.model.task import Absence
from reconciler.services.outcomes import histories
from tests.support.service_sweeps import FakeEcs, Sweeps
from tests.support.services import (
    COMPLETED,
    FAILED,
    SERVICE,
    STARTED,
    action,
    deployment_event,
    described,
    hook,
    reading,
)

ROLLING_BACK = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/0000000000000000001."
EVENTS: Sequence[ServiceEvent] = (
    deployment_event(1, STARTED, 0),
    deployment_event(1, COMPLETED, 3),
    deployment_event(2, STARTED, 10),
    action("SERVICE_TASK_PLACEMENT_FAILURE", 11),
    hook("AWAITING_ACTION", 14),
    hook("TIMED_OUT", 15),
    deployment_event(2, FAILED, 16),
    deployment_event(3, STARTED, 16.1, ROLLING_BACK),
    deployment_event(3, COMPLETED, 18),
)
# What ECS says after all that, and after some of it.
ENDS: Mapping[str, ServiceReading | Absence] = {
    "rolled back": reading(
        described(3, 16.1, reason=ROLLING_BACK),
        described(2, 10, status="ACTIVE", rollout_state="FAILED", revision=43),
        described(1, 0, status="ACTIVE"),
    ),
    "whole": reading(described(3, 16.1, reason=ROLLING_BACK), described(2, 10, rollout_state="FAILED")),
    "deleted": reading(status="INACTIVE", running=0, desired=0),
    "forgotten": Absence.MISSING,
}


def seen(sweeps: Sweeps) -> object:
    """State, the end of each deployment that ECS shows, and whether it is over."""
    record = sweeps.record()
    shown = {one.deployment.deployment_id: one.outcome for one in histories(record) if one.deployment.rollout}
    return record.state, shown, record.closed_at


@given(
    st.sampled_from(sorted(ENDS)),
    st.lists(st.sampled_from(EVENTS), max_size=12),
    st.lists(st.sampled_from(EVENTS), max_size=3),
)
def test_two_sweeps_end_in_what_readings_alone_say(
    end: str, before: list[ServiceEvent], between: list[ServiceEvent]
) -> None:
    """Events may be lost, doubled, swapped and late: the records are those of readings alone."""
    answer = ENDS[end]
    heard, unheard = Sweeps(), Sweeps()
    for sweeps, events in ((heard, [before, between]), (unheard, [[EVENTS[0]], []])):
        sweeps.ecs = FakeEcs({SERVICE: answer})
        sweeps.observe(EVENTS[0])  # or nobody would know of what ECS does not list
        for of_pass in events:
            sweeps.observe(*of_pass)
            assert sweeps.run().errors == []
    assert seen(heard) == seen(unheard)
