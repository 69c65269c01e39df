"""What every store of incidents promises, in memory and on DynamoDB alike."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.findings.model import Cause, Kind, Severity
from reconciler.incidents.model import Incident, Status
from reconciler.incidents.reported import ReportedFinding
from reconciler.ports.incidents import MAX_FOUND, Incidents
from tests.support.findings import found, many
from tests.support.incidents import full_incident, over, with_findings
from tests.support.ledgers import ENDPOINT
from tests.support.values import CLUSTER, START, at

LATER = START + timedelta(hours=1)
NEXT_WEEK = START + timedelta(days=7)
MOST = 8 if ENDPOINT else MAX_FOUND  # findings: DynamoDB Local takes ten items in a transaction


def save(
    store: Incidents, *news: ReportedFinding, before: Incident | None = None, now: datetime = START
) -> Incident:
    incident = with_findings(before, *news, now=now)
    assert store.save(incident, before, news, now) is None
    return incident


def save_over(store: Incidents, incident: Incident, now: datetime = LATER) -> Incident:
    after = over(incident, now)
    assert store.save(after, incident, (), now) is None
    return after


def current(store: Incidents, incident: Incident) -> Incident | None:
    return store.current([incident.key]).get(incident.key)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"cause": None, "kind": Kind.PROTECTION_EXPIRED, "severity": Severity.LOW},
        {"about": "ecs-svc/1", "kind": Kind.DEPLOYMENT_FAILED},
        {
            "group": None,
            "task_definition_arn": None,
            "containers": (),
            "exit_codes": {"app": -1, "\U0001f4a5": 255},
        },
        {"group": "service:" + "\U0001f4a5" * 1000, "summary": "\u00fc\n\t\u0007", "occasion": "x" * 1000},
    ],
    ids=["usual", "bare", "about", "empty", "hostile"],
)
def test_gives_back_what_was_saved(incidents: Incidents, values: dict[str, Any]) -> None:
    """Every field of an incident comes back, to the millisecond, with any text in it."""
    incident = save(incidents, found(1, at(1.125), **values))
    assert current(incidents, incident) == incident
    assert incidents.latest(incident) == incident


@pytest.mark.parametrize("resolved", [False, True])
def test_gives_back_everything(incidents: Incidents, resolved: bool) -> None:  # noqa: FBT001 - a parameter
    """Whatever can be known of an incident, whether it is open or over."""
    full = full_incident(occurrences=50, owners=100)
    incident = full if resolved else replace(full, status=Status.OPEN, resolved_at=None)
    assert incidents.save(incident, None, (), START) is None
    assert current(incidents, incident) == incident


def test_several_keys_at_once(incidents: Incidents) -> None:
    """Those that have an incident, open or over; a key may be asked for twice."""
    first = save(incidents, found(1))
    second = save_over(incidents, save(incidents, found(2, cause=Cause("NETWORK"))))
    third = with_findings(None, found(3, cause=Cause("VOLUME")))
    keys = [first.key, third.key, second.key, first.key]
    assert incidents.current(keys) == {first.key: first, second.key: second}
    assert (incidents.current([]), incidents.latest(third)) == ({}, None)


def test_a_finding_is_stored_once(incidents: Incidents) -> None:
    """What was stored before is named, and nothing of the attempt is stored."""
    before = save(incidents, found(1), found(2))
    news = [found(2), found(3), found(1)]
    refused = incidents.save(with_findings(before, *news), before, news, START)
    assert refused is not None
    assert refused.known == {news[0].finding.finding_id, news[2].finding.finding_id}
    assert not refused.overtaken
    assert current(incidents, before) == before
    assert save(incidents, found(3), before=before).count == 3


def test_one_of_two_writers_is_overtaken(incidents: Incidents) -> None:
    """An incident that moved on is not written over, and its findings are not stored either."""
    before = save(incidents, found(1))
    after = save(incidents, found(2), before=before)
    refused = incidents.save(with_findings(before, found(3)), before, [found(3)], START)
    assert refused is not None
    assert (refused.known, refused.overtaken) == (frozenset(), True)
    assert save(incidents, found(3), before=after).count == 3


def test_two_cannot_open_the_same(incidents: Incidents) -> None:
    """Of two that open an incident of one key at once, one is overtaken, also by one that is over since."""
    opened = save(incidents, found(1))
    late = with_findings(None, found(2), now=at(1))
    for _ in range(2):
        refused = incidents.save(late, None, [found(2)], START)
        assert refused is not None
        assert refused.overtaken
        opened = save_over(incidents, opened)
    assert current(incidents, late) == opened


def test_what_is_over_stays_current(incidents: Incidents) -> None:
    """It has its key until another incident takes its place, and can be opened again."""
    done = save_over(incidents, save(incidents, found(1)))
    assert (current(incidents, done), incidents.latest(done)) == (done, done)
    again = save(incidents, found(2, LATER), before=done, now=LATER)
    assert (again.incident_id, again.open, again.occurrences.number) == (done.incident_id, True, 2)
    assert (current(incidents, done), incidents.latest(done)) == (again, again)
    late = replace(done, revision=done.revision + 1)
    assert incidents.save(late, done, (), LATER) is not None
    assert not incidents.save_all([late])
    assert current(incidents, done) == again


def test_another_incident_archives_the_one_before(incidents: Incidents) -> None:
    """It stays known under its own id, a revision later, and is written there alone from then on."""
    done = save_over(incidents, save(incidents, found(1)))
    anew = save(incidents, found(2, NEXT_WEEK), before=done, now=NEXT_WEEK)
    archived = replace(done, archived=True, revision=done.revision + 1)
    assert anew.incident_id != done.incident_id
    assert (current(incidents, done), incidents.latest(done)) == (anew, archived)
    settled = replace(archived, revision=archived.revision + 1, outbox=replace(done.outbox, news_since=None))
    assert incidents.save_all([settled])
    assert (current(incidents, done), incidents.latest(done)) == (anew, settled)
    assert not incidents.save_all([settled])
    after = replace(settled, revision=settled.revision + 1)
    assert incidents.save(after, settled, (), NEXT_WEEK) is None
    assert (current(incidents, done), incidents.latest(done)) == (anew, after)


def test_who_does_not_know_that_it_is_archived_is_overtaken(incidents: Incidents) -> None:
    """Whether late findings open it again, archive it once more, or only its messages were sent."""
    done = save_over(incidents, save(incidents, found(1)))
    opened = save(incidents, found(2, NEXT_WEEK), before=done, now=NEXT_WEEK)
    anew = save(incidents, found(4, NEXT_WEEK), before=opened, now=NEXT_WEEK)
    assert anew.revision == done.revision
    known = (anew, incidents.latest(done))
    another = with_findings(done, found(3, NEXT_WEEK), now=NEXT_WEEK + timedelta(seconds=1))
    for late in (with_findings(done, found(3, LATER)), another):
        refused = incidents.save(late, done, [found(3, late.opened_at)], NEXT_WEEK)
        assert refused is not None
        assert (refused.known, refused.overtaken) == (frozenset(), True)
    assert not incidents.save_all([replace(done, revision=done.revision + 1)])
    assert (current(incidents, done), incidents.latest(done)) == known
    assert incidents.latest(another) is None


def test_as_many_as_promised(incidents: Incidents) -> None:
    """A full set of findings is stored at once, and archives the incident before in the same transaction."""
    opened = save(incidents, *many(range(MOST)))
    done = save_over(incidents, opened)
    late = [found(number, NEXT_WEEK) for number in range(MOST, 2 * MOST)]
    assert save(incidents, *late, before=done, now=NEXT_WEEK).count == opened.count == MOST


def test_what_is_due_is_found_by_cluster_and_time(incidents: Incidents) -> None:
    """Open incidents from their time on, those that are over or archived while something is to be done."""
    incident = save(incidents, found(1))
    other = with_findings(None, found(2, cause=Cause("NETWORK"), cluster_arn=CLUSTER + "2"))
    assert incidents.save(other, None, (), START) is None
    assert incident.due_at is not None
    assert incidents.due(CLUSTER, incident.due_at - timedelta(milliseconds=1)) == []
    assert incidents.due(CLUSTER, incident.due_at) == [incident]
    done = replace(over(incident, LATER), due_at=LATER)
    assert incidents.save(done, incident, (), LATER) is None
    assert incidents.due(CLUSTER, LATER) == [done]
    anew = save(incidents, found(3, NEXT_WEEK), before=done, now=NEXT_WEEK)
    archived = incidents.latest(done)
    assert archived is not None
    assert list(incidents.due(CLUSTER, NEXT_WEEK)) == [archived]
    assert incidents.save_all([replace(archived, revision=archived.revision + 1, due_at=None)])
    assert list(incidents.due(CLUSTER, NEXT_WEEK + timedelta(days=1))) == [anew]


def test_many_are_marked_together(incidents: Incidents) -> None:
    """All are stored, or none when any has moved on."""
    causes = [Cause("NETWORK"), Cause("VOLUME"), Cause("AGENT")]
    first = [save(incidents, found(number, cause=cause)) for number, cause in enumerate(causes)]
    marked = [replace(one, revision=one.revision + 1, ended_by="it was seen") for one in first]
    moved = save(incidents, found(9, cause=Cause("AGENT")), before=first[2])
    assert not incidents.save_all(marked)
    assert [incidents.latest(one) for one in first] == [*first[:2], moved]
    assert incidents.save_all(marked[:2])
    assert [incidents.latest(one) for one in first] == [*marked[:2], moved]
    assert incidents.save_all([])


@pytest.mark.parametrize("writers", [4])
def test_writers_at_once_count_everything_once(incidents: Incidents, writers: int) -> None:
    """Findings that several writers report, some of them twice, are each counted once, in one incident."""

    def report(one: ReportedFinding) -> None:
        while incidents.not_stored([one]):
            before = incidents.current([one.key]).get(one.key)
            incidents.save(with_findings(before, one), before, [one], START)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(report, many(range(12)) + many(range(6, 18))))
    incident = incidents.current([found(1).key])[found(1).key]
    assert (incident.count, incident.revision) == (18, 18)


def test_what_is_not_stored_is_known(incidents: Incidents) -> None:
    """Of any number of findings, those that were never stored are given back."""
    incident = save(incidents, *many(range(8)))
    for start in range(8, 40, 8):
        incident = save(incidents, *many(range(start, start + 8)), before=incident)
    asked = many(range(150))
    assert incidents.not_stored(asked) == asked[40:]
    assert (incidents.not_stored(asked[:40]), incidents.not_stored([])) == ([], [])


def test_all_that_is_open_is_known_by_cluster(incidents: Incidents) -> None:
    """Whenever they are due, and none that is over or of another cluster."""
    first = save(incidents, found(1))
    second = save(incidents, found(2, cause=Cause("NETWORK")))
    other = with_findings(None, found(3, cluster_arn=CLUSTER + "2"))
    assert incidents.save(other, None, (), START) is None
    assert {one.incident_id for one in incidents.unresolved(CLUSTER)} == {
        first.incident_id,
        second.incident_id,
    }
    assert incidents.save(replace(over(first, LATER), due_at=LATER), first, (), LATER) is None
    assert incidents.unresolved(CLUSTER) == [second]
