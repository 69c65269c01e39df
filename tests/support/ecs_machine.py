"""What happens in ECS, as rules that Hypothesis draws: the half of the state machine before the ledger."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, initialize, multiple, rule

from taskledger.simulator.api.ecs import Ecs, SimulatedEcs
from taskledger.simulator.engine.clock import Clock
from taskledger.simulator.engine.errors import ApiError
from taskledger.simulator.engine.shapes import Answer, Fields
from taskledger.simulator.faults.api import ApiChance, FaultyEcs
from taskledger.simulator.faults.delivery import DeliveryChance, FaultyDelivery
from tests.support.interruption import ERRORS, OPERATIONS, api_chances, delivery_chances
from tests.support.values import START

CLUSTERS = ("batch", "shop")
STATUSES = ("PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED")


class EcsMachine(RuleBasedStateMachine):
    """One account's ECS with two clusters, whose calls fail and whose events are disturbed at these rates."""

    tasks = Bundle("tasks")

    @initialize(target=tasks, calls=api_chances, events=delivery_chances, seed=st.integers(0, 2**16))
    def begin(self, calls: ApiChance, events: DeliveryChance, seed: int) -> MultipleResults[str]:
        """An account with a task in each cluster, one that starts and one that runs."""
        self.clock = Clock(START)
        self.ecs = SimulatedEcs(self.clock, seed=seed, region="eu-central-1")
        self.faulty = FaultyEcs(self.ecs, replace(calls, seed=seed))
        self.api: Ecs = self.faulty
        self.queue: list[Answer] = []
        self.delivery = FaultyDelivery(self.queue.append, replace(events, seed=seed), self.clock)
        self.ecs.listen(self.delivery)
        self.lived: list[str] = []
        self.deploy()
        starts, runs = (self._run(cluster, service=True) for cluster in CLUSTERS)
        for status in ("PENDING", "RUNNING"):
            self.report(runs, status)
        return multiple(starts, runs)

    def deploy(self) -> None:
        """What stands beside ECS from the beginning."""
        raise NotImplementedError

    def note_lost(self) -> None:
        """Notes the tasks that ECS has forgotten before the ledger had them."""
        raise NotImplementedError

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
            self.ecs.call("SubmitTaskStateChange", {**named(task), "status": status})

    @rule(task=tasks, exit_code=st.none() | st.integers(0, 1))
    def report_container(self, task: str, exit_code: int | None) -> None:
        shown = {"status": "RUNNING"} if exit_code is None else {"status": "STOPPED", "exitCode": exit_code}
        with suppress(ApiError):
            self.ecs.call("SubmitContainerStateChange", {**named(task), "containerName": "app", **shown})

    @rule(
        task=tasks, code=st.sampled_from(["UserInitiated", "ServiceSchedulerInitiated", "SpotInterruption"])
    )
    def ask_to_stop(self, task: str, code: str) -> None:
        with suppress(ApiError):
            if code == "UserInitiated":
                self.ecs.call("StopTask", named(task))
            else:
                self.ecs.interrupt(task, code, "made up")

    @rule(task=tasks, enabled=st.booleans(), minutes=st.integers(1, 90))
    def protect(self, task: str, enabled: bool, minutes: int) -> None:  # noqa: FBT001 - what Hypothesis draws
        request = {"cluster": named(task)["cluster"], "tasks": [task], "protectionEnabled": enabled}
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
            self.note_lost()

    @rule(operation=st.sampled_from(OPERATIONS), error=st.sampled_from(ERRORS), times=st.integers(1, 3))
    def fail_calls(self, operation: str, error: ApiError, times: int) -> None:
        self.faulty.fail_next(operation, error, times)

    def known(self) -> dict[str, Fields]:
        """The tasks that ECS knows, by ARN."""
        known = {}
        for arn in self.lived:
            with suppress(ApiError):
                request = {"cluster": named(arn)["cluster"], "tasks": [arn]}
                known |= {task["taskArn"]: task for task in self.ecs.call("DescribeTasks", request)["tasks"]}
        return known


def named(arn: str) -> dict[str, str]:
    return {"cluster": arn.split("/")[1], "task": arn}
