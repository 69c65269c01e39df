"""What `taskledger mute` stores, lists and ends, and what it refuses."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from reconciler.adapters.dynamodb.items.incident_items import incident_item
from reconciler.adapters.dynamodb.policy import DynamoMutes
from reconciler.findings.policy import Scope
from reconciler.incidents.model import Incident
from reconciler.ports.mutes import Mute
from tests.support.deployed import RETENTION, TABLE, Deployment, ago, refusal
from tests.support.findings import crash, opened
from tests.support.panes import pane
from tests.support.running import taskledger

MUTED = ("mute", "--service", "checkout", "--cluster", "shop")


def rows(deployment: Deployment) -> list[dict[str, Any]]:
    found = deployment.dynamodb.scan(TableName=TABLE)["Items"]
    return [row for row in found if row["pk"] == {"S": "MUTES"}]


def saved(deployment: Deployment, **values: Any) -> Mute:
    """A mute of a service for an hour from now."""
    facts = {"mute_id": "mute-1", "scope": Scope(service="checkout"), "until": ago(hours=-1), "note": None}
    one = Mute(**{**facts, "created_at": ago(minutes=3), **values})
    DynamoMutes(deployment.dynamodb, TABLE).save(one)
    return one


def test_it_mutes_what_is_named(deployment: Deployment) -> None:
    """It says what, until when, and how to end it; the row goes by itself a day after its end."""
    ran = taskledger(*MUTED, "--for", "2h", "--note", "moving the database")
    assert (ran.code, ran.err) == (0, "")
    (row,) = rows(deployment)
    until = int(row["until"]["N"]) / 1000
    assert until - int(row["createdAt"]["N"]) / 1000 == 2 * 3600
    assert int(row["ttl"]["N"]) - int(until) == 24 * 3600
    name = row["sk"]["S"]
    assert f"{name}: nothing is published of service checkout, cluster shop until 20" in ran.out
    assert f"taskledger mute --end {name}" in ran.out
    (listed,) = taskledger("mute", "--list", "--json").document["mutes"]
    assert (listed["muteId"], listed["note"]) == (name, "moving the database")


def test_json_has_what_was_made_and_ended(deployment: Deployment) -> None:
    """All fields each time; null where the mute names nothing."""
    made = taskledger("mute", "--cause", "SPOT", "--until", "2999-01-01T01:00+01:00", "--json").document
    assert made["mute"] | {"muteId": "", "createdAt": ""} == {
        "muteId": "",
        "kind": None,
        "cause": "SPOT",
        "cluster": None,
        "service": None,
        "family": None,
        "until": "2999-01-01T00:00:00.000Z",
        "createdAt": "",
        "note": None,
    }
    ended = taskledger("mute", "--end", made["mute"]["muteId"], "--json").document["mute"]
    assert ended == made["mute"] | {"until": ended["until"]}
    assert ended["until"] < made["mute"]["until"]
    assert taskledger("mute", "--list", "--json").document == {"mutes": []}


def test_one_that_is_not_in_force_cannot_be_ended(deployment: Deployment) -> None:
    """It exits with 1, also where the table still has its row."""
    saved(deployment, until=ago(seconds=1))
    for name in ("mute-1", "mute-2"):
        ran = taskledger("mute", "--end", name)
        assert (ran.code, ran.out) == (1, "")
        assert f'No mute "{name}" is in force' in ran.err


def test_the_list_fits(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """In 80 columns with the whole id and time, the first to end first; without any, a line says so."""
    assert "Nothing is muted" in taskledger("mute", "--list").err
    saved(deployment, mute_id="mute-2", scope=Scope(cluster="sandbox-*"), until=ago(hours=-9), note="x" * 90)
    first = saved(deployment)
    found = pane(monkeypatch, 80, "mute", "--list").out
    assert max(map(len, found.splitlines())) <= 80
    assert f"\nmute-1  service checkout   {first.until:%Y-%m-%dT%H:%M:%SZ}" in found
    assert found.index("mute-1") < found.index("mute-2  cluster sandbox-*")


def test_secrets_in_a_note_are_not_kept(deployment: Deployment) -> None:
    """Nor what a terminal would obey: a note is cut and cleaned where it comes in."""
    taskledger(*MUTED, "--for", "1h", "--note", "password=hunter2\x1b[31m " + "x" * 900)
    note = rows(deployment)[0]["note"]["S"]
    assert note.startswith("password=REDACTED")
    assert (note.isprintable(), len(note)) == (True, 200)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--for", "2h"), "Say what to mute: any of --kind, --cause, --cluster, --service, --family"),
        (("--service", "a"), "Say until when: with either --for 2h or --until"),
        (("--service", "a", "--for", "2h", "--until", "2999-01-01T00:00Z"), "Say until when: with either"),
        (("--service", "a", "--for", "0h"), '"0h" is no time span'),
        (("--service", "a", "--for", "999999w"), "--for ends after the year 9999"),
        (("--service", "a", "--until", "2020-01-01T00:00Z"), '"2020-01-01T00:00Z" is over'),
        (("--service", "a", "--until", "tomorrow"), '"tomorrow" is no time'),
        (("--service", "a", "--family", "b", "--for", "2h"), "--family cannot stand beside service"),
        (("--service", "a" * 2049, "--for", "2h"), "--service must be a name"),
        (("--kind", "X", "--for", "2h"), "--kind must be one of TASK_FAILED_TO_START,"),
        (("--cause", "X", "--for", "2h"), "--cause must be one of "),
        (("--list", "--service", "a"), "--list and --end ID stand alone"),
        (("--list", "--end", "mute-1"), "--list and --end ID stand alone"),
        (("--end", "mute-1", "--for", "2h"), "--list and --end ID stand alone"),
    ],
)
def test_what_is_unclear_is_refused(deployment: Deployment, arguments: tuple[str, ...], problem: str) -> None:
    """Wrong usage, with what is allowed; nothing is stored."""
    ran = taskledger("mute", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert problem in " ".join(ran.err.split())
    assert rows(deployment) == []


def test_who_may_not_is_advised(deployment: Deployment) -> None:
    """A refusal by DynamoDB ends the command with 2 and what to do."""
    deployment.answer("dynamodb.PutItem", lambda _: refusal("AccessDeniedException"))
    ran = taskledger(*MUTED, "--for", "2h")
    assert (ran.code, ran.out) == (2, "")
    assert "dynamodb" in ran.err.lower() or "permission" in ran.err.lower()


def stored(deployment: Deployment, now: datetime) -> Incident:
    """An open incident of the service, in the cluster that the ledger knows by its tasks."""
    deployment.open(1, ago(days=2))
    one = opened(crash(1, now), when=now)
    deployment.dynamodb.put_item(TableName=TABLE, Item=incident_item(one, RETENTION))
    return one


def test_a_terminal_says_until_when_they_are_muted(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a column while anything is muted, in the words below it, and of the one that is shown."""
    one = stored(deployment, ago(minutes=5))
    assert "uted until" not in pane(monkeypatch, 80, "incidents").out
    until = f"{saved(deployment).until:%H:%M} UTC"
    found = pane(monkeypatch, 80, "incidents").out
    assert "muted until" in found.splitlines()[0]
    assert found.splitlines()[1].endswith(until)
    assert f"Muted until {until}." in " ".join(found.split())
    assert f"Muted until {until}." in taskledger("show", one.short_id).out
    shown = taskledger("show", one.short_id, "--json").document
    assert shown["mutedUntil"] == taskledger("incidents", "--json").document["incidents"][0]["mutedUntil"]


