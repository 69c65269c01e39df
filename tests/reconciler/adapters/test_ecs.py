"""`EcsTasks` on the simulated ECS through the real boto3: pages, hundreds, failures, each error's kind."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config

from reconciler.adapters.ecs import EcsTasks
from reconciler.errors import AccessDenied, ClusterNotFound, LedgerError, TerminalError, TransientError
from reconciler.model.protection import ProtectionAnswer
from reconciler.model.task import Absence, TaskState
from reconciler.ports.ecs import Listing
from taskledger.simulator.api.client import connect
from taskledger.simulator.api.ecs import Ecs, SimulatedEcs
from taskledger.simulator.faults.api import ApiChance, FaultyEcs
from tests.support.values import CLUSTER, START, TASK, envelope, task_arn

ONE_TRY = Config(retries={"total_max_attempts": 1})
SHOP = {"cluster": CLUSTER}
OTHER_FORM = TASK.replace("/shop/", "/")


class Counting:
    """The ECS behind it, and how many of what each call asked for."""

    def __init__(self, ecs: Ecs) -> None:
        self._ecs = ecs
        self.asked: list[tuple[str, int]] = []

    def call(self, operation: str, request: Any) -> Any:
        self.asked.append((operation, len(request.get("tasks", ()))))
        return self._ecs.call(operation, request)


class Answering:
    """An ECS that gives the same answer, or fails the same way, whatever it is asked."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def call(self, operation: str, request: Any) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def client(ecs: Ecs) -> Any:
    made = boto3.client("ecs", "eu-central-1", config=ONE_TRY)
    connect(made, ecs)
    return made


def tasks_of(ecs: Ecs) -> EcsTasks:
    return EcsTasks(client(ecs))


def service_tasks(ecs: SimulatedEcs, count: int) -> list[str]:
    return [ecs.start_service_task("checkout", "checkout:42", cluster="shop") for _ in range(count)]


def standalone(ecs: SimulatedEcs) -> str:
    request = {"cluster": "shop", "taskDefinition": "checkout:42", "launchType": "FARGATE"}
    return str(ecs.call("RunTask", request)["tasks"][0]["taskArn"])


def described(version: int = 3, **fields: Any) -> dict[str, Any]:
    """An item of a DescribeTasks answer."""
    detail = envelope(version, **fields)["detail"]
    return {name: value for name, value in detail.items() if not name.endswith("At") and name != "overrides"}


CALLS: dict[str, Callable[[EcsTasks], object]] = {
    "ListClusters": lambda tasks: tasks.clusters(),
    "ListTasks": lambda tasks: tasks.list_tasks(CLUSTER, Listing.RUNNING),
    "DescribeTasks": lambda tasks: tasks.describe(CLUSTER, [TASK]),
    "GetTaskProtection": lambda tasks: tasks.protection(CLUSTER, [TASK]),
}
KINDS: dict[str, type[LedgerError]] = {
    "AccessDeniedException": AccessDenied,
    "ClusterNotFoundException": ClusterNotFound,
    "ServerException": TransientError,
    "ThrottlingException": TransientError,
}


def documented() -> Iterator[tuple[str, str, type[LedgerError]]]:
    """Each error that ECS documents for each call, and those that any call may end with."""
    model = client(Answering({})).meta.service_model
    for operation in CALLS:
        modelled = {shape.name for shape in model.operation_model(operation).error_shapes}
        for code in sorted(modelled | {"ThrottlingException", "AccessDeniedException"}):
            yield operation, code, KINDS.get(code, TerminalError)


