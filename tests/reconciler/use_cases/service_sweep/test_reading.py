"""What a sweep reads of services, and what it writes."""

from dataclasses import replace

import pytest

from reconciler.errors import ClusterNotFound, InvalidInput, TransientError
from reconciler.model.service import ServiceReading, ServiceRecord
from reconciler.model.task import Absence, Source
from reconciler.services.outcomes import Outcome
from tests.support.service_sweeps import Sweeps, counts, named, service_arn
from tests.support.services import COMPLETED, SERVICE, STARTED, deployment_event, described, minute, reading
from tests.support.values import CLUSTER


@pytest.fixture
def sweeps() -> Sweeps:
    return Sweeps()


def twenty_five() -> dict[str, ServiceReading]:
    arns = map(service_arn, range(25))
    return {arn: named(reading(described(number, -3000)), arn) for number, arn in enumerate(arns)}


def test_unchanged_services_cost_no_write_and_a_tenth_of_a_call(sweeps: Sweeps) -> None:
    """A sweep of what it knows already lists the services, and describes ten with each call."""
    sweeps.ecs.readings |= twenty_five()
    assert counts(sweeps.run()) == {"SERVICES": 25, "SERVICES_REPAIRED": 25}
    sweeps.ecs.calls.clear()
    before, sweeps.services.writes = sweeps.services.services(CLUSTER), 0
    assert counts(sweeps.run()) == {"SERVICES": 25}
    assert [name for name, _ in sweeps.ecs.calls] == ["list_services", *["describe_services"] * 3]
    assert (sweeps.services.writes, sweeps.services.services(CLUSTER)) == (0, before)


def test_what_changed_is_written(sweeps: Sweeps) -> None:
    """With the time at which it was first read so."""
    sweeps.ecs.readings[SERVICE] = reading(described(1, -3000))
    sweeps.run()
    sweeps.ecs.readings[SERVICE] = reading(described(1, -3000), running=3)
    sweeps.run()
    record = sweeps.record()
    assert record.state is not None
    assert (record.state.running_count, record.read_at, record.source) == (3, minute(35), Source.DESCRIBE)


def test_lost_events_are_repaired(sweeps: Sweeps) -> None:
    """A deployment of which no event came, and one whose end no event reported, are counted once."""
    sweeps.observe(deployment_event(1, STARTED, 0))
    sweeps.ecs.readings[SERVICE] = reading(described(1, 0))
    assert counts(sweeps.run())["SERVICES_REPAIRED"] == 1
    sweeps.ecs.readings[SERVICE] = reading(
        described(2, 21, rollout_state="IN_PROGRESS", revision=43), described(1, 0, status="ACTIVE")
    )
    assert counts(sweeps.run())["SERVICES_REPAIRED"] == 1
    assert sweeps.outcomes() == [Outcome.IN_PROGRESS, Outcome.COMPLETED]
    assert "SERVICES_REPAIRED" not in counts(sweeps.run())


def test_what_events_may_still_bring_is_no_repair(sweeps: Sweeps) -> None:
    """A deployment that began within five minutes counts as none that events missed."""
    sweeps.ecs.readings[SERVICE] = reading(described(1, 16, rollout_state="IN_PROGRESS"))
    assert counts(sweeps.run()) == {"SERVICES": 1}


def test_what_events_brought_is_no_repair(sweeps: Sweeps) -> None:
    """Where each event came, a sweep finds nothing to repair."""
    sweeps.observe(deployment_event(1, STARTED, 0), deployment_event(1, COMPLETED, 3))
    sweeps.ecs.readings[SERVICE] = reading(described(1, 0))
    assert counts(sweeps.run()) == {"SERVICES": 1}


def test_missing_in_two_sweeps_is_gone(sweeps: Sweeps) -> None:
    """A service that ECS does not know any more is marked first, and closed by the next sweep, once."""
    sweeps.observe(deployment_event(1, STARTED, 0))
    assert counts(sweeps.run()) == {"SERVICES": 1}
    assert (sweeps.record().missing_since, sweeps.record().closed_at) == (minute(20), None)
    assert counts(sweeps.run()) == {"SERVICES": 1, "SERVICES_CLOSED": 1}
    assert sweeps.record().closed_at == minute(35)
    assert counts(sweeps.run()) == {}


def test_missing_but_once(sweeps: Sweeps) -> None:
    """A service that the next sweep finds is as if nothing had been; one that comes back is open again."""
    sweeps.ecs.readings[SERVICE] = found = reading(described(1, 0))
    for missing in (1, 2):
        sweeps.run()
        sweeps.ecs.readings[SERVICE] = Absence.MISSING
        for _ in range(missing):
            sweeps.run()
        sweeps.ecs.readings[SERVICE] = found
        sweeps.run()
        assert (sweeps.record().missing_since, sweeps.record().closed_at) == (None, None)


def test_inactive_is_closed_at_once(sweeps: Sweeps) -> None:
    """What ECS still describes as deleted needs no second sweep, and is asked about no more."""
    sweeps.observe(deployment_event(1, STARTED, 0))
    sweeps.ecs.readings[SERVICE] = reading(status="INACTIVE", running=0, desired=0)
    assert counts(sweeps.run()) == {"SERVICES": 1, "SERVICES_CLOSED": 1}
    assert (sweeps.record().closed_at, sweeps.outcomes()) == (minute(20), [Outcome.STOPPED])


def test_no_answer_concludes_nothing(sweeps: Sweeps) -> None:
    """A service that ECS did not answer for stays as it was."""
    sweeps.observe(deployment_event(1, STARTED, 0))
    sweeps.ecs.readings[SERVICE] = Absence.UNKNOWN
    before = sweeps.record()
    for _ in range(3):
        assert counts(sweeps.run()) == {}
    assert sweeps.record() == before


