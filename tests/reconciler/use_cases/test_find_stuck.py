"""Tasks that hang, as sweeps find them: by versions, and by statuses that only descriptions show."""

from typing import Any

from reconciler.errors import TransientError
from reconciler.model.entry import Passing
from tests.support.system import SHOP, System, counts


def found(system: System, **ports: Any) -> list[tuple[str, str]]:
    """The states in which tasks hang, and the times that are said of them."""
    stuck = system.sweep_with(**ports).clusters[SHOP].stuck
    return [(str(one.cause), one.summary.partition(" for ")[2].partition(";")[0]) for one in stuck]


def renew(system: System, arn: str) -> None:
    """A new version of the task, in the status that it has."""
    request = {"cluster": "shop", "task": arn, "containerName": "app", "runtimeId": str(system.clock.now)}
    system.ecs.call("SubmitContainerStateChange", request)


def test_a_new_version_does_not_start_a_state_anew(system: System) -> None:
    """A task that is PENDING counts from its first version that is."""
    arn = system.start()
    system.wait(2)
    system.report(arn, "PENDING")
    system.wait(8)
    renew(system, arn)
    system.deliver()
    assert system.known(arn) == [("PENDING", 3)]
    system.wait(2)
    assert found(system) == []
    system.wait(1)
    assert found(system) == [("PENDING", "11 min")]


def test_a_state_without_a_version_does_not_count_the_state_before(system: System) -> None:
    """A task that ran for hours has been DEACTIVATING since a sweep saw it first."""
    arn = system.running()
    system.deliver()
    system.wait(300)
    system.ecs.scheduler_stop(arn, "Scaling activity")
    system.deliver()
    system.wait(20)
    system.report(arn, "DEACTIVATING")
    assert found(system) == []
    assert system.entry(arn).passing == Passing("DEACTIVATING", system.clock.now)
    system.wait(10)
    assert found(system) == []
    system.wait(1)
    assert found(system) == [("DEACTIVATING", "11 min")]


def test_each_state_without_a_version_has_its_own_time(system: System) -> None:
    """STOPPING after DEACTIVATING counts for itself, though no event came in between."""
    arn = system.running()
    system.ecs.scheduler_stop(arn, "Scaling activity")
    system.report(arn, "DEACTIVATING")
    system.deliver()
    system.sweep_with()
    system.wait(9)
    system.report(arn, "STOPPING")
    assert found(system) == []
    system.wait(9)
    assert found(system) == []
    system.wait(2)
    assert found(system) == [("STOPPING", "11 min")]


def test_a_first_sight_is_written_once(system: System) -> None:
    """And the history is read of those alone that are older than the limit, and may hang."""
    activating, pending, running = system.start(), system.start(), system.running()
    system.report(activating, "PENDING", "ACTIVATING")
    system.report(pending, "PENDING")
    system.deliver()
    calls: list[str] = []

    class Counted:
        """The ledger, which notes who asks for histories and marks passing states."""

        def __getattr__(self, name: str) -> Any:
            if name in {"history", "mark_passing"}:
                calls.append(name)
            return getattr(system.ledger, name)

    for minutes in (0, 5, 4):
        system.wait(minutes)
        system.sweep_with(ledger=Counted())
    assert calls == ["mark_passing"]
    system.wait(2)
    assert {one for one, _ in found(system, ledger=Counted())} == {"ACTIVATING", "PENDING"}
    assert (calls, system.known(running)) == (["mark_passing", "history"], [("RUNNING", 3)])


def test_a_history_that_cannot_be_read(system: System) -> None:
    """The cluster is reported, and the next sweep judges."""
    system.start()
    system.deliver()
    system.wait(6)

    class Refusing:
        """The ledger, which has no history to give."""

        def history(self, _: str) -> object:
            raise TransientError("throttled")

        def __getattr__(self, name: str) -> Any:
            return getattr(system.ledger, name)

    swept = system.sweep_with(ledger=Refusing())
    assert (counts(swept), [str(one) for one in swept.clusters[SHOP].errors]) == ({}, ["throttled"])
    assert found(system) == [("PROVISIONING", "6 min")]
