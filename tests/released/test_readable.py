"""What version 0.1.0 stored is read as it was meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.ledger import DynamoLedger
from reconciler.adapters.dynamodb.sweep_progress import DynamoSweepProgress
from reconciler.errors import InvalidInput
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.policy import CAUSES
from reconciler.incidents.model import Incident, Status
from reconciler.incidents.outbox import NotificationType
from reconciler.model.entry import Closure, LedgerEntry
from reconciler.model.task import ClosedAs, Container, Source, TaskState
from reconciler.ports.sweep_progress import SweepProgress
from taskledger.deployed.incidents import DeployedIncidents
from taskledger.deployed.ledger import EVER, DeployedLedger
from taskledger.local.memory_incidents import MemoryNotifier
from tests.released.conftest import READERS, arn, read, rows
from tests.support.alerting import new_alerts
from tests.support.deployed import RETENTION, Deployment
from tests.support.running import taskledger
from tests.support.values import CLUSTER, at

DIGEST = "sha256:5dbd43d58885e098705a9cbd992cbc28963d193294d74787c60824c5a6588c83"
LATER = datetime(2026, 11, 21, tzinfo=UTC)


def test_an_open_entry_is_read_whole() -> None:
    """With all that was left out because it repeats."""
    app = Container(
        name="app",
        last_status="RUNNING",
        health_status="HEALTHY",
        image="checkout:latest",
        image_digest=DIGEST,
    )
    state = TaskState(
        task_arn=arn("entry open"),
        cluster_arn=CLUSTER,
        version=3,
        last_status="RUNNING",
        desired_status="RUNNING",
        task_definition_arn="arn:aws:ecs:eu-central-1:111122223333:task-definition/checkout:42",
        group="service:checkout",
        started_by="ecs-svc/1",
        launch_type="FARGATE",
        availability_zone="eu-central-1a",
        health_status="HEALTHY",
        created_at=at(0),
        started_at=at(0),
        containers=(app,),
        tags={"team": "shop"},
    )
    entry = LedgerEntry(state=state, source=Source.EVENT, observed_at=at(0), described_at=at(0))
    assert read("entry open") == entry


def test_every_sort_of_entry_is_read() -> None:
    """By what makes it one of its sort."""
    closed, unobserved = read("entry closed"), read("entry unobserved")
    assert closed.closed == Closure(ClosedAs.STOPPED, at(360))
    assert closed.state.containers[0].exit_code == 137
    assert (unobserved.closed.how, unobserved.state.last_status) == (ClosedAs.UNOBSERVED, "RUNNING")
    stopping, missing = read("entry stopping"), read("entry missing")
    assert (stopping.open, stopping.state.desired_status) == (True, "STOPPED")
    assert (missing.open, missing.missing_since) == (True, datetime(2026, 11, 20, 11, 15, tzinfo=UTC))
    protected, expired = read("entry protected").protection, read("entry expired").protection
    assert (protected.enabled, protected.since, protected.expires_at) == (True, at(360), at(36_360))
    assert (expired.enabled, expired.since, expired.expires_at) == (False, at(360), at(1560))
    assert (read("entry replayed").replayed, read("entry open").replayed) == (True, False)
    assert (read("entry repaired").source, read("entry repaired").state.version) == (Source.DESCRIBE, 3)


@pytest.mark.parametrize("label", rows(*READERS))
def test_an_attribute_that_is_not_known_is_ignored(label: str) -> None:
    """A newer version may have stored it before somebody went back to this one."""
    assert read(label, ofALaterVersion={"M": {"any": {"S": "thing"}}}) == read(label)


def test_the_ledger_answers_from_the_rows(in_use: Deployment) -> None:
    """By key and by index, and on the command line."""
    ledger = DynamoLedger(in_use.dynamodb, "ledger", RETENTION)
    (event,), (describe,) = (ledger.history(arn(f"entry {label}")) for label in ("open", "repaired"))
    assert (event.version, event.source, event.last_status) == (3, Source.EVENT, "RUNNING")
    assert (describe.version, describe.source, describe.at) == (3, Source.DESCRIBE, at(720))
    live = {arn(f"entry {label}") for label in ("open", "stopping", "protected", "expired", "missing")}
    live |= {arn("entry replayed"), arn("entry repaired")}
    assert (list(ledger.clusters()), set(ledger.open_tasks(CLUSTER))) == ([CLUSTER], live)
    assert ledger.protected(CLUSTER) == {arn("entry protected"): read("entry protected").protection}
    deployed = DeployedLedger(in_use.dynamodb, "ledger")
    assert {entry.state.task_arn for _, entry in deployed.opened(CLUSTER)} == live
    assert len(list(deployed.closed(CLUSTER, EVER, LATER))) == 2
    listed = taskledger("tasks", "--json", "--since", "2026-11-20T00:00Z")
    assert len(listed.document["tasks"]) == 9, listed.err
    shown = taskledger("show", "--json", arn("entry closed"))
    assert [each["cause"] for each in shown.document["findings"]] == ["OUT_OF_MEMORY"]


def test_findings_and_incidents_are_listed(in_use: Deployment) -> None:
    """With and without a cause, those that go on and those that are over."""
    deployed = DeployedIncidents(in_use.dynamodb, "ledger")
    found = {one.kind: (one, when) for when, one in deployed.findings(CLUSTER, at(0), LATER)}
    memory, when = found[Kind.ESSENTIAL_CONTAINER_FAILED]
    assert (memory.cause, memory.severity, memory.exit_codes) == (
        Cause("OUT_OF_MEMORY"), Severity.HIGH, {"app": 137},
    )  # fmt: skip
    assert (memory.task_arn, memory.containers, when) == (arn("entry closed"), ("app",), at(360))
    expired = found[Kind.PROTECTION_EXPIRED][0]
    assert (expired.cause, expired.occasion) == (None, "20261120T092600Z")
    listed = taskledger("incidents", "--json", "--since", "2026-11-20T00:00Z").document["incidents"]
    assert [(each["kind"], each["cause"], each["severity"], each["status"]) for each in listed] == [
        ("ESSENTIAL_CONTAINER_FAILED", "EXIT_CODE", "medium", "OPEN"),
        ("PROTECTION_EXPIRING", None, "low", "OPEN"),
        ("UNKNOWN_STOP", "UNOBSERVED", "medium", "OPEN"),
        ("ESSENTIAL_CONTAINER_FAILED", "OUT_OF_MEMORY", "high", "RESOLVED"),
    ]
    assert len(taskledger("findings", "--json", "--since", "2026-11-20T00:00Z").document["findings"]) == 2


def test_what_was_not_sent_is_sent_once(in_use: Deployment) -> None:
    """Under the id that it was stored with; what was published before is not published again."""
    store, notifier = DynamoIncidents(in_use.dynamodb, "ledger", RETENTION), MemoryNotifier(lambda: LATER)
    alerts = new_alerts(lambda: LATER, incidents=store, notifier=notifier)
    due: list[Incident] = list(store.due(CLUSTER, LATER))
    for incident in due:
        alerts.publish(incident)
    pending = read("incident pending")
    assert [one.message.notification_id for one in notifier.sent] == [f"{pending.incident_id}|1"]
    assert notifier.sent[0].message.document["type"] == NotificationType.OPENED
    settled = store.current([pending.key])[pending.key]
    assert (settled.outbox.pending, settled.outbox.notified_count, settled.outbox.notified_at) == (
        (),
        1,
        LATER,
    )
    over = read("incident over")
    assert (over.status, over.resolved_at, over.outbox.notified_count) == (Status.RESOLVED, at(8100), 1)


def test_what_is_over_can_still_be_sent(in_use: Deployment) -> None:
    """A resolved incident is archived under its own time: it is written there, and its key is free."""
    store, over = DynamoIncidents(in_use.dynamodb, "ledger", RETENTION), read("incident over")
    pending = {
        "pending": {"L": [{"M": {"type": {"S": "RESOLVED"}, "id": {"S": f"{over.incident_id}|2"}}}]},
        "dueAt": {"N": "1795173360000"},
    }
    in_use.dynamodb.put_item(TableName="ledger", Item=rows("incident over")["incident over"] | pending)
    (due,) = (one for one in store.due(CLUSTER, LATER) if not isinstance(one, InvalidInput) and one.archived)
    assert (due.incident_id, due.outbox.standing, over.outbox.standing) == (over.incident_id, "high", None)
    settled = replace(due, outbox=over.outbox, due_at=None, revision=due.revision + 1)
    assert store.save_all([settled])
    assert store.latest(due) == settled
    assert store.current([over.key]) == {}


@pytest.mark.parametrize("label", ["finding with a cause", "incident open"])
def test_words_of_a_later_version_are_shown_as_text(in_use: Deployment, label: str) -> None:
    """A kind, cause or severity that is not known hides nothing, and is in no list."""
    words = {"kind": "NEW_KIND", "cause": "NEW_CAUSE", "severity": "critical"}
    row = rows(label)[label] | {name: {"S": word} for name, word in words.items()}
    in_use.dynamodb.put_item(TableName="ledger", Item=row)
    command = f"{label.partition(' ')[0]}s"
    since = ("--since", "2026-11-20T00:00Z")
    listed = taskledger(command, "--json", *since).document[command]
    assert words in [{name: each[name] for name in words} for each in listed]
    (line,) = (one for one in taskledger(command, *since).out.splitlines() if "critical" in one)
    assert "  new kind, new cause  " in line
    assert not {"NEW_KIND", "NEW_CAUSE", "critical"} & {*Kind, *CAUSES, *Severity}
    assert max(Severity("critical"), Severity.HIGH, key=lambda one: one.rank) == "critical"


@pytest.mark.parametrize(("label", "after"), [("sweep running", None), ("sweep interrupted", "entry open")])
def test_a_sweep_goes_on_where_it_was(in_use: Deployment, label: str, after: str | None) -> None:
    """Once the run that had it is over or its time is up."""
    in_use.dynamodb.put_item(TableName="ledger", Item=rows(label)[label])
    progress = DynamoSweepProgress(in_use.dynamodb, "ledger")
    if label == "sweep running":
        assert progress.acquire("another", at(8160), LATER) is None
    taken = progress.acquire("another", LATER, LATER + timedelta(minutes=1))
    assert taken == SweepProgress(began=at(8100), cluster_arn=CLUSTER, after=after and arn(after))
