"""Every call to ECS fails in turn, with each error: what is told, what goes on, what is not concluded."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from botocore.exceptions import ConnectionClosedError

from reconciler.use_cases import sweep_cluster
from taskledger.simulator.engine.errors import ApiError
from taskledger.simulator.engine.shapes import Fields
from tests.support.room import BATCH, SHOP, Room, disagreements


@dataclass
class Trouble:
    """Tasks of a cluster in each state that a sweep can find, all seen to be missing by a sweep before."""

    lives: list[str]
    missed: list[str]
    unrecorded: list[str]
    over: list[str]
    gone: list[str]
    elsewhere: str


def in_trouble(room: Room) -> Trouble:
    over, gone = [room.running() for _ in range(3)], [room.running() for _ in range(3)]
    lives, missed = [room.running() for _ in range(5)], [room.running() for _ in range(2)]
    elsewhere = room.running("batch")
    room.deliver()
    for arn in gone:
        room.report(arn, "STOPPED")
    room.drop()
    room.wait(61)
    for arn in over:
        room.report(arn, "STOPPED")
    room.deliver()
    for arn in (*missed, elsewhere):
        room.report(arn, "STOPPED")
    unrecorded = [room.start(), room.start()]
    room.drop()
    room.protect(*lives)
    for arn in (*lives, *missed, *gone):
        room.ledger.mark_missing(room.entry(arn), room.clock.now)
    room.wait(15)
    room.api.calls.clear()
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


def fail(room: Room, step: Step, error: Exception) -> None:
    """Calls on the shop fail at that step."""

    def refuse(operation: str, request: Fields) -> Exception | None:
        if request.get("cluster", SHOP) != SHOP:
            return None
        made = sum(each.get("cluster") == SHOP for each in room.api.made(operation))
        return error if step(operation, request, made) else None

    room.api.refuse = refuse


@pytest.fixture
def trouble(room: Room, monkeypatch: pytest.MonkeyPatch) -> Trouble:
    monkeypatch.setattr(sweep_cluster, "CHUNK", 4)
    trouble = in_trouble(room)
    room.api.page = 2
    return trouble


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("step", STEPS)
def test_a_call_that_fails(room: Room, trouble: Trouble, step: str, error: str) -> None:
    """The cluster is told of, others go on, nothing that lives is closed, and the next sweep mends it."""
    fail(room, STEPS[step], ERRORS[error])
    before = room.known(*trouble.lives, *trouble.missed, *trouble.gone)
    swept = room.sweep()

    assert ([len(swept.clusters[SHOP].errors), len(swept.errors)], swept.complete) == ([1, 0], True)
    assert (swept.clusters[BATCH].errors, room.known(trouble.elsewhere)) == ([], [("STOPPED", 4)])
    assert all(room.entry(arn).open for arn in trouble.lives)
    after = room.known(*trouble.lives, *trouble.missed, *trouble.gone)
    assert all(new[1] >= old[1] for new, old in zip(after, before, strict=True))
    if step in LISTS:
        assert (after, all(room.entry(arn).open for arn in trouble.gone)) == (before, True)

    room.api.heal()
    for _ in range(2):
        room.wait(15)
        mended = room.sweep()
    assert (mended.clusters[SHOP].errors, disagreements(room)) == ([], [])
    assert all(room.entry(arn).unobserved for arn in trouble.gone)
    assert all((held := room.entry(arn).protection) and held.enabled for arn in trouble.lives)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("later", [False, True], ids=["first page", "later page"])
def test_a_list_of_clusters_that_fails(room: Room, trouble: Trouble, later: bool, error: str) -> None:  # noqa: FBT001 - a column
    """Clusters that the ledger knows are swept all the same; none is taken for deleted."""
    room.ecs.call("DeleteCluster", {"cluster": "batch"})
    room.api.page = 1
    room.ecs.call("CreateCluster", {"clusterName": "attic"})
    room.api.refuse = lambda operation, request: (
        ERRORS[error] if operation == "ListClusters" and ("nextToken" in request) is later else None
    )
    for _ in range(2):
        swept = room.sweep()
        assert ([len(swept.errors)], swept.clusters[SHOP].errors) == ([1], [])
        assert [type(each).__name__ for each in swept.clusters[BATCH].errors] == ["ClusterNotFound"]
        room.wait(15)
    assert (room.entry(trouble.elsewhere).open, disagreements(room)) == (True, [])


def test_a_cluster_that_fails_for_good(room: Room, trouble: Trouble) -> None:
    """However often a cluster fails, the pass ends, the others are swept, and its tasks stay open."""
    fail(room, lambda *_: True, ERRORS["AccessDeniedException"])
    room.clusters = [BATCH, SHOP]
    for _ in range(3):
        assert room.sweep().complete
        room.wait(30)
    assert room.known(trouble.elsewhere) == [("STOPPED", 4)]
    assert all(room.entry(arn).open for arn in (*trouble.lives, *trouble.gone))


def test_a_question_about_protection_that_fails_takes_nothing_with_it(room: Room) -> None:
    """Tasks are repaired where protection could not be asked for, and what was known of it stays."""
    arn = room.running()
    room.deliver()
    room.protect(arn)
    room.sweep()
    known = room.entry(arn).protection
    room.protect(arn, enabled=False)
    late = room.running()
    room.drop()
    fail(room, asking("GetTaskProtection", 2), ERRORS["ThrottlingException"])
    swept = room.sweep()
    assert (len(swept.clusters[SHOP].errors), room.known(late)) == (1, [("RUNNING", 3)])
    assert (room.entry(arn).protection, room.entry(late).protection) == (known, None)
