"""The sweep beside other writers: what changes between its calls, what fails, and how far it reaches."""

from typing import Any

from reconciler.errors import TransientError
from reconciler.model.entry import LedgerEntry
from reconciler.model.task import Source
from reconciler.ports.ledger import Recording
from tests.reconciler.use_cases.test_sweep import forget
from tests.support.system import BATCH, SHOP, System, counts
from tests.support.values import task_arn


def test_a_task_that_changes_between_list_and_describe(system: System) -> None:
    """What is recorded is what was described; its late event finds it there already."""
    arn = system.running()
    system.deliver()

    def before(operation: str, _: Any) -> None:
        if operation == "DescribeTasks":
            system.report(arn, "STOPPED")

    system.api.before = before
    assert counts(system.sweep_with()) == {"MISSED": 1, "REPAIRED": 1}
    system.api.heal()
    system.deliver()
    assert system.known(arn) == [("STOPPED", 4)]
    assert [(row.version, row.source) for row in system.ledger.history(arn)][-2:] == [
        (4, Source.EVENT),
        (4, Source.DESCRIBE),
    ]


def test_a_task_that_is_forgotten_between_list_and_describe(system: System) -> None:
    """It came and went: what was never recorded and is known no more leaves nothing to say."""
    arn = system.start()
    system.drop()
    system.api.change = forget(arn)
    assert (counts(system.sweep_with()), system.ledger.entry(arn)) == ({}, None)


def test_an_event_between_description_and_ledger(system: System) -> None:
    """An event that arrives just before the ledger is read was not missed."""
    arn = system.running()
    system.deliver()
    system.ecs.scheduler_stop(arn, "Scaling activity")

    class Late:
        """The ledger, which an event reaches when the sweep begins to read it."""

        def __getattr__(self, name: str) -> Any:
            if name == "entries":
                system.deliver()
            return getattr(system.ledger, name)

    assert counts(system.sweep_with(ledger=Late())) == {}
    assert system.known(arn) == [("RUNNING", 4)]


def test_an_event_during_a_repair(system: System) -> None:
    """The gate takes whichever is newer, and a version that an event brought meanwhile was no repair."""
    same, newer = system.running(), system.running()
    system.deliver()
    for arn in (same, newer):
        system.ecs.scheduler_stop(arn, "Scaling activity")

    class Busy:
        """The ledger, which events reach just before a repair does."""

        def record(self, recordings: Any) -> Any:
            system.report(newer, "STOPPED")
            system.deliver()
            return system.ledger.record(recordings)

        def __getattr__(self, name: str) -> Any:
            return getattr(system.ledger, name)

    assert counts(system.sweep_with(ledger=Busy())) == {"MISSED": 2}
    assert system.known(same, newer) == [("RUNNING", 4), ("STOPPED", 5)]


def test_an_event_during_a_closing(system: System) -> None:
    """A task of which an event arrives just before it would be closed stays as the event reported it."""
    arn = system.running()
    system.deliver()
    system.wait(10)
    system.api.change = forget(arn)
    system.sweep_with()
    system.wait(15)

    class Busy:
        """The ledger, which an event reaches just before the closing does."""

        def close(self, entry: LedgerEntry, now: Any) -> bool:
            system.ecs.scheduler_stop(arn, "Scaling activity")
            system.deliver()
            return system.ledger.close(entry, now)

        def __getattr__(self, name: str) -> Any:
            return getattr(system.ledger, name)

    assert counts(system.sweep_with(ledger=Busy())) == {"VANISHED": 1}
    assert (system.entry(arn).open, system.known(arn)) == (True, [("RUNNING", 4)])


def test_a_write_that_fails_is_reported_and_repeated(system: System) -> None:
    """A repair that cannot be written is an error of its task; it is repaired by the next sweep."""
    arn, other = system.start(), system.start()
    system.drop()

    class Refusing:
        """The ledger, which cannot write one task."""

        def record(self, recordings: list[Recording]) -> Any:
            due = [one for one in recordings if one.observation.state.task_arn != arn]
            return {**system.ledger.record(due), arn: TransientError("throttled")}

        def __getattr__(self, name: str) -> Any:
            return getattr(system.ledger, name)

    swept = system.sweep_with(ledger=Refusing())
    assert counts(swept) == {"UNRECORDED": 2, "REPAIRED": 1}
    assert [str(error) for error in swept.clusters[SHOP].errors] == ["throttled"]
    assert system.ledger.entry(arn) is None
    assert counts(system.sweep_with()) == {"UNRECORDED": 1, "REPAIRED": 1}
    assert system.known(arn, other) == [("PROVISIONING", 1)] * 2