def test_incidents_say_until_when_they_are_muted(deployment: Deployment) -> None:
    """In the text and as `mutedUntil`, by the longest mute that is in force."""
    stored(deployment, ago(minutes=5))
    assert taskledger("incidents").out.split()[-1] == "-"
    saved(deployment, mute_id="mute-0", until=ago(minutes=-5))
    until = saved(deployment).until
    assert taskledger("incidents").out.split()[-1] == f"{until:%Y-%m-%dT%H:%M:%SZ}"
    (found,) = taskledger("incidents", "--json").document["incidents"]
    assert datetime.fromisoformat(found["mutedUntil"]) - until < timedelta(seconds=1)


def test_a_row_that_cannot_be_read_mutes_nothing(deployment: Deployment) -> None:
    """Somebody edited it by hand, or a later version wrote it: the commands go on without it, and say so."""
    stored(deployment, ago(minutes=5))
    until = saved(deployment).until
    later = {**rows(deployment)[0], "sk": {"S": "mute-2"}, "kind": {"S": "OF_A_LATER_VERSION"}}
    broken = {**rows(deployment)[0], "sk": {"S": "mute-3"}, "until": {"S": "soon"}}
    for row in (later, broken):
        deployment.dynamodb.put_item(TableName=TABLE, Item=row)
    for verb in (("incidents",), ("mute", "--list")):
        ran = taskledger(*verb, "--json")
        assert ran.code == 0
        assert "Left out, as it cannot be read: MUTES/mute-2" in ran.err
        assert "Left out, as it cannot be read: MUTES/mute-3" in ran.err
    assert f"{until:%Y-%m-%d}" in taskledger("mute", "--list").out
