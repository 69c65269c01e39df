"""Which lives came to nothing, and what an incident says that they cost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.costs.total import Total
from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.incidents.facts.waste import waste
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.reported import ReportedFinding, report_finding
from tests.support.alerting import new_alerts
from tests.support.findings import finding
from tests.support.priced import EAST, fargate
from tests.support.services import minute
from tests.support.values import START, at, task_arn

ONE = Decimal("0.002057083333")  # ten minutes of such a task
HOUR = timedelta(hours=1)
STARTS, CRASHES = Kind.TASK_FAILED_TO_START, Kind.ESSENTIAL_CONTAINER_FAILED
NOT_PRICED = {"launch_type": "EC2"}


@pytest.mark.parametrize(
    ("kind", "ran", "expected"),
    [
        (STARTS, None, Total(ONE, 1)),
        (CRASHES, timedelta(minutes=5), Total(ONE, 1)),
        (CRASHES, HOUR - timedelta(seconds=1), Total(ONE, 1)),
        (CRASHES, HOUR, Total()),
        (CRASHES, timedelta(days=30), Total()),
        (CRASHES, None, Total(ONE, 1)),
        (Kind.HEALTH_CHECK_FAILED, timedelta(minutes=5), Total(ONE, 1)),
        (Kind.HEALTH_CHECK_FAILED, HOUR, Total()),
        (Kind.CAPACITY_INTERRUPTED, timedelta(minutes=5), Total()),
        (Kind.UNKNOWN_STOP, timedelta(minutes=5), Total()),
        (Kind.STOPPED_WHILE_PROTECTED, timedelta(minutes=5), Total()),
    ],
)
def test_what_came_to_nothing(kind: Kind, ran: timedelta | None, expected: Total) -> None:
    """What did not start, and what a fault of its own ended within an hour; not what worked for longer."""
    stopped = START + timedelta(minutes=10)
    state = fargate(started_at=ran and stopped - ran)
    assert waste(kind, state, {}) == expected


def test_a_life_without_a_price_is_counted() -> None:
    """On EC2, and where nobody saw the stop, which may have been soon."""
    assert waste(STARTS, fargate(launch_type="EC2"), {}) == Total(unpriced=1)
    assert waste(CRASHES, fargate(started_at=START, stopped_at=None), {}) == Total(unpriced=1)
    assert waste(STARTS, None, {}) == Total()


def reported(number: int, **values: Any) -> ReportedFinding:
    about = finding(number, cluster_arn=EAST, occurred_at=at(number), cause=Cause("OTHER"))
    return report_finding(about, at(number), fargate(task_arn=task_arn(number), **values))


batches = st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=6)


@given(batches, st.sets(st.integers(0, 9)))
def test_an_incident_counts_each_life_once(deliveries: Sequence[Sequence[int]], bare: set[int]) -> None:
    """In whatever order and however often its finding comes; those without a price beside the others."""
    alerts = new_alerts(lambda: minute(30))
    for batch in deliveries:
        alerts.notify([reported(one, **(NOT_PRICED if one in bare else {})) for one in batch])
    seen = {one for batch in deliveries for one in batch}
    expected = Total(len(seen - bare) * ONE, len(seen - bare), len(seen & bare))
    found = alerts.incidents.current([reported(0).key])
    assert [one.waste for one in found.values()] == ([expected] if seen else [])


def test_by_the_prices_of_the_policy() -> None:
    """Those that are in force when the finding is counted."""
    free = Policy(prices={"us-east-1": {"vcpu": Decimal(0), "gb": Decimal(0)}})
    assert add_findings(None, [reported(1)], START, free).waste == Total(Decimal(0), 1)


def test_all_occurrences_count() -> None:
    """It returned the next day, and has cost what both days cost."""
    first = add_findings(None, [reported(1), reported(2)], START, DEFAULT)
    again = replace(reported(3), at=START + timedelta(hours=20))
    assert add_findings(first, [again], again.at, DEFAULT).waste == Total(3 * ONE, 3)


def test_what_was_never_counted_stays_unknown() -> None:
    """An incident that version 0.1.0 opened has no sum of some of its lives."""
    before = replace(add_findings(None, [reported(1)], START, DEFAULT), waste=None)
    assert add_findings(before, [reported(2)], START, DEFAULT).waste is None


def test_a_finding_of_a_service_costs_nothing_itself() -> None:
    """The lives behind it have findings of their own."""
    about = finding(task_arn=None, kind=Kind.DEPLOYMENT_FAILED)
    assert add_findings(None, [ReportedFinding(finding=about, at=START)], START, DEFAULT).waste == Total()