@pytest.mark.parametrize("count", [0, 1, 100, 101, 250])
def test_all_pages_of_a_list(ecs: SimulatedEcs, count: int) -> None:
    """Every task of a listing is listed, in as few calls of a hundred as there are."""
    started, counting = service_tasks(ecs, count), Counting(ecs)
    assert tasks_of(counting).list_tasks(CLUSTER, Listing.RUNNING) == started
    assert counting.asked == [("ListTasks", 0)] * max(1, -(-count // 100))


def test_listings_part_tasks_by_what_ecs_wants_of_them(ecs: SimulatedEcs) -> None:
    """A task that was asked to stop is listed as STOPPED while it still runs; together they are all."""
    stays, ends = service_tasks(ecs, 2)
    ecs.scheduler_stop(ends, "Scaling activity")
    tasks = tasks_of(ecs)
    assert [tasks.list_tasks(CLUSTER, listing) for listing in Listing] == [[stays], [ends]]


def test_all_pages_of_clusters(ecs: SimulatedEcs) -> None:
    """Every cluster is listed, by ARN."""
    for number in range(130):
        ecs.call("CreateCluster", {"clusterName": f"c{number}"})
    assert len(set(tasks_of(ecs).clusters())) == 131


def test_a_page_that_fails_fails_the_list(ecs: SimulatedEcs) -> None:
    """A list is complete or an error, never the pages that came before it."""
    service_tasks(ecs, 250)
    api = FaultyEcs(ecs, ApiChance(throttle_every={"ListTasks": 3}))
    with pytest.raises(TransientError):
        tasks_of(api).list_tasks(CLUSTER, Listing.RUNNING)


@pytest.mark.parametrize("count", [0, 1, 100, 101, 250])
def test_described_by_the_hundred(ecs: SimulatedEcs, count: int) -> None:
    """Any number of tasks is described, a hundred a call, with their tags."""
    started, counting = service_tasks(ecs, count), Counting(ecs)
    found = tasks_of(counting).describe(CLUSTER, started)
    assert {arn: one.version for arn, one in found.items() if isinstance(one, TaskState)} == dict.fromkeys(
        started, 1
    )
    assert sum(asked for _, asked in counting.asked) == count
    assert len(counting.asked) == -(-count // 100)


def test_a_version_over_a_million_is_no_answer(ecs: SimulatedEcs) -> None:
    """Nothing is concluded from a description that no task can have; the others of the call stand."""
    odd, plain = service_tasks(ecs, 2)

    class Inflated:
        def call(self, operation: str, request: Any) -> Any:
            answer = ecs.call(operation, request)
            shown = [
                task | {"version": 1_000_001} if task["taskArn"] == odd else task for task in answer["tasks"]
            ]
            return answer | {"tasks": shown}

    found = tasks_of(Inflated()).describe(CLUSTER, [odd, plain])
    assert (found[odd], isinstance(found[plain], TaskState)) == (Absence.UNKNOWN, True)


def test_tags_are_asked_for(ecs: SimulatedEcs) -> None:
    """A description has the task's tags."""
    arn = ecs.start_service_task("checkout", "checkout:42", cluster="shop", tags={"team": "shop"})
    found = tasks_of(ecs).describe(CLUSTER, [arn])[arn]
    assert isinstance(found, TaskState)
    assert found.tags == {"team": "shop"}


def test_each_task_asked_for_is_answered(ecs: SimulatedEcs) -> None:
    """ECS's own MISSING is an answer for a task that it does not know; the others are described."""
    (known,) = service_tasks(ecs, 1)
    found = tasks_of(ecs).describe(CLUSTER, [task_arn(1), known, task_arn(2)])
    assert list(found) == [task_arn(1), known, task_arn(2)]
    assert [found[arn] for arn in (task_arn(1), task_arn(2))] == [Absence.MISSING] * 2
    assert isinstance(found[known], TaskState)


def test_two_tasks_of_one_id_are_not_mixed_up(ecs: SimulatedEcs) -> None:
    """What ECS says of the one ARN is no answer for another one that ends alike."""
    (known,) = service_tasks(ecs, 1)
    other = known.replace("/shop/", "/sh0p/")
    found = tasks_of(ecs).describe(CLUSTER, [other, known])
    assert (found[other], isinstance(found[known], TaskState)) == (Absence.MISSING, True)


@pytest.mark.parametrize(
    "failures",
    [
        [],
        [{"arn": TASK, "reason": "ACCESS_DENIED"}],
        [{"arn": TASK}],
        [{"reason": "MISSING"}],
        [{"arn": task_arn(1), "reason": "MISSING"}],
    ],
    ids=["silent", "another reason", "no reason", "no task", "another task"],
)
def test_a_failure_is_not_absence(failures: list[dict[str, str]]) -> None:
    """Only MISSING for this very task says that ECS does not know it; all else is no answer."""
    found = tasks_of(Answering({"tasks": [], "failures": failures})).describe(CLUSTER, [TASK])
    assert found == {TASK: Absence.UNKNOWN}


@pytest.mark.parametrize("answer", [{"tasks": [], "protectedTasks": []}, {"failures": []}])
def test_an_answer_without_a_part_says_nothing_of_it(answer: dict[str, Any]) -> None:
    """A task that is in neither list of an answer is unknown."""
    assert tasks_of(Answering(answer)).describe(CLUSTER, [TASK]) == {TASK: Absence.UNKNOWN}
    assert tasks_of(Answering(answer)).protection(CLUSTER, [TASK]) == {TASK: Absence.UNKNOWN}


@pytest.mark.parametrize("operation", CALLS)
def test_an_empty_answer_is_none(operation: str) -> None:
    """An answer without any list is no empty list: it is what botocore makes of a body that broke off."""
    with pytest.raises(TransientError):
        CALLS[operation](tasks_of(Answering({})))


@pytest.mark.parametrize(
    "wrong",
    [
        {"clusterArn": None},
        {"clusterArn": "shop"},
        {"lastStatus": None},
        {"version": -1},
        {"containers": [{"lastStatus": "RUNNING"}]},
    ],
)
def test_an_item_that_cannot_be_read_is_no_answer(wrong: dict[str, Any]) -> None:
    """One task's odd description leaves that task unknown, and the others described."""
    answer = {"tasks": [described(**wrong), described(taskArn=task_arn(1))], "failures": []}
    found = tasks_of(Answering(answer)).describe(CLUSTER, [TASK, task_arn(1)])
    assert found[TASK] is Absence.UNKNOWN
    assert isinstance(found[task_arn(1)], TaskState)


@pytest.mark.parametrize(("asked", "shown"), [(TASK, OTHER_FORM), (OTHER_FORM, TASK)])
def test_a_task_keeps_the_arn_it_was_asked_by(asked: str, shown: str) -> None:
    """A task is one task, in whichever form ECS writes its ARN."""
    found = tasks_of(Answering({"tasks": [described(taskArn=shown)], "failures": []})).describe(
        CLUSTER, [asked]
    )
    assert [(arn, one.task_arn) for arn, one in found.items() if isinstance(one, TaskState)] == [
        (asked, asked)
    ]


def test_protection_of_each_task(ecs: SimulatedEcs) -> None:
    """Protected, not protected, standalone, stopped and unknown tasks are all answered."""
    on, off, over = service_tasks(ecs, 3)
    alone = standalone(ecs)
    ecs.call("SubmitTaskStateChange", {**SHOP, "task": over, "status": "STOPPED"})
    ecs.call(
        "UpdateTaskProtection", {**SHOP, "tasks": [on], "protectionEnabled": True, "expiresInMinutes": 60}
    )
    assert tasks_of(ecs).protection(CLUSTER, [on, off, over, alone, task_arn(1)]) == {
        on: ProtectionAnswer(enabled=True, expires_at=START + timedelta(hours=1)),
        off: ProtectionAnswer(enabled=False, expires_at=None),
        over: Absence.UNKNOWN,
        alone: Absence.UNKNOWN,
        task_arn(1): Absence.MISSING,
    }


def test_protection_by_the_hundred(ecs: SimulatedEcs) -> None:
    """Any number of tasks is asked about, a hundred a call."""
    started, counting = service_tasks(ecs, 201), Counting(ecs)
    assert list(tasks_of(counting).protection(CLUSTER, started)) == started
    assert counting.asked == [("GetTaskProtection", asked) for asked in (100, 100, 1)]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"protectionEnabled": True}, ProtectionAnswer(enabled=True, expires_at=None)),
        ({"protectionEnabled": True, "expirationDate": 1795165200.25}, None),
        (
            {"protectionEnabled": False, "expirationDate": 1795165200.25},
            ProtectionAnswer(enabled=False, expires_at=None),
        ),
        ({"protectionEnabled": None}, Absence.UNKNOWN),
        ({}, Absence.UNKNOWN),
    ],
)
def test_protection_in_its_odd_forms(item: dict[str, Any], expected: object) -> None:
    """A protection may be on without a date; off, a date is none; without a word it is unknown."""
    answer = {"protectedTasks": [{"taskArn": TASK, **item}], "failures": []}
    found = tasks_of(Answering(answer)).protection(CLUSTER, [TASK])[TASK]
    if expected is None:
        assert isinstance(found, ProtectionAnswer)
        assert (found.enabled, found.expires_at is not None) == (True, True)
    else:
        assert found == expected
