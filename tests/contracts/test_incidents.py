"""What every store of incidents promises, in memory and on DynamoDB alike."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.policy import Policy
from reconciler.incidents.lifecycle import add_findings, advance_time, end, queue_digest
from reconciler.incidents.model import Incident, ReportedFinding
from reconciler.ports.incidents import MAX_FOUND, Incidents
from reconciler.use_cases.notify import Alerts
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.local.memory_services import MemoryServices
from tests.contracts.test_orders import Serial
from tests.support.findings import found, many, published
from tests.support.ledgers import RETENTION, dynamodb_table
from tests.support.values import CLUSTER, START, at

POLICY = Policy()
LATER = START + timedelta(hours=1)


@pytest.fixture
def table() -> Iterator[Incidents]:
    with dynamodb_table() as (client, name):
        yield DynamoIncidents(Serial(client), name, RETENTION)  # type: ignore[arg-type]  # a client but for its type


@pytest.fixture(params=["memory", "dynamodb"])
def incidents(request: pytest.FixtureRequest) -> Incidents:
    if request.param == "memory":
        return MemoryIncidents()
    store: Incidents = request.getfixturevalue("table")
    return store


def save(store: Incidents, *news: ReportedFinding, before: Incident | None = None) -> Incident:
    incident = add_findings(before, news, START, POLICY)
    assert store.save(incident, before, news, START) is None
    return incident


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"cause": None, "kind": Kind.PROTECTION_EXPIRED, "severity": Severity.LOW},
        {
            "group": None,
            "task_definition_arn": None,
            "containers": (),
            "exit_codes": {"app": -1, "\U0001f4a5": 255},
        },
        {"group": "service:" + "\U0001f4a5" * 1000, "summary": "\u00fc\n\t\u0007", "occasion": "x" * 1000},
    ],
    ids=["usual", "bare", "empty", "hostile"],
)
def test_gives_back_what_was_saved(incidents: Incidents, values: dict[str, Any]) -> None:
    """Every field of an incident comes back, to the millisecond, with any text in it."""
    incident = save(incidents, found(1, at(1.125), **values))
    assert incidents.current(incident.key) == incident
    assert incidents.latest(incident) == incident


def test_an_unknown_key(incidents: Incidents) -> None:
    """A key without an incident has none."""
    incident = add_findings(None, [found(1)], START, POLICY)
    assert (incidents.current(incident.key), incidents.latest(incident)) == (None, None)


def test_a_finding_is_stored_once(incidents: Incidents) -> None:
    """What was stored before is named, and nothing of the attempt is stored."""
    before = save(incidents, found(1), found(2))
    news = [found(2), found(3), found(1)]
    refused = incidents.save(add_findings(before, news, START, POLICY), before, news, START)
    assert refused is not None
    assert refused.known == {news[0].finding.finding_id, news[2].finding.finding_id}
    assert not refused.overtaken
    assert incidents.current(before.key) == before
    assert save(incidents, found(3), before=before).count == 3


def test_one_of_two_writers_is_overtaken(incidents: Incidents) -> None:
    """An incident that moved on is not written over, and its findings are not stored either."""
    before = save(incidents, found(1))
    after = save(incidents, found(2), before=before)
    refused = incidents.save(add_findings(before, [found(3)], START, POLICY), before, [found(3)], START)
    assert refused is not None
    assert (refused.known, refused.overtaken) == (frozenset(), True)
    assert save(incidents, found(3), before=after).count == 3


def test_two_cannot_open_the_same(incidents: Incidents) -> None:
    """Of two that open an incident of one key at once, one is overtaken."""
    save(incidents, found(1))
    refused = incidents.save(add_findings(None, [found(2)], at(1), POLICY), None, [found(2)], START)
    assert refused is not None
    assert refused.overtaken


def test_as_many_as_promised(incidents: Incidents) -> None:
    """A full set of findings is stored at once."""
    assert save(incidents, *many(range(MAX_FOUND))).count == MAX_FOUND


def test_a_resolved_incident_leaves_its_key_free(incidents: Incidents) -> None:
    """It stays known under its own id, and its key can open anew."""
    before = published(first := save(incidents, found(1)))
    assert incidents.save(before, first, (), START) is None
    over = advance_time(before, recovered=True, now=LATER, policy=POLICY)
    assert incidents.save(over, before, (), LATER) is None
    assert (incidents.current(over.key), incidents.latest(before)) == (None, over)
    again = add_findings(None, [found(2)], LATER, POLICY)
    assert incidents.save(again, None, [found(2)], LATER) is None
    assert (incidents.latest(over), incidents.latest(again)) == (over, again)
    done = published(over, LATER)
    assert incidents.save_all([done])
    assert (incidents.latest(over), incidents.current(over.key)) == (done, again)


def test_another_incident_of_the_key_is_not_written_over(incidents: Incidents) -> None:
    """Who has the one before it, at the same revision, is overtaken by the one that opened since."""
    first = save(incidents, found(1))
    over = advance_time(first, recovered=True, now=LATER, policy=POLICY)
    assert incidents.save(over, first, (), LATER) is None
    again = add_findings(None, [found(2)], LATER, POLICY)
    assert incidents.save(again, None, [found(2)], LATER) is None
    assert (again.revision, again.key) == (first.revision, first.key)
    late = add_findings(first, [found(3)], LATER, POLICY)
    refused = incidents.save(late, first, [found(3)], LATER)
    assert refused is not None
    assert (refused.known, refused.overtaken) == (frozenset(), True)
    assert not incidents.save_all([late])
    ended = advance_time(first, recovered=True, now=LATER + timedelta(hours=1), policy=POLICY)
    assert incidents.save(ended, first, (), LATER) is not None
    assert (incidents.current(first.key), incidents.latest(first)) == (again, over)


def test_what_is_due_is_found_by_cluster_and_time(incidents: Incidents) -> None:
    """Open incidents from their time on, resolved ones only while something is to be sent."""
    incident = save(incidents, found(1))
    other = add_findings(None, [found(2, cause=Cause("NETWORK"), cluster_arn=CLUSTER + "2")], START, POLICY)
    assert incidents.save(other, None, (), START) is None
    assert incident.due_at is not None
    assert incidents.due(CLUSTER, incident.due_at - timedelta(milliseconds=1)) == []
    assert incidents.due(CLUSTER, incident.due_at) == [incident]
    over = advance_time(published(incident), recovered=True, now=LATER, policy=POLICY)
    assert incidents.save(over, incident, (), LATER) is None
    assert incidents.due(CLUSTER, LATER + timedelta(days=1)) == [over]
    assert incidents.save_all([published(over, LATER)])
    assert incidents.due(CLUSTER, LATER + timedelta(days=9)) == []


def test_many_are_marked_together(incidents: Incidents) -> None:
    """All are stored, or none when any has moved on."""
    causes = [Cause("NETWORK"), Cause("VOLUME"), Cause("AGENT")]
    first = [save(incidents, found(number, cause=cause)) for number, cause in enumerate(causes)]
    marked = [queue_digest(one, "DIGEST|1", START, POLICY) for one in first]
    moved = save(incidents, found(9, cause=Cause("AGENT")), before=first[2])
    assert not incidents.save_all(marked)
    assert [incidents.latest(one) for one in first] == [*first[:2], moved]
    assert incidents.save_all(marked[:2])
    assert [incidents.latest(one) for one in first] == [*marked[:2], moved]
    assert incidents.save_all([])


@pytest.mark.parametrize("writers", [4])
def test_writers_at_once_count_everything_once(incidents: Incidents, writers: int) -> None:
    """Findings that several writers report, some of them twice, are each counted once."""
    notifier = MemoryNotifier(lambda: START)
    alerts = Alerts(
        incidents=incidents, services=MemoryServices(), notifier=notifier, policy=POLICY, clock=lambda: START
    )
    shares = [many(range(start, start + 20)) for start in (0, 10, 20, 30)]
    with ThreadPoolExecutor(writers) as pool:
        results = [result for answer in pool.map(alerts.notify, shares) for result in answer.values()]
    overtaken = [share for share, result in zip(shares, results, strict=True) if result.error]
    for share in overtaken:
        alerts.notify(share)
    incident = incidents.current(found(1).key)
    assert incident is not None
    assert (incident.count, incident.outbox.pending) == (50, ())
    assert sum(result.new for result in results) + sum(len(share) for share in overtaken) >= 50
    sent = {one.message.notification_id: one.message.document["type"] for one in notifier.sent}
    assert list(sent.values()).count("OPENED") == 1


def test_what_is_not_stored_is_known(incidents: Incidents) -> None:
    """Of any number of findings, those that were never stored are given back."""
    save(incidents, *many(range(40)))
    asked = many(range(150))
    assert incidents.not_stored(asked) == asked[40:]
    assert (incidents.not_stored(asked[:40]), incidents.not_stored([])) == ([], [])


def test_the_incident_resolved_last_is_remembered(incidents: Incidents) -> None:
    """Of those that are over the newest is given back, for as long as its end is not too long ago."""
    key = found(1).key
    assert incidents.last_resolved(key, START) is None
    for hours in (1, 2):
        opened = add_findings(None, [found(hours, at(3600 * hours))], at(3600 * hours), POLICY)
        assert incidents.save(opened, None, (), at(3600 * hours)) is None
        assert incidents.last_resolved(key, START) != opened
        over = end(opened, at(3600 * hours + 30), POLICY)
        assert incidents.save(over, opened, (), at(3600 * hours + 30)) is None
        assert incidents.last_resolved(key, at(3600 * hours + 30)) == over
    assert incidents.last_resolved(key, at(7231)) is None


def test_all_that_is_open_is_known_by_cluster(incidents: Incidents) -> None:
    """Whenever they are due, and none that is over or of another cluster."""
    first = save(incidents, found(1))
    second = save(incidents, found(2, cause=Cause("NETWORK")))
    other = add_findings(None, [found(3, cluster_arn=CLUSTER + "2")], START, POLICY)
    assert incidents.save(other, None, (), START) is None
    assert {one.incident_id for one in incidents.unresolved(CLUSTER)} == {
        first.incident_id,
        second.incident_id,
    }
    assert incidents.save(end(first, START, POLICY), first, (), START) is None
    assert incidents.unresolved(CLUSTER) == [second]
