"""ECS, its faults, and all that is deployed beside it, as a state machine that Hypothesis drives.

Tasks live and end by chance. Their events are doubled, out of order, late and lost; calls are throttled and
answer stale; sweeps, watches and batches of events are killed, fail, run out of time and come between each
other. While that goes on, no entry steps back. When it ends, two sweeps make all of it right.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from reconciler.adapters.ecs import EcsTasks
from reconciler.errors import TransientError
from reconciler.findings.policy import DEFAULT
from reconciler.handlers.observe import receive
from reconciler.model.protection import Protection
from reconciler.use_cases.sweep import Sweep, SweepResult
from reconciler.use_cases.watch import Watch
from reconciler.wiring import Services
from taskledger.local.memory_ledger import MemoryLedger
from taskledger.local.memory_sweep_progress import MemorySweepProgress
from taskledger.simulator.api.ecs import Ecs, SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.errors import ApiError
from taskledger.simulator.engine.shapes import Answer, Fields
from taskledger.simulator.faults.api_faults import FaultyEcs, Rates
from taskledger.simulator.faults.delivery import FaultyDelivery
from tests.support.values import START

LEASE = timedelta(minutes=10)
CLUSTERS = ("batch", "shop")
STATUSES = ("PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")


class Killed(BaseException):
    """The process is gone; whatever it would have done next is not done."""


class Direct:
    """An ECS client as far as `EcsTasks` uses it, without the way through boto3."""

    def __init__(self, ask: Callable[[str, Fields], Answer]) -> None:
        self._ask = ask

    def __getattr__(self, name: str) -> Callable[..., Answer]:
        operation = name.title().replace("_", "")

        def call(**request: Any) -> Answer:
            try:
                return self._ask(operation, request)
            except ApiError as error:
                answer = {"Error": {"Code": error.code}, "ResponseMetadata": {"HTTPStatusCode": error.status}}
                raise ClientError(answer, operation) from error  # type: ignore[arg-type]  # as much as is read

        return call


@dataclass
class Turn:
    """The calls of one run: before the n-th of one name something happens, and a dead process makes none."""

    name: str
    nth: int
    act: Callable[[], object]
    calls: int = 0
    dead: bool = False

    def step(self, name: str) -> None:
        if self.dead:
            raise Killed
        self.calls += name == self.name
        if name == self.name and self.calls == self.nth:
            self.act()

    def around(self, port: Any) -> Any:
        return Stepped(port, self)


@dataclass
class Stepped:
    """A port whose calls are counted; a batch that is killed is half done."""

    port: Any
    turn: Turn

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.port, name)

        def stepped(*given: Any, **named: Any) -> Any:
            self.turn.step(name)
            if self.turn.dead and name == "record":
                call(given[0][: len(given[0]) // 2])
            if self.turn.dead:
                raise Killed
            return call(*given, **named)

        return stepped


ERRORS = (
    ApiError("ThrottlingException", "Rate exceeded"),
    ApiError("ServerException", "made up", 500),
    ApiError("ClientException", "made up"),
    ApiError("AccessDeniedException", "made up"),
    ApiError("ClusterNotFoundException", "made up"),
    ApiError("InvalidParameterException", "made up"),
)
OPERATIONS = ("ListClusters", "ListTasks", "DescribeTasks", "GetTaskProtection")
CALLS = (
    *("clusters", "list_tasks", "describe", "protection"),
    *("record", "record_protection", "mark_missing", "close", "entries", "open_tasks", "protected"),
    *("acquire", "checkpoint", "release"),
)
some_rates = st.sampled_from([0, 0, 0.2, 0.5])
rates = st.builds(
    Rates,
    throttle=st.dictionaries(st.sampled_from(["*", *OPERATIONS]), some_rates, max_size=2),
    stale=st.sampled_from([0, 0, 0.3, 1]),
    stale_versions=st.integers(1, 3),
    drop=some_rates,
    duplicate=some_rates,
    reorder=some_rates,
    delay=some_rates,
    delay_seconds=st.just(1200),
)
interruptions = st.tuples(
    st.sampled_from(["kill", "error", "bug", "events", "stops", "sweep", "watch"]),
    st.sampled_from(CALLS),
    st.integers(1, 2),
)
Interruption = tuple[str, str, int]
NONE: Interruption = ("nothing", "", 0)


class Account(RuleBasedStateMachine):
    """One account's ECS with two clusters, and the ledger of it."""

    tasks = Bundle("tasks")

    @initialize(target=tasks, rates=rates, seed=st.integers(0, 2**16))
    def begin(self, rates: Rates, seed: int) -> MultipleResults[str]:
        """An account with a task in each cluster, one that starts and one that runs."""
        self.clock = Clock(START)
        self.ecs = SimulatedEcs(self.clock, seed=seed, region="eu-central-1")
        self.rates = rates
        self.faulty = FaultyEcs(self.ecs, rates, seed=seed)
        self.api: Ecs = self.faulty
        self.queue: list[Answer] = []
        self.delivery = FaultyDelivery(self.queue.append, rates, self.clock, seed=seed)
        self.ecs.listen(self.delivery)
        self.port = EcsTasks(Direct(self._call))  # type: ignore[arg-type]  # a client as far as it is used
        self.ledger, self.passes = MemoryLedger(), MemorySweepProgress()
        self.lived: list[str] = []
        self.lost: set[str] = set()
        self.versions: dict[str, int] = {}
        self.denied: defaultdict[str, set[datetime]] = defaultdict(set)
        self.passed: datetime = self.clock.now
        self.runs, self.sweeping = 0, False
        starts, runs = (self._run(cluster, service=True) for cluster in CLUSTERS)
        for status in ("PENDING", "RUNNING"):
            self.report(runs, status)
        return multiple(starts, runs)

    # What happens in ECS.

    @rule(target=tasks, cluster=st.sampled_from(CLUSTERS), service=st.booleans(), tags=st.booleans())
    def run_task(self, cluster: str, service: bool, tags: bool) -> str:  # noqa: FBT001 - what Hypothesis draws
        return self._run(cluster, service=service, tags={"team": "shop"} if tags else {})

    def _run(self, cluster: str, *, service: bool, tags: dict[str, str] | None = None) -> str:
        self.ecs.call("CreateCluster", {"clusterName": cluster})
        if service:
            arn = self.ecs.start_service_task("checkout", "checkout:42", cluster=cluster, tags=tags)
        else:
            request = {"cluster": cluster, "taskDefinition": "batch:1", "launchType": "FARGATE"}
            arn = str(self.ecs.call("RunTask", request)["tasks"][0]["taskArn"])
        self.lived.append(arn)
        return arn

    @rule(task=tasks, status=st.sampled_from(STATUSES))
    def report(self, task: str, status: str) -> None:
        with suppress(ApiError):  # ECS knows the task no more
            self.ecs.call("SubmitTaskStateChange", {**_named(task), "status": status})

    @rule(task=tasks, exit_code=st.none() | st.integers(0, 1))
    def report_container(self, task: str, exit_code: int | None) -> None:
        told = {"status": "RUNNING"} if exit_code is None else {"status": "STOPPED", "exitCode": exit_code}
        with suppress(ApiError):
            self.ecs.call("SubmitContainerStateChange", {**_named(task), "containerName": "app", **told})

    @rule(
        task=tasks, code=st.sampled_from(["UserInitiated", "ServiceSchedulerInitiated", "SpotInterruption"])
    )
    def ask_to_stop(self, task: str, code: str) -> None:
        with suppress(ApiError):
            if code == "UserInitiated":
                self.ecs.call("StopTask", _named(task))
            else:
                self.ecs.interrupt(task, code, "made up")

    @rule(task=tasks, enabled=st.booleans(), minutes=st.integers(1, 90))
    def protect(self, task: str, enabled: bool, minutes: int) -> None:  # noqa: FBT001 - what Hypothesis draws
        request = {"cluster": _named(task)["cluster"], "tasks": [task], "protectionEnabled": enabled}
        with suppress(ApiError):
            self.ecs.call("UpdateTaskProtection", {**request, "expiresInMinutes": minutes})

    @rule(task=tasks, health=st.sampled_from(["HEALTHY", "UNHEALTHY", "UNKNOWN"]))
    def set_health(self, task: str, health: str) -> None:
        with suppress(ApiError):
            self.ecs.set_health(task, health)

    @rule(cluster=st.sampled_from(CLUSTERS))
    def delete_cluster(self, cluster: str) -> None:
        with suppress(ApiError):  # it has tasks, or is not there
            self.ecs.call("DeleteCluster", {"cluster": cluster})
            self._note_lost()

    @rule(minutes=st.integers(1, 10))
    def pass_time(self, minutes: int) -> None:
        """A whole pass without faults comes round within the hour for which ECS remembers."""
        if self.clock.now + timedelta(minutes=minutes) - self.passed > timedelta(minutes=30):
            with self._well():
                self._whole_pass()
        self._wait(minutes)

    @rule(minutes=st.integers(61, 200))
    def go_down(self, minutes: int) -> None:
        """Nothing runs for longer than ECS remembers: what nobody heard of by then is lost for good."""
        self._wait(minutes)
        self._note_lost()
        self.passed = self.clock.now

    @rule(operation=st.sampled_from(OPERATIONS), error=st.sampled_from(ERRORS), times=st.integers(1, 3))
    def fail_calls(self, operation: str, error: ApiError, times: int) -> None:
        self.faulty.fail_next(operation, error, times)

    # What is deployed.

    @rule(size=st.integers(1, 6), interruption=st.just(NONE) | interruptions)
    def receive(self, size: int, interruption: Interruption) -> None:
        """A batch of messages; what is not done comes again."""
        batch, self.queue[:] = self.queue[:size], self.queue[size:]
        turn = self._turn(interruption)
        records = [{"messageId": str(n), "body": json.dumps(event)} for n, event in enumerate(batch)]
        services = Services(tasks=turn.around(self.port), ledger=turn.around(self.ledger))
        failed = range(len(batch))
        with suppress(Killed, ZeroDivisionError, TransientError):
            answer = receive({"Records": records}, services, self.clock.now).response()
            failed = [int(item["itemIdentifier"]) for item in answer["batchItemFailures"]]  # type: ignore[assignment]  # numbers either way
        self.queue.extend(batch[number] for number in failed)

    @rule(minutes=st.integers(5, 10))
    def sweep_later(self, minutes: int) -> None:
        self.pass_time(minutes)
        self.sweep()

    @rule(interruption=interruptions, time=st.integers(1, 40))
    def sweep(self, interruption: Interruption = NONE, time: int = 40) -> None:
        turn = self._turn(interruption)
        with suppress(Killed, ZeroDivisionError, TransientError):
            self._sweep(turn, time)

    @rule(interruption=st.just(NONE) | interruptions)
    def watch(self, interruption: Interruption = NONE) -> None:
        turn = self._turn(interruption)
        watch = Watch(tasks=turn.around(self.port), ledger=turn.around(self.ledger), policy=DEFAULT)
        with suppress(Killed, ZeroDivisionError, TransientError):
            watch.run(lambda: self.clock.now)

    # What must hold.

    @invariant()
    def versions_only_grow(self) -> None:
        for arn, entry in self.ledger.entries(self.lived).items():
            assert entry.state.version >= self.versions.get(arn, 0)
            self.versions[arn] = entry.state.version

    @invariant()
    def nothing_that_lives_is_closed(self) -> None:
        """Not for a moment, unless the API denied it in two passes."""
        for arn, task in self._known().items():
            entry = self.ledger.entry(arn)
            if entry and entry.closed and task["lastStatus"] != "STOPPED":
                assert (entry.unobserved, len(self.denied[arn]) > 1) == (True, True)

    def teardown(self) -> None:
        """The faults end, what was late arrives, and two sweeps run."""
        if not hasattr(self, "clock"):
            return
        self.api = self.ecs
        self.delivery.flush()
        while self.queue:
            self.receive(10, NONE)
        for minutes in (11, 6):
            self._wait(minutes)
            assert self._sweep(self._turn(NONE), 10_000).complete
            self.versions_only_grow()
        self._check()
        for _ in range(2):
            self._wait(6)
            self._sweep(self._turn(NONE), 10_000)
        self._check()
        gone = set(self.lived) - set(self._known()) - self.lost
        assert [arn for arn in gone if self.ledger.entries([arn])[arn].open] == []

    def _check(self) -> None:
        entries = self.ledger.entries(self.lived)
        assert set(self.lived) - set(entries) <= self.lost
        for arn, task in self._known().items():
            assert (entries[arn].state.version, entries[arn].unobserved) == (task["version"], False)
            assert entries[arn].open == (task["lastStatus"] != "STOPPED")
            assert entries[arn].missing_since is None
            assert {row.version for row in self.ledger.history(arn)} >= {task["version"]}
            if task["lastStatus"] == task["desiredStatus"] == "RUNNING":
                self._check_protection(arn, entries[arn].protection)

    def _check_protection(self, arn: str, known: Protection | None) -> None:
        request = {"cluster": _named(arn)["cluster"], "tasks": [arn]}
        for told in self.ecs.call("GetTaskProtection", request)["protectedTasks"]:
            ends = known.expires_at if known and known.enabled else None
            assert (ends and ends.timestamp()) == told.get("expirationDate")

    # How it is done.

    def _call(self, operation: str, request: Fields) -> Answer:
        """The answer on a day like this; which passes were told that a task is MISSING is noted."""
        answer = self.api.call(operation, request)
        if operation == "DescribeTasks" and self.sweeping and self.passes.place:
            for failure in answer["failures"]:
                self.denied[failure["arn"]].add(self.passes.place.began)
        return answer

    def _turn(self, interruption: Interruption) -> Turn:
        kind, name, nth = interruption
        turn = Turn(name, nth, lambda: None)

        def kill() -> None:
            turn.dead = True

        def fail() -> None:
            raise TransientError("made up")

        def break_off() -> None:
            raise ZeroDivisionError

        acts: dict[str, Callable[[], object]] = {
            "nothing": lambda: None,
            "kill": kill,
            "error": fail,
            "bug": break_off,
            "events": lambda: self.receive(10, NONE),
            "stops": self._stop_some,
            "sweep": lambda: self._sweep(self._turn(NONE), 40),
            "watch": self.watch,
        }
        turn.act = acts[kind]
        return turn

    def _stop_some(self) -> None:
        """Tasks stop just now, and the events of it are there at once."""
        for arn in self.lived[-3:]:
            self.report(arn, "STOPPED")
        self.receive(10, NONE)

    def _sweep(self, turn: Turn, time: int) -> SweepResult:
        left = iter(range(time))
        self.runs += 1
        sweep = Sweep(
            tasks=turn.around(self.port),
            ledger=turn.around(self.ledger),
            passes=turn.around(self.passes),
            clock=lambda: self.clock.now,
            out_of_time=lambda: next(left, None) is None,
            policy=DEFAULT,
        )
        was, self.sweeping = self.sweeping, True
        try:
            return sweep.run(f"run {self.runs}", self.clock.now + LEASE)
        finally:
            self.sweeping = was

    def _whole_pass(self) -> None:
        """The pass under way comes to its end, and one from the beginning after it."""
        if self.passes.run is not None:
            self._wait(11)
        for _ in range(2):
            assert self._sweep(self._turn(NONE), 10_000).complete
        self.passed = self.clock.now

    def _wait(self, minutes: int) -> None:
        self.clock.advance(minutes * 60)
        self.delivery.release()

    @contextmanager
    def _well(self) -> Iterator[None]:
        self.api = self.ecs
        yield
        self.api = self.faulty

    def _known(self) -> dict[str, Fields]:
        """The tasks that ECS knows, by ARN."""
        known = {}
        for arn in self.lived:
            with suppress(ApiError):
                request = {"cluster": _named(arn)["cluster"], "tasks": [arn]}
                known |= {task["taskArn"]: task for task in self.ecs.call("DescribeTasks", request)["tasks"]}
        return known

    def _note_lost(self) -> None:
        unheard = set(self.lived) - set(self.ledger.entries(self.lived))
        self.lost |= unheard - set(self._known())


def _named(arn: str) -> dict[str, str]:
    return {"cluster": arn.split("/")[1], "task": arn}
