"""Incidents as items: under which key, in which index, how large, and as version 0.1.0 stored them."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.adapters.dynamodb.incidents import DynamoIncidents
from reconciler.adapters.dynamodb.items.incident_items import incident, incident_item
from reconciler.findings.model import Severity
from reconciler.findings.policy import Policy
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident, Status
from tests.reconciler.adapters.conftest import Table
from tests.support.findings import found
from tests.support.incidents import full_incident, ordinary_incident
from tests.support.ledgers import RETENTION
from tests.support.units import size
from tests.support.values import START, at

POLICY = Policy()
NEW = ("occurrences", "causeSeverity", "published", "reminders", "standing", "impact")


@pytest.mark.parametrize(
    ("held", "kilobytes"),
    [(ordinary_incident(), 4), (full_incident(occurrences=50, owners=100), 16)],
    ids=["ordinary", "full"],
)
def test_a_row_is_small(held: Incident, kilobytes: int) -> None:
    """An ordinary incident has at most 4 KB, one of 50 occurrences and 100 owners at most 16."""
    assert size(incident_item(held, RETENTION)) <= kilobytes * 1024


def test_occurrences_take_little_room() -> None:
    """Fifty of them, days apart, less than a kilobyte."""
    one, fifty = (size(incident_item(full_incident(occurrences=n), RETENTION)) for n in (1, 50))
    assert fifty - one < 1024


def test_people_read_what_follows() -> None:
    """The row bears its severity, and of the current occurrence the times and the count."""
    held = full_incident(occurrences=3)
    row = incident_item(held, RETENTION)
    last = held.occurrences.current
    assert (row["firstSeenAt"], row["lastSeenAt"]) == (_ms(last.first_at), _ms(last.last_at))
    assert (row["count"], row["severity"]) == ({"N": "1200"}, {"S": "high"})


def test_a_row_is_kept_until_it_has_been_over_for_long(table: Table) -> None:
    """It is listed as resolved and expires while it is over; neither once it is open again."""
    store = DynamoIncidents(table.client, table.name, RETENTION)
    opened = ordinary_incident()
    done = replace(opened, status=Status.RESOLVED, resolved_at=at(900), revision=4)
    again = replace(opened, returned_at=at(1800), revision=5)
    before: Incident | None = None
    seen = []
    for held in (opened, done, again, replace(done, revision=6)):
        assert store.save(held, before, (), START) is None
        (row,) = (item for item in table.items() if item["pk"]["S"].startswith("INCIDENT#"))
        seen.append((row["sk"]["S"], row.get("foundAt"), "ttl" in row))
        before = held
    over, going_on = ("CURRENT", _ms(at(900)), True), ("CURRENT", None, False)
    assert seen == [going_on, over, going_on, over]


def test_an_archived_incident_has_a_key_of_its_own(table: Table) -> None:
    """By when it opened; it is listed as resolved there, and the new one is not."""
    store = DynamoIncidents(table.client, table.name, RETENTION)
    done = replace(ordinary_incident(), status=Status.RESOLVED, resolved_at=at(900))
    assert store.save(done, None, (), START) is None
    anew = add_findings(None, [found(9)], at(200_000), POLICY)
    assert store.save(anew, done, (), START) is None
    rows = {item["sk"]["S"]: item for item in table.items() if item["pk"]["S"].startswith("INCIDENT#")}
    assert {key: ("foundAt" in row, "archived" in row) for key, row in rows.items()} == {
        "CURRENT": (False, False),
        "20261120T090000.000Z": (True, False),
    }


def released(**changed: Any) -> dict[str, Any]:
    """The ordinary incident's row as version 0.1.0 stored it: published once, at medium."""
    row = incident_item(replace(ordinary_incident(), severity=Severity.MEDIUM), RETENTION)
    return {name: value for name, value in row.items() if name not in NEW} | changed


def test_a_row_without_occurrences_had_one() -> None:
    """From its first time to its last, with its count; the cause had the severity that the incident had."""
    read = incident(released())
    assert read.occurrences == Occurrences((Occurrence(at(0), at(4), 5),), 0, at(0))
    assert (read.cause_severity, read.impact, read.shared, read.archived) == ("medium", None, None, False)


@pytest.mark.parametrize(
    ("changed", "standing", "published"),
    [
        ({}, "medium", {"medium": at(60)}),
        ({"severity": {"S": "critical"}}, "critical", {"critical": at(60)}),
        ({"status": {"S": "RESOLVED"}}, None, {"medium": at(60)}),
        (
            {
                "status": {"S": "RESOLVED"},
                "pending": {"L": [{"M": {"type": {"S": "RESOLVED"}, "id": {"S": "x|2"}}}]},
            },
            "medium",
            {"medium": at(60)},
        ),
        ({"sequence": {"N": "0"}}, None, {}),
    ],
    ids=["open", "of a later word", "over", "its end not sent", "in a digest alone"],
)
def test_what_was_published_is_known(
    changed: dict[str, Any], standing: str | None, published: dict[str, Any]
) -> None:
    """At the severity that it has; nothing stands of what is over, unless that has still to be sent."""
    box = incident(released(**changed)).outbox
    assert (box.standing, box.published, box.reminders) == (standing, published, 0)


def test_a_task_without_its_definition_has_no_log() -> None:
    """Earlier versions stored neither."""
    row = released()
    for task in row["tasks"]["L"]:
        del task["M"]["taskDefinitionArn"]
    read = incident(row)
    assert {(one.task_definition_arn, one.log) for one in read.samples} == {(None, None)}
    assert read.target_group_arn is None


def test_what_was_never_sent_was_not_published() -> None:
    """However many messages are pending."""
    row = released()
    del row["toldAt"]
    box = incident(row).outbox
    assert (box.standing, box.published) == (None, {})


def test_a_run_that_knows_of_the_one_before_was_not_published() -> None:
    """Though people have been notified before it opened."""
    held = ordinary_incident()
    box = replace(held.outbox, standing=None, published={})
    assert incident(incident_item(replace(held, outbox=box), RETENTION)).outbox == box


def _ms(moment: Any) -> dict[str, str]:
    return {"N": str(round(moment.timestamp() * 1000))}
