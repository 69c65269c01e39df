"""What version 0.1.0 was sent and configured with is read as it was meant."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.policy import Policy, Scope
from reconciler.findings.policy_file import parse
from reconciler.handlers.assess import read_records
from reconciler.use_cases.recording.task_events import Observed
from tests.released.conftest import RELEASE, arn, load, read
from tests.support.deployed import RETENTION, Deployment
from tests.support.system import new_system
from tests.support.values import CLUSTER, at


def test_stream_records_become_changes() -> None:
    """New entries and changed ones, with their image before."""
    batch = read_records(load("stream.json"))
    assert batch.unreadable == {}
    inserted, closed, protected, unobserved, replayed = batch.changes.values()
    assert (inserted.previous, inserted.entry, inserted.at) == (None, read("entry open"), at(0))
    assert closed.previous is not None
    assert (closed.previous.open, closed.entry) == (True, read("entry closed"))
    assert (protected.entry, unobserved.entry) == (read("entry protected"), read("entry unobserved"))
    assert replayed.entry == read("entry replayed")


def test_messages_on_the_queue_are_accepted(in_use: Deployment) -> None:
    """Events and calls of UpdateTaskProtection; the gate knows what it holds."""
    bodies = load("queue.json")
    system = replace(new_system(), ledger=DynamoLedger(in_use.dynamodb, "ledger", RETENTION))
    result = system.observe({name: json.dumps(body) for name, body in bodies.items()})
    assert result.failed == {}
    outcomes = [one for one in result.events.values() if isinstance(one, Observed)]
    assert [(one.observation.state.task_arn, one.verdict) for one in outcomes] == [
        (arn("entry closed"), "DUPLICATE"),
        (arn("entry replayed"), "DUPLICATE"),
    ]
    assert list(result.calls) == ["protection call"]


def test_a_policy_file_keeps_its_meaning() -> None:
    """Whatever it sets."""
    minutes = {"PROVISIONING": 6, "PENDING": 20, "ACTIVATING": 11, "DEACTIVATING": 12, "STOPPING": 13}
    spot = Scope(kind=Kind.CAPACITY_INTERRUPTED, cause=Cause("SPOT"), cluster="shop", service="checkout-*")
    assert parse((RELEASE / "policy.toml").read_text("utf-8")) == Policy(
        protection_lead=timedelta(minutes=20),
        protection_limit=timedelta(days=2),
        after_expiry=timedelta(minutes=5),
        resolve=timedelta(minutes=30),
        remind=timedelta(hours=2),
        digest=timedelta(minutes=90),
        stuck_after={
            state: timedelta(minutes=limit) for state, limit in (minutes | {"DEPROVISIONING": 14}).items()
        },
        severities=((spot, Severity.MEDIUM),),
        accepted_exit_codes=((Scope(family="nightly-*"), frozenset({3, 143})),),
        ignored=(Scope(service="sandbox"),),
        muted=((Scope(cluster=CLUSTER, kind=Kind.STUCK), datetime(2026, 12, 1, 7, tzinfo=UTC)),),
    )
