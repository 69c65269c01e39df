"""The judge on made-up messages of one matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from .account import Fault
from .judge import judge
from .truth import LOOP, OUTAGE, Matter

if TYPE_CHECKING:
    from collections.abc import Sequence

BEGIN = datetime(2026, 11, 2, tzinfo=UTC)
ON_CALL = {"severity": ["high"], "type": ["OPENED", "RESOLVED"]}
TEAM = {"service": ["payments"]}
EVERYTHING: dict[str, list[str]] = {}


@dataclass(frozen=True)
class Note:
    """A message as far as it is judged."""

    document: dict[str, Any]
    attributes: dict[str, Any]


def loop(trouble: Any = LOOP, *owners: str) -> Matter:
    groups = frozenset(owners or ("service:payments",))
    ends = BEGIN + timedelta(hours=6)
    return Matter(trouble=trouble, cluster="shop", owners=groups, begins=BEGIN, ends=ends)


def note(minute: float, type_: str = "OPENED", severity: str = "high", **more: Any) -> tuple[datetime, Any]:
    at = BEGIN + timedelta(minutes=minute)
    document = {
        "type": type_,
        "severity": severity,
        "kind": "ESSENTIAL_CONTAINER_FAILED",
        "cause": "EXIT_CODE",
        "cluster": "shop",
        "group": "service:payments",
        "incidentId": "1",
        "lastSeenAt": at.isoformat(),
        **more,
    }
    names = ("type", "severity", "kind", "cause", "cluster", "incidentId")
    service = str(document["group"]).partition(":")[2]
    return at, Note(document, {name: document[name] for name in names} | {"service": service})


@pytest.mark.parametrize(
    ("mail", "deaf"),
    [
        ([note(4)], []),
        ([note(1, severity="medium"), note(4)], []),
        ([], [ON_CALL, TEAM, EVERYTHING]),
        ([note(1, severity="medium")], [ON_CALL, TEAM, EVERYTHING]),
        ([note(6)], [ON_CALL, TEAM, EVERYTHING]),
        ([note(4, "RESOLVED")], [ON_CALL, TEAM, EVERYTHING]),
        ([note(4, "ONGOING")], [ON_CALL]),
        ([note(4, group="service:search")], [ON_CALL, TEAM, EVERYTHING]),
        ([note(4, cause="OUT_OF_MEMORY")], [ON_CALL, TEAM, EVERYTHING]),
        ([note(4, cluster="platform")], [ON_CALL, TEAM, EVERYTHING]),
    ],
)
def test_who_is_deaf(mail: Sequence[tuple[datetime, Any]], deaf: Sequence[Any]) -> None:
    """Heard is what passes the own filter, in time, at the severity, and says what is wrong."""
    found = judge(mail, [loop()], [])
    assert [policy for policy in (ON_CALL, TEAM, EVERYTHING) if found.deaf(policy)] == deaf


def test_whom_a_matter_does_not_concern() -> None:
    """A subscriber whose filter would not pass the right message need not hear of it."""
    assert judge([], [loop()], []).deaf({"service": ["search"]}) == []


@pytest.mark.parametrize(
    ("mail", "left"),
    [
        ([note(4), note(400, "RESOLVED")], []),
        ([note(4)], ["1"]),
        ([note(4), note(400, "RESOLVED"), note(500)], ["1"]),
        ([note(4), note(400, "RESOLVED", severity="medium")], ["1"]),
        ([note(4), note(400, "RESOLVED", incidentId="2")], ["1"]),
        ([note(4), note(5, incidentId="2", joined=["1"]), note(400, "RESOLVED", incidentId="2")], []),
        ([note(4), note(5, incidentId="2", joined=["1"])], ["1", "2"]),
        ([note(4, "ONGOING")], []),
    ],
)
def test_what_is_left_open(mail: Sequence[tuple[datetime, Any]], left: Sequence[str]) -> None:
    """An incident is closed by its own RESOLVED, or by that of one that joined it, if that was received."""
    assert [one.incident_id for one in judge(mail, [loop()], []).left_open(ON_CALL)] == left


def test_messages_of_nothing() -> None:
    """Stray is a message of no matter, also after one; of a matter of several it may name some owners."""
    several = note(9, owners=[{"group": "service:other"}, {"group": "service:search"}])
    mail = [note(1), note(700), note(5, group="service:other"), several]
    found = judge(mail, [loop(LOOP, "service:payments", "service:search")], [])
    assert [one.at for one in found.stray] == [mail[1][0], mail[2][0]]


def test_when_it_could_be_known() -> None:
    """Where it takes three owners, the time counts from the third one's first fault."""
    owners = [f"service:{number}" for number in range(4)]
    faults = [Fault(BEGIN + timedelta(minutes=n), "shop", owners[n // 2]) for n in range(8)]
    mail = [note(5.5, kind="TASK_FAILED_TO_START", cause="IMAGE_PULL", group=owners[0])]
    found = judge(mail, [loop(OUTAGE, *owners)], faults)
    assert found.delay(0, EVERYTHING) == timedelta(minutes=1.5)
    assert found.deaf(ON_CALL) != []
