"""What whole lives cost on DynamoDB's emulation: calls of AWS, and the units that they write and read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.chunks import chunks
from tests.bench import baseline
from tests.bench.account import Call, recording
from tests.bench.measure import Result
from tests.bench.observe import LIMITS
from tests.infra.idle_table import READ, WRITE
from tests.support.system import System, new_system
from tests.support.units import life_units, read_units, units

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TASKS = 20  # or as many as fill a batch
LIFE_UNITS = 15
SCALED_IN = "Scaling activity initiated by (deployment ecs-svc/1)"
READS = ("get_item", "batch_get_item", "query")
Item = Mapping[str, Any]


@dataclass(slots=True)
class Lives:
    """The events of lives and the calls that observing them made; of the first task, all that is kept."""

    events: list[Mapping[str, Any]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    entries: list[Item] = field(default_factory=list)  # one after each event
    rows: list[Item] = field(default_factory=list)


def run() -> Iterator[Result]:
    for size in LIMITS:
        lives = lived(size)
        calls = sum(lives.calls.values()) * 1000 / len(lives.events)
        sample = baseline.CALLS * 1000
        yield Result(f"calls of AWS for 1,000 events, batch of {size}", calls, unit="", sample=sample)
    yield from _units(lives)


def _units(lives: Lives) -> Iterator[Result]:
    first = lives.events[0]["detail"]["taskArn"]
    puts = [baseline.item(event) for event in lives.events if event["detail"]["taskArn"] == first]
    written, events = life_units(lives.entries, lives.rows), len(puts)
    put = sum(max(units(before), units(after)) for before, after in pairwise([{}, *puts]))
    reads, gets = _reads(lives), sum(map(read_units, [{}, *puts[:-1]]))
    yield Result("write units of a task's life", written, LIFE_UNITS, "", sample=put)
    yield Result("write units of an event", written / events, unit="", sample=put / events)
    yield Result("read units of a task's life", reads, 0, "", sample=gets)
    ours, sample = ((w * WRITE + r * READ) * 1e6 / events for w, r in ((written, reads), (put, gets)))
    yield Result("DynamoDB's units for a million events", ours, unit="$", sample=sample)


def _reads(lives: Lives) -> int:
    """Of a kind that would cost units, of all lives; observing makes none."""
    return sum(lives.calls[operation] for operation in READS)


def lived(size: int) -> Lives:
    """The lives of a service's tasks, whose events are observed in batches of that size, status by status."""
    # moto has a handler in each session from then on, which must not be in what others measure.
    from tests.support.ledgers import RETENTION, Serial, dynamodb_table  # noqa: PLC0415

    lives = Lives()
    with dynamodb_table() as (client, name):
        ledger = DynamoLedger(Serial(client), name, RETENTION)  # type: ignore[arg-type]  # stands for the client
        system = replace(new_system(), ledger=ledger)
        for step in _steps(system, max(size, TASKS)):
            step()
            _observe(system, client, size, lives)
            lives.entries += _kept(client, name, lives, "ENTRY")
        lives.rows += [*_kept(client, name, lives, "v"), *_kept(client, name, lives, "TAGS#")]
    lives.calls.update(operation for operation, _ in system.api.calls)
    return lives


def _steps(system: System, count: int) -> Sequence[Callable[[], object]]:
    """Each lets every task come to its next status."""

    def start() -> None:
        for _ in range(count):
            system.start(tags={"team": "shop"})

    def each(act: Callable[[str], object]) -> Callable[[], object]:
        return lambda: [act(arn) for arn in system.started]

    return (
        start,
        each(lambda arn: system.report(arn, "PENDING")),
        each(lambda arn: system.report(arn, "RUNNING")),
        each(lambda arn: system.ecs.scheduler_stop(arn, SCALED_IN)),
        each(lambda arn: system.report(arn, "DEPROVISIONING")),
        lambda: system.end(system.started, 143),
    )


def _observe(system: System, client: DynamoDBClient, size: int, lives: Lives) -> None:
    calls: list[Call] = []
    stop = recording({"dynamodb": client}, calls)
    for batch in chunks(list(system.events), size):
        system.observe({str(number): json.dumps(event) for number, event in enumerate(batch)})
    stop()
    lives.calls.update(operation for _, operation, _ in calls)
    lives.events += system.events
    system.events.clear()


def _kept(client: DynamoDBClient, name: str, lives: Lives, prefix: str) -> list[Item]:
    """The items of the first task whose sort key begins so."""
    found = client.query(
        TableName=name,
        KeyConditionExpression="pk = :arn AND begins_with(sk, :prefix)",
        ExpressionAttributeValues={
            ":arn": {"S": lives.events[0]["detail"]["taskArn"]},
            ":prefix": {"S": prefix},
        },
    )
    return list(found["Items"])