def test_ten_that_fail_leave_the_others_alone(sweeps: Sweeps) -> None:
    """The error is reported, and the services of the other calls are read."""
    sweeps.ecs.readings |= twenty_five()
    sweeps.ecs.errors[service_arn(12)] = error = TransientError("throttled")
    swept = sweeps.run()
    assert (swept.errors, swept.counts["SERVICES"], swept.complete) == ([error], 15, True)


def test_one_that_cannot_be_read_leaves_the_others_alone(
    sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unreadable record is an error of its own; neither it nor its service is touched."""
    error = InvalidInput("SERVICES#/checkout", "is unreadable")
    monkeypatch.setattr(sweeps.services, "services", lambda _: {"checkout": error})
    for arn in (SERVICE, service_arn(1)):
        sweeps.ecs.readings[arn] = named(reading(described(1, -3000)), arn)
    swept = sweeps.run()
    assert (swept.errors, swept.counts["SERVICES"]) == ([error], 1)
    assert sweeps.services.service(CLUSTER, "checkout") is None


def test_services_that_cannot_be_listed(sweeps: Sweeps) -> None:
    """The cluster's services are left to the next sweep, and none is closed."""
    sweeps.observe(deployment_event(1, STARTED, 0))
    sweeps.ecs.errors["list_services"] = error = TransientError("throttled")
    for _ in range(3):
        assert sweeps.run().errors == [error]
    assert (sweeps.record().missing_since, sweeps.record().closed_at) == (None, None)


def test_services_of_a_cluster_that_ecs_does_not_know(sweeps: Sweeps) -> None:
    """Unless its complete list of clusters lacks it, too, nothing is concluded."""
    sweeps.observe(deployment_event(1, STARTED, 0))
    sweeps.ecs.errors["list_services"] = ClusterNotFound("no such cluster")
    for _ in range(3):
        assert sweeps.run().errors == []
    assert (sweeps.record().missing_since, sweeps.record().closed_at) == (None, None)


def test_services_of_a_deleted_cluster(sweeps: Sweeps) -> None:
    """They are gone in two sweeps, if the complete list of clusters lacks theirs, too."""
    sweeps.observe(deployment_event(1, STARTED, 0))
    sweeps.ecs.errors["list_services"] = ClusterNotFound("no such cluster")
    for _ in range(2):
        assert sweeps.run(may_be_gone=True).errors == []
    assert sweeps.record().closed_at == minute(35)


def test_a_pass_that_is_out_of_time_is_made_again(sweeps: Sweeps) -> None:
    """What it read is kept, and the next pass is none the worse for it."""
    sweeps.ecs.readings |= twenty_five()
    swept = sweeps.run(times=2)
    assert (swept.complete, swept.counts["SERVICES"]) == (False, 20)
    swept = sweeps.run()
    assert (swept.complete, counts(swept)) == (True, {"SERVICES": 25, "SERVICES_REPAIRED": 5})


def test_who_is_overtaken_adds_to_what_stands_then(sweeps: Sweeps) -> None:
    """An event that is recorded while the sweep saves is not lost, nor is the reading."""
    sweeps.observe(deployment_event(1, STARTED, 0))
    sweeps.ecs.readings[SERVICE] = reading(described(1, 0))
    events = [deployment_event(1, COMPLETED, 3)]
    sweeps.services.before_save = lambda _: events and sweeps.observe(events.pop())
    sweeps.run()
    (deployment,) = sweeps.record().deployments
    assert deployment.reports.keys() == {STARTED, COMPLETED}
    assert deployment.rollout is not None


def test_who_is_always_overtaken_leaves_it_to_the_next_sweep(sweeps: Sweeps) -> None:
    """That is an error of one service."""
    sweeps.observe(deployment_event(1, STARTED, 0))
    sweeps.ecs.readings[SERVICE] = reading(described(1, 0))
    later = iter(range(1, 100))
    sweeps.services.before_save = lambda _: sweeps.observe(deployment_event(1, STARTED, next(later)))
    (error,) = sweeps.run().errors
    assert isinstance(error, TransientError)


def test_a_deployment_older_than_the_newest_keeps_what_is_known(sweeps: Sweeps) -> None:
    """One that a record does not hold any more, but that ECS still shows, is looked up first."""
    sweeps.observe(deployment_event(1, STARTED, -3000), deployment_event(1, COMPLETED, -2990))
    sweeps.observe(*(deployment_event(number, STARTED, number) for number in range(2, 13)))
    old = described(1, -3001, status="ACTIVE")
    sweeps.ecs.readings[SERVICE] = reading(described(12, 12, rollout_state="IN_PROGRESS"), old)
    sweeps.run()
    kept = sweeps.services.service(CLUSTER, "checkout", ["ecs-svc/0000000000000000001"])
    assert isinstance(kept, ServiceRecord)
    known = kept.deployment("ecs-svc/0000000000000000001")
    assert known is not None
    assert (known.reports.keys(), known.began.at) == ({STARTED, COMPLETED}, minute(-3001))
    sweeps.services.writes = 0
    sweeps.run()
    assert sweeps.services.writes == 0


def test_a_service_made_anew_is_open_again(sweeps: Sweeps) -> None:
    """A deleted service's name may be taken again: what ECS lists is read, whatever is known of it."""
    sweeps.ecs.readings[SERVICE] = deleted = reading(status="INACTIVE", running=0, desired=0)
    sweeps.observe(deployment_event(1, STARTED, 0))
    sweeps.run()
    sweeps.ecs.readings[SERVICE] = replace(deleted, state=replace(deleted.state, status="ACTIVE"))
    sweeps.run()
    assert sweeps.record().closed_at is None
