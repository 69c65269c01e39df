"""Every call to ECS fails in turn, with each error: what is reported, what goes on, what is not concluded."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from botocore.exceptions import ConnectionClosedError

from reconciler.use_cases import sweep_cluster
from taskledger.simulator.engine.errors import ApiError
from taskledger.simulator.engine.shapes import Fields
from tests.support.system import BATCH, SHOP, System, disagreements


@dataclass
class Trouble:
    """Tasks of a cluster in each state that a sweep can find, all seen to be missing by a sweep before."""

    lives: list[str]
    missed: list[str]
    unrecorded: list[str]
    over: list[str]
    gone: list[str]
    elsewhere: str


def in_trouble(system: System) -> Trouble:
    over, gone = [system.running() for _ in range(3)], [system.running() for _ in range(3)]
    lives, missed = [system.running() for _ in range(5)], [system.running() for _ in range(2)]
    elsewhere = system.running("batch")
    system.deliver()
    for arn in gone:
        system.report(arn, "STOPPED")
    system.drop()
    system.wait(61)
    for arn in over:
        system.report(arn, "STOPPED")
    system.deliver()
    for arn in (*missed, elsewhere):
        system.report(arn, "STOPPED")
    unrecorded = [system.start(), system.start()]
    system.drop()
    system.protect(*lives)
    for arn in (*lives, *missed, *gone):
        system.ledger.mark_missing(system.entry(arn), system.clock.now)
    system.wait(15)
    system.api.calls.clear()
    return Trouble(lives, missed, unrecorded, over, gone, elsewhere)


Step = Callable[[str, Fields, int], bool]


def listing(wish: str, *, later: bool) -> Step:
    return lambda operation, request, _: (
        operation == "ListTasks" and request["desiredStatus"] == wish and ("nextToken" in request) is later
    )


def asking(operation: str, nth: int) -> Step:
    return lambda called, _, made: called == operation and made == nth


LISTS: dict[str, Step] = {
    "ListTasks RUNNING": listing("RUNNING", later=False),
    "ListTasks RUNNING, a later page": listing("RUNNING", later=True),
    "ListTasks STOPPED": listing("STOPPED", later=False),
    "ListTasks STOPPED, a later page": listing("STOPPED", later=True),
}
STEPS: dict[str, Step] = LISTS | {
    "DescribeTasks": asking("DescribeTasks", 1),
    "DescribeTasks, a later one": asking("DescribeTasks", 3),
    "GetTaskProtection": asking("GetTaskProtection", 1),
}
ERRORS: dict[str, Exception] = {
    code: ApiError(code, "no", 500 if code == "ServerException" else 400)
    for code in (
        "ThrottlingException",
        "ServerException",
        "ClientException",
        "AccessDeniedException",
        "ClusterNotFoundException",
        "InvalidParameterException",
    )
} | {"a dropped connection": ConnectionClosedError(endpoint_url="https://ecs")}


def fail(system: System, step: Step, error: Exception) -> None:
    """Calls on the shop fail at that step."""

    def refuse(operation: str, request: Fields) -> Exception | None:
        if request.get("cluster", SHOP) != SHOP:
            return None
        made = sum(each.get("cluster") == SHOP for each in system.api.made(operation))
        return error if step(operation, request, made) else None

    system.api.refuse = refuse


@pytest.fixture
def trouble(system: System, monkeypatch: pytest.MonkeyPatch) -> Trouble:
    monkeypatch.setattr(sweep_cluster, "CHUNK", 4)
    trouble = in_trouble(system)
    system.api.page = 2
    return trouble


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("step", STEPS)
def test_a_call_that_fails(system: System, trouble: Trouble, step: str, error: str) -> None:
    """The cluster is reported, others go on, nothing that lives is closed, and the next sweep fixes it."""
    fail(system, STEPS[step], ERRORS[error])
    before = system.known(*trouble.lives, *trouble.missed, *trouble.gone)
    swept = system.sweep_with()

    assert ([len(swept.clusters[SHOP].errors), len(swept.errors)], swept.complete) == ([1, 0], True)
    assert (swept.clusters[BATCH].errors, system.known(trouble.elsewhere)) == ([], [("STOPPED", 4)])
    assert all(system.entry(arn).open for arn in trouble.lives)
    after = system.known(*trouble.lives, *trouble.missed, *trouble.gone)
    assert all(new[1] >= old[1] for new, old in zip(after, before, strict=True))
    if step in LISTS:
        assert (after, all(system.entry(arn).open for arn in trouble.gone)) == (before, True)

    system.api.heal()
    for _ in range(2):
        system.wait(15)
        fixed = system.sweep_with()
    assert (fixed.clusters[SHOP].errors, disagreements(system)) == ([], [])
    assert all(system.entry(arn).unobserved for arn in trouble.gone)
    assert all((held := system.entry(arn).protection) and held.enabled for arn in trouble.lives)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("later", [False, True], ids=["first page", "later page"])
def test_a_list_of_clusters_that_fails(system: System, trouble: Trouble, later: bool, error: str) -> None:  # noqa: FBT001 - a column
    """Clusters that the ledger knows are swept all the same; none is taken for deleted."""
    system.ecs.call("DeleteCluster", {"cluster": "batch"})
    system.api.page = 1
    system.ecs.call("CreateCluster", {"clusterName": "attic"})
    system.api.refuse = lambda operation, request: (
        ERRORS[error] if operation == "ListClusters" and ("nextToken" in request) is later else None
    )
    for _ in range(2):
        swept = system.sweep_with()
        assert ([len(swept.errors)], swept.clusters[SHOP].errors) == ([1], [])
        assert [type(each).__name__ for each in swept.clusters[BATCH].errors] == ["ClusterNotFound"]
        system.wait(15)
    assert (system.entry(trouble.elsewhere).open, disagreements(system)) == (True, [])


def test_a_cluster_that_fails_for_good(system: System, trouble: Trouble) -> None:
    """However often a cluster fails, the pass ends, the others are swept, and its tasks stay open."""
    fail(system, lambda *_: True, ERRORS["AccessDeniedException"])
    system.clusters = [BATCH, SHOP]
    for _ in range(3):
        assert system.sweep_with().complete
        system.wait(30)
    assert system.known(trouble.elsewhere) == [("STOPPED", 4)]
    assert all(system.entry(arn).open for arn in (*trouble.lives, *trouble.gone))


def test_a_question_about_protection_that_fails_takes_nothing_with_it(system: System) -> None:
    """Tasks are repaired where protection could not be asked for, and what was known of it stays."""
    arn = system.running()
    system.deliver()
    system.protect(arn)
    system.sweep_with()
    known = system.entry(arn).protection
    system.protect(arn, enabled=False)
    late = system.running()
    system.drop()
    fail(system, asking("GetTaskProtection", 2), ERRORS["ThrottlingException"])
    swept = system.sweep_with()
    assert (len(swept.clusters[SHOP].errors), system.known(late)) == (1, [("RUNNING", 3)])
    assert (system.entry(arn).protection, system.entry(late).protection) == (known, None)
