"""What a sweep of unchanged tasks costs: calls, CPU beside a bare loop of the same calls, memory.

Each size runs in a process of its own, so that its peak of memory is its own too.
"""

import json
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from statistics import median
from typing import Any

import boto3

from reconciler.adapters.clients import client_config
from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.adapters.ecs import EcsTasks
from reconciler.adapters.ecs_services import ApiServices
from reconciler.findings.policy import DEFAULT
from reconciler.use_cases.sweep import Sweep, SweepResult
from reconciler.wiring.clients import SWEEP_CALLS, TABLE_CALLS
from task_ledger_cdk.config import Config
from taskledger.local.system import no_policy_store
from tests.bench.account import NOW, Account, Call, again, recording
from tests.bench.account_services import AccountServices
from tests.bench.measure import Result, cpu_seconds, growth, middle_half

SIZES = {1_000: 9, 10_000: 3, 100_000: 1}  # tasks in a cluster, and rounds to take the middle of
CPU = 1.6
MEMORY = 4  # KB a task
GROWTH = 1.05  # the exponent of the CPU by the tasks; a quarter more a task at a hundred times as many
ECS = ("list_clusters", "list_tasks", "describe_tasks", "get_task_protection")
OF_SERVICES = ("list_services", "describe_services")
# The largest account that one run has to come through: clusters, and tasks and services in each.
LARGE = (20, 1_000, 100)
SECONDS = 570  # of the sweep's ten minutes, before it stops
WRITES = frozenset({"update_item", "batch_write_item", "transact_write_items"})
CHILD = "from tests.bench.sweep import measure; measure(*map(int, __import__('sys').argv[1:]))"


def run() -> Iterator[Result]:
    least, *larger = SIZES
    found = {tasks: _in_a_process(1, tasks, 0, rounds) for tasks, rounds in SIZES.items()}
    yield from _results(least, found[least])
    for tasks in larger:
        yield from _results(tasks, found[tasks])
        grown = (found[tasks]["peak"] - found[least]["peak"]) / (tasks - least)
        yield Result(f"sweep of {tasks:,} tasks: memory a task beyond {least:,}", grown, MEMORY, "KB")
    best = {tasks: each["best"] for tasks, each in found.items()}
    yield Result("sweep: exponent of the growth of CPU with tasks", growth(best), GROWTH, "")
    few, many = (_in_a_process(clusters, 200, 0, 1) for clusters in (10, 100))
    yield Result("memory of a sweep with ten times the clusters", many["peak"] / few["peak"], 1.05)
    yield from _large()


def _large() -> Iterator[Result]:
    """Services cost a tenth of a call each; tasks and services are asked about one after the other."""
    found, (clusters, tasks, services) = _in_a_process(*LARGE, 1), LARGE
    calls, of = found["calls"], f"sweep of {clusters * services:,} services beside {clusters * tasks:,} tasks"
    asked = sum(calls[operation] for operation in OF_SERVICES)
    yield Result(f"{of}: calls about services", asked, clusters * (services / 100 + services / 10), "")
    yield Result(f"{of}: writes", found["writes"], 0, "")
    paced = asked + sum(calls[operation] for operation in ECS)
    yield Result(f"{of}: at the default pace", paced / Config().sweep_calls_per_second, SECONDS, "s")


def calls_of(clusters: int) -> Mapping[str, int]:
    """The calls of a sweep of so many clusters, none of which has a task."""
    return Counter(_in_a_process(clusters, 0, 0, 1)["calls"])


def _results(tasks: int, found: dict[str, Any]) -> Iterator[Result]:
    of, calls, hundreds = f"sweep of {tasks:,} tasks", found["calls"], tasks // 100
    # Lists, descriptions and questions about protection by the hundred, an empty page, the list of clusters.
    yield Result(f"{of}: calls about tasks", sum(calls[operation] for operation in ECS), 3 * hundreds + 2, "")
    yield Result(f"{of}: calls of BatchGetItem", calls["batch_get_item"], hundreds, "")
    yield Result(f"{of}: writes to entries", found["writes"], 0, "")
    yield Result(f"{of}: CPU", found["seconds"], unit="s", bare=found["bare"])
    yield Result(f"{of}: CPU by a bare boto3 loop", found["ratio"], CPU, spread=found["spread"])


def _in_a_process(clusters: int, tasks: int, services: int, rounds: int) -> dict[str, Any]:
    command = [sys.executable, "-c", CHILD, *map(str, (clusters, tasks, services, rounds))]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def measure(clusters: int, tasks: int, services: int, rounds: int) -> None:
    """Prints what sweeps of an account of that size came to, as JSON."""
    sweeper = _Sweeper(clusters, tasks, services)
    swept: list[SweepResult] = []
    first = cpu_seconds(lambda: swept.append(sweeper.run()))
    peak = _peak()
    calls: list[Call] = []
    stop = recording(sweeper.clients, calls)
    ours = [cpu_seconds(sweeper.run)]
    stop()
    bare = [cpu_seconds(lambda: sum(1 for _ in again(calls)))]
    for _ in range(rounds - 1):
        ours.append(cpu_seconds(sweeper.run))
        bare.append(cpu_seconds(lambda: sum(1 for _ in again(calls))))
    ratios = [mine / base for mine, base in zip(ours, bare, strict=True)]
    assert +_total(swept[0]) == +Counter(NONE=clusters * tasks, SERVICES=clusters * services), swept
    found = {
        "calls": Counter(operation for _, operation, _ in calls),
        "writes": sum(_is_write(operation, asked) for _, operation, asked in calls),
        "seconds": median(ours),
        "bare": median(bare),
        "best": min(first, *ours),  # whatever else runs here can only add to it
        "ratio": median(ratios),
        "spread": middle_half(ratios) if rounds > 1 else None,
        "peak": peak,
    }
    print(json.dumps(found))  # noqa: T201 - how a child answers


def _is_write(operation: str, asked: Mapping[str, Any]) -> bool:
    """Whether it writes what is kept of a task or of a service."""
    return operation in WRITES and any(kept in str(asked) for kept in ("ENTRY", "SERVICES#"))


def _total(swept: SweepResult) -> Counter[str]:
    total: Counter[str] = Counter()
    for found in swept.clusters.values():
        total.update(found.counts)
    return total


def _peak() -> float:
    """KB that this process has needed at the most, so far."""
    unit = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


class _Sweeper:
    """A sweep of an account of its own."""

    def __init__(self, clusters: int, tasks: int, services: int) -> None:
        session = boto3.Session("testing", "testing", region_name="eu-west-1")
        Account(session, clusters=clusters, tasks=tasks, services=AccountServices(services))
        ecs = session.client("ecs", config=client_config(SWEEP_CALLS, adaptive=True))
        dynamodb = session.client("dynamodb", config=client_config(TABLE_CALLS))
        self.clients = {"ecs": ecs, "dynamodb": dynamodb}
        self._sweep = Sweep(
            tasks=EcsTasks(ecs),
            ledger=DynamoLedger(dynamodb, "ledger", timedelta(days=90)),
            ecs_services=ApiServices(ecs),
            services=DynamoServices(dynamodb, "ledger", timedelta(days=90)),
            incidents=DynamoIncidents(dynamodb, "ledger", timedelta(days=90)),
            progress_store=DynamoSweepProgress(dynamodb, "ledger"),
            clock=lambda: NOW,
            out_of_time=lambda: False,
            policy=DEFAULT,
            save_policy=no_policy_store,
        )

    def run(self) -> SweepResult:
        swept = self._sweep.run("bench", NOW + timedelta(minutes=10))
        assert swept.complete, swept
        return swept
