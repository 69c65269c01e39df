"""What was reported of a service decides what is stored, not when, how often or in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.adapters.dynamodb.services import DynamoServices
from reconciler.model.service import ServiceRecord
from reconciler.model.service_event import DeploymentEvent, ServiceEvent
from reconciler.ports.services import NEWEST, ServiceLedger
from reconciler.services.merge import merge_event
from taskledger.local.memory_services import MemoryServices
from tests.reconciler.services.test_merge import LIFE
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.services import BEGIN, COMPLETED, SERVICE, STARTED, deployment_event, minute
from tests.support.values import CLUSTER

# Each is over after the next has begun: by its end alone, one seems newer than it is.
MANY: Sequence[ServiceEvent] = [
    event
    for number in range(NEWEST + 2)
    for event in (
        deployment_event(number, STARTED, 10 * number),
        deployment_event(number, COMPLETED, 10 * number + 25),
    )
]
Batches = Sequence[Sequence[ServiceEvent]]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
numbers = count(1)


@pytest.fixture(scope="module")
def table() -> Iterator[ServiceLedger]:
    with dynamodb_table() as (client, name):
        yield DynamoServices(client, name, RETENTION)


def deliver(ledger: ServiceLedger, arn: str, batch: Sequence[ServiceEvent]) -> None:
    """What is done about the events of one batch: read, merge, and save what came out different."""
    ids = [event.deployment_id for event in batch if isinstance(event, DeploymentEvent)]
    before = ledger.service(CLUSTER, name_of(arn), ids)
    known = before or ServiceRecord(service_arn=arn, cluster_arn=CLUSTER)
    after = merged(known, batch)
    if after != known:
        assert ledger.save(after, before, minute(300))


def check(ledger: ServiceLedger, batches: Batches, life: Sequence[ServiceEvent]) -> None:
    """Whether the store then has what the events of that life come to, in their own order."""
    arn = f"{SERVICE}-{next(numbers)}"
    expected = merged(ServiceRecord(service_arn=arn, cluster_arn=CLUSTER), life)
    for batch in batches:
        deliver(ledger, arn, batch)
    stored = ledger.service(CLUSTER, name_of(arn))
    assert stored is not None
    newest = expected.deployments[:NEWEST]
    assert replace(stored, revision=0) == replace(expected, deployments=newest)
    assert ledger.deployments(arn, BEGIN) == list(expected.deployments)


def merged(record: ServiceRecord, events: Sequence[ServiceEvent]) -> ServiceRecord:
    for event in events:
        record = merge_event(record, replace(event, service_arn=record.service_arn))
    return record


def name_of(service_arn: str) -> str:
    return service_arn.rpartition("/")[2]


@st.composite
def deliveries(draw: st.DrawFn, life: Sequence[ServiceEvent]) -> Batches:
    """The events of a life in any order, some of them again and again, in batches of any size."""
    again = draw(st.lists(st.sampled_from(life), max_size=5))
    left = draw(st.permutations([*life, *again]))
    batches = []
    while left:
        size = draw(st.integers(1, 10))
        batches.append(left[:size])
        left = left[size:]
    return batches


@given(deliveries(LIFE))
def test_any_order_in_memory(batches: Batches) -> None:
    """Deliveries in any order, doubled or not, end in the same stored state."""
    check(MemoryServices(), batches, LIFE)


@given(deliveries(LIFE))
@settings(max_examples=15, suppress_health_check=SLOW, deadline=None)
def test_any_order_on_dynamodb(table: ServiceLedger, batches: Batches) -> None:
    """The same on the table."""
    check(table, batches, LIFE)


@given(deliveries(MANY))
def test_any_order_of_many_deployments_in_memory(batches: Batches) -> None:
    """The same for a service with more deployments than its record has."""
    check(MemoryServices(), batches, MANY)


@given(deliveries(MANY))
@settings(max_examples=5, suppress_health_check=SLOW, deadline=None)
def test_any_order_of_many_deployments_on_dynamodb(table: ServiceLedger, batches: Batches) -> None:
    """The same on the table, whose rows move as it is learned when a deployment began."""
    check(table, batches, MANY)