def test_the_time_of_a_description_is_taken_after_it(system: System) -> None:
    """A description that is long in coming is as new as its answer, and opens what was closed before that."""
    arn, unheard = system.running(), system.running()
    system.deliver(arn)

    def slow(operation: str, _: Any) -> None:
        if operation == "DescribeTasks":
            system.wait(1)
            assert system.ledger.close(system.entry(arn), system.clock.now)
            system.wait(1)

    system.api.before = slow
    assert counts(system.sweep_with()) == {"REFRESHED": 1, "REPAIRED": 1, "UNRECORDED": 1}
    assert system.entry(arn).open
    assert system.entry(unheard).described_at == system.entry(unheard).observed_at == system.clock.now


def test_stuck(system: System) -> None:
    """A task that stays in a passing state for too long is reported, also in one that makes no event."""
    provisioning, activating = system.start(), system.start()
    system.report(activating, "PENDING", "ACTIVATING")
    system.deliver()
    assert system.sweep_with().clusters[SHOP].stuck == []
    system.wait(6)
    assert [one.task_arn for one in system.sweep_with().clusters[SHOP].stuck] == [provisioning]
    system.wait(5)
    found = {one.task_arn: one.cause for one in system.sweep_with().clusters[SHOP].stuck}
    assert found == {provisioning: "PROVISIONING", activating: "ACTIVATING"}


def test_stuck_is_not_judged_by_an_api_that_lags(system: System) -> None:
    """A passing state that the ledger knows to be over is no finding."""
    arn = system.start()
    past = system.ecs.call("DescribeTasks", {"cluster": "shop", "tasks": [arn]})
    system.report(arn, "PENDING", "RUNNING")
    system.deliver()
    system.wait(60)
    system.api.change = lambda operation, answer: past if operation == "DescribeTasks" else answer
    swept = system.sweep_with()
    assert (counts(swept), swept.clusters[SHOP].stuck) == ({"AHEAD": 1}, [])


def test_only_clusters_that_were_chosen(system: System) -> None:
    """Where clusters are named, the others are not asked about."""
    system.start(), system.start("batch")
    system.clusters = [BATCH]
    swept = system.sweep_with()
    assert set(swept.clusters) == {BATCH}
    assert {request["cluster"] for request in system.api.made("ListTasks")} == {BATCH}
    assert not system.api.made("ListClusters")


def test_ten_thousand_tasks(system: System) -> None:
    """A first sweep records all tasks of a large cluster, and the next one finds nothing to do."""
    for number in range(10_000):
        system.ecs.learn(
            {
                "taskArn": task_arn(number),
                "clusterArn": SHOP,
                "version": 3,
                "lastStatus": "RUNNING",
                "desiredStatus": "RUNNING",
                "group": "service:checkout" if number % 2 else "family:batch",
                "containers": [{"name": "app", "lastStatus": "RUNNING"}],
            }
        )
    assert counts(system.sweep_with()) == {"UNRECORDED": 10_000, "REPAIRED": 10_000}
    system.api.heal()
    swept = system.sweep_with()
    assert (counts(swept), swept.clusters[SHOP].counts.total(), swept.complete) == ({}, 10_000, True)
    assert len(system.ledger.open_tasks(SHOP)) == 10_000
    assert [
        len(system.api.made(operation)) for operation in ("ListTasks", "DescribeTasks", "GetTaskProtection")
    ] == [
        2 + 101,
        100,
        50,
    ]


def test_each_entry_once(system: System) -> None:
    """A task that is listed twice, or listed and open in the ledger, is compared once."""
    arn = system.running()
    system.deliver()
    system.api.change = lambda operation, answer: (
        {**answer, "taskArns": answer["taskArns"] * 2} if operation == "ListTasks" else answer
    )
    swept = system.sweep_with()
    assert swept.clusters[SHOP].counts == {"NONE": 1}
    assert system.known(arn) == [("RUNNING", 3)]
