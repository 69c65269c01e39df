"""What every ledger promises, in memory and on DynamoDB alike."""

from collections.abc import Sequence

import pytest

from reconciler.gate import history_row, succeed
from reconciler.model.entry import LedgerEntry
from reconciler.model.task import Container, Observation, Source
from reconciler.ports.ledger import Ledger, Recorded
from tests.support.values import TASK, at, describe, event, recording, task_arn

FULL = {
    "last_status": "STOPPED",
    "desired_status": "STOPPED",
    "started_by": "ecs-svc/0068978569384120015",
    "launch_type": "FARGATE",
    "capacity_provider_name": "FARGATE_SPOT",
    "availability_zone": "eu-central-1a",
    "started_at": at(20.125),
    "stopping_at": at(30),
    "stopped_at": at(40.999),
    "stop_code": "EssentialContainerExited",
    "stopped_reason": "Essential container in task exited\n\t\u2013 \u00fc",
    "containers": (
        Container(
            name="app",
            last_status="STOPPED",
            exit_code=137,
            reason="OutOfMemoryError: Container killed due to memory usage",
            image="111122223333.dkr.ecr.eu-central-1.amazonaws.com/checkout:1",
            image_digest="sha256:" + "0a" * 32,
        ),
        Container(name="proxy", last_status="RUNNING", exit_code=-1, image_digest="sha256:short"),
        Container(name="init", last_status=None, image_digest="sha512:" + "0A" * 32),
    ),
}


def put(ledger: Ledger, *observations: Observation) -> Recorded:
    result = ledger.record([recording(*observations)])[observations[-1].state.task_arn]
    assert isinstance(result, Recorded)
    return result


def stands(ledger: Ledger) -> LedgerEntry:
    entry = ledger.entry(TASK)
    assert entry is not None
    return entry


@pytest.mark.parametrize(
    "observation",
    [event(6, **FULL), describe(6, **FULL, tags={"team": "shop"}, health_status="HEALTHY"), event(0)],
    ids=["event", "description", "unversioned"],
)
def test_keeps_what_was_reported(ledger: Ledger, observation: Observation) -> None:
    """An entry gives back all that its observation reported, to the millisecond."""
    put(ledger, observation)
    assert stands(ledger) == succeed(None, observation)


def test_an_entry_of_any_version_is_readable(ledger: Ledger) -> None:
    """Also one of a version that no event may have any more, with its history."""
    put(ledger, event(2**62, seconds=10))
    assert (stands(ledger).state.version, ledger.history(TASK)[0].version) == (2**62, 2**62)


def test_unheard_of(ledger: Ledger) -> None:
    """A task that nobody reported has no entry and no history."""
    assert (ledger.entry(TASK), ledger.history(TASK)) == (None, ())


def test_first(ledger: Ledger) -> None:
    """The first observation of a task has no entry before it."""
    assert put(ledger, event(3)) == Recorded(previous=None, entry=succeed(None, event(3)))


def test_newer(ledger: Ledger) -> None:
    """A higher version takes the entry's place, and the entry before is returned."""
    put(ledger, event(3))
    result = put(ledger, event(4, last_status="DEPROVISIONING"))
    assert (result.previous_version, result.entry) == (3, stands(ledger))
    assert stands(ledger).state.last_status == "DEPROVISIONING"


@pytest.mark.parametrize("late", [event(3, last_status="PENDING"), event(2), event(0), describe(2)])
def test_duplicate_and_stale(ledger: Ledger, late: Observation) -> None:
    """A version that is not higher changes nothing in the entry, and the winner is returned."""
    put(ledger, event(3))
    before = stands(ledger)
    assert put(ledger, late) == Recorded(previous=before, entry=before)
    assert stands(ledger) == before


def test_what_a_newer_state_lacks_is_gone(ledger: Ledger) -> None:
    """Nothing of an older version is left in the entry but the tags."""
    put(ledger, describe(3, **FULL, tags={"team": "shop"}, health_status="HEALTHY"))
    put(ledger, event(4))
    assert stands(ledger).state == event(4, tags={"team": "shop"}).state


def test_reopens(ledger: Ledger) -> None:
    """A closed entry that a higher version shows alive is open again."""
    put(ledger, event(3, last_status="STOPPED", stopped_at=at(5)))
    put(ledger, event(4))
    assert stands(ledger).closed is None


def test_description_fills_in(ledger: Ledger) -> None:
    """At equal version a description adds health and tags, and nothing else."""
    put(ledger, event(3, launch_type="FARGATE"))
    shown = describe(3, launch_type="EC2", health_status="HEALTHY", tags={"team": "shop"})
    result = put(ledger, shown)
    assert result.entry == stands(ledger)
    assert (stands(ledger).state.health_status, stands(ledger).state.tags) == ("HEALTHY", {"team": "shop"})
    assert (stands(ledger).state.launch_type, stands(ledger).source) == ("FARGATE", Source.EVENT)


def test_later_description_wins(ledger: Ledger) -> None:
    """Of two descriptions of one version the later one stands, in whichever order they arrive."""
    late, early = describe(3, health_status="UNHEALTHY", seconds=700), describe(3, health_status="HEALTHY")
    for shown in (event(3), late, early):
        put(ledger, shown)
    assert stands(ledger).state.health_status == "UNHEALTHY"


def test_health_can_become_unknown(ledger: Ledger) -> None:
    """A later description without health takes the health away."""
    put(ledger, describe(3, health_status="HEALTHY"))
    put(ledger, describe(3, seconds=700))
    assert stands(ledger).state.health_status is None


def test_history_is_complete_and_sorted(ledger: Ledger) -> None:
    """Each version reported leaves its row, also late and repeated ones, events before descriptions."""
    shown = [event(3), event(1), event(3), describe(5), event(5), event(10)]
    for observation in shown:
        put(ledger, observation)
    rows = ledger.history(TASK)
    assert [(row.version, row.source) for row in rows] == [
        (1, Source.EVENT),
        (3, Source.EVENT),
        (5, Source.EVENT),
        (5, Source.DESCRIBE),
        (10, Source.EVENT),
    ]
    assert set(rows) == set(map(history_row, shown))


def test_rows_of_a_coalesced_batch(ledger: Ledger) -> None:
    """One recording writes a row for each event of its task and the entry once."""
    put(ledger, event(1), event(2), event(3))
    assert [row.version for row in ledger.history(TASK)] == [1, 2, 3]
    assert stands(ledger).state.version == 3


def test_many_tasks_at_once(ledger: Ledger) -> None:
    """A batch of any size is recorded whole, each task apart from the others."""
    shown = [event(number % 4 + 1, task_arn=task_arn(number)) for number in range(130)]
    results = ledger.record([recording(observation) for observation in shown])
    assert set(results) == {observation.state.task_arn for observation in shown}
    assert [ledger.entry(one.state.task_arn) for one in shown] == [succeed(None, one) for one in shown]


def test_empty_batch(ledger: Ledger) -> None:
    """Nothing to record is fine."""
    nothing: Sequence[object] = []
    assert dict(ledger.record(nothing)) == {}  # type: ignore[arg-type]  # an empty list of anything
