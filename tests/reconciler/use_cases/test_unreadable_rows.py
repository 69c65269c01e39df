"""Rows that cannot be read, as somebody edited them or a later version wrote them: each fails alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.errors import InvalidInput
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.use_cases.assess import assess
from tests.support.findings import crash, found, killed
from tests.support.system import SHOP
from tests.support.tabled import HUGE, Tabled, tabled

INCIDENTS: list[tuple[str, Any]] = [
    ("sequence", None),
    ("pending", {"S": "none"}),
    ("notedAt", HUGE),
    ("occurrences", {"N": "1.5"}),
    ("status", {"S": "PAUSED"}),
    ("pending", {"L": [{"M": {"type": {"S": "A_LATER_TYPE"}, "id": {"S": "1"}}}]}),
    ("tasks", {"L": [{"S": "app"}]}),
    ("status", {"NULL": True}),
]
ENTRIES: list[tuple[str, Any]] = [
    ("lastStatus", None),
    ("observedAt", HUGE),
    ("version", {"S": "three"}),
    ("closedAs", {"S": "A_LATER_WORD"}),
    ("source", {"S": "a later source"}),
    ("containers", {"M": {}}),
    ("protectionExpiresAt", HUGE),
    ("protectionExpiresAt", {"N": "-1" + "0" * 36}),
    ("protectionExpiresAt", {"N": "1.5"}),
    ("protectedSince", {"S": "yesterday"}),
    ("protectionCheckedAt", HUGE),
    ("openSince", HUGE),
]


def names(spoils: list[tuple[str, Any]]) -> list[str]:
    return [f"{name} {next(iter(value.items())) if value else 'missing'}" for name, value in spoils]


@pytest.fixture
def table() -> Iterator[Tabled]:
    with tabled() as found:
        yield found


@pytest.fixture
def two(table: Tabled) -> Tabled:
    """Two services with an open incident each."""
    table.system.alerts.notify(crash(number, group=f"service:s{number}") for number in (1, 2))
    table.system.inbox.mail.clear()
    return table


@pytest.mark.parametrize(("name", "value"), INCIDENTS, ids=names(INCIDENTS))
def test_an_incident_fails_alone(two: Tabled, name: str, value: dict[str, Any] | None) -> None:
    """It is named as wrong, and the round goes on with the others, minute by minute."""
    row, system = two.incident("s1"), two.system
    for service in ("s1", "s2"):
        system.running(service=service)
    system.deliver()
    two.spoil(row, name, value)
    system.wait(15)
    due = system.alerts.incidents.due(SHOP, system.clock.now)
    assert sorted(isinstance(one, InvalidInput) for one in due) == [False, True]
    result = system.watch()
    (error,) = result.maintenance.errors
    assert isinstance(error, InvalidInput)
    assert error.field == f"{row['pk']['S']}/CURRENT"
    assert [one.split("|")[1] for one in result.maintenance.resolved] == ["service:s2"]
    assert [m.document["service"] for _, m in system.inbox.mail] == ["s2"]
    system.wait(1)
    assert len(system.watch().maintenance.errors) == 1


@pytest.mark.parametrize(("name", "value"), INCIDENTS[:5], ids=names(INCIDENTS[:5]))
def test_findings_of_an_incident_that_cannot_be_read(
    two: Tabled, name: str, value: dict[str, Any] | None
) -> None:
    """They are not stored, and are asked for again; those of another incident are published."""
    two.spoil(two.incident("s1"), name, value)
    new = [crash(number + 10, group=f"service:s{number}") for number in (1, 2)]
    results = two.system.alerts.notify(new)
    assert [type(results[one.key].error) for one in new] == [InvalidInput, type(None)]
    assert two.incident("s2")["count"] == {"N": "2"}


def test_a_finding_that_cannot_be_read_is_stored_nevertheless(two: Tabled) -> None:
    """Of a finding's row its key is enough to know it by: it is not counted again, and is not late."""
    (row,) = two.items(lambda item: "findingId" in item and item["group"]["S"] == "service:s1")
    for name, value in (("kind", {"S": "A_LATER_KIND"}), ("summary", None), ("version", {"S": "x"})):
        two.spoil(row, name, value)
        reported = [crash(1, group="service:s1")]
        (result,) = two.system.alerts.notify(reported).values()
        assert (result.error, result.new) == (None, 0)
        assert two.system.alerts.incidents.not_stored(reported) == []


@pytest.fixture
def held(table: Tabled) -> tuple[Tabled, list[str]]:
    """Two tasks that are protected for two hours, and known to be."""
    system = table.system
    arns = [system.running() for _ in range(2)]
    system.deliver()
    system.protect(*arns)
    system.sweep_with()
    return table, arns


@pytest.mark.parametrize(("name", "value"), ENTRIES, ids=names(ENTRIES))
def test_an_entry_fails_alone_in_the_watch(
    held: tuple[Tabled, list[str]], name: str, value: dict[str, Any] | None
) -> None:
    """The expiry of another task is found, whatever is wrong with one of its cluster."""
    (table, (spoiled, sound)) = held
    table.system.wait(121)
    table.spoil(table.entry(spoiled), name, value)
    result = table.system.watch()
    assert sound in [one.task_arn for one in result.protection.findings]
    assert all(isinstance(error, InvalidInput) for error in result.protection.errors.values())
    assert result.protection.errors.keys() <= {spoiled}
    if name not in {"openSince", "protectionCheckedAt"}:
        assert list(result.protection.errors) == [spoiled]


@pytest.mark.parametrize(("name", "value"), ENTRIES, ids=names(ENTRIES))
def test_an_entry_fails_alone_in_the_sweep(
    held: tuple[Tabled, list[str]], name: str, value: dict[str, Any] | None
) -> None:
    """The other tasks of its cluster are repaired, and the sweep comes to its end."""
    (table, (spoiled, sound)) = held
    system = table.system
    system.protect(sound, minutes=600)
    system.report(sound, "STOPPED")
    system.drop()
    table.spoil(table.entry(spoiled), name, value)
    table.renew()
    system.wait(15)
    result = system.sweep_with()
    assert (system.entry(sound).open, result.complete, result.errors) == (False, True, [])
    errors = [] if name == "openSince" else [f"{spoiled}/ENTRY"]
    assert [error.field for error in result.clusters[SHOP].errors] == errors  # type: ignore[attr-defined]  # each is of a field
    assert SHOP in table.active()


@pytest.mark.parametrize(
    ("name", "value"), [("at", None), ("lastStatus", None), ("at", HUGE)], ids=["bare", "no status", "huge"]
)
def test_a_history_row_fails_its_task_alone(table: Tabled, name: str, value: dict[str, Any] | None) -> None:
    """Of a task whose history cannot be read it is not known how long it is stuck; the others are swept."""
    system = table.system
    spoiled, sound = system.start(), system.start()
    system.deliver()
    (row,) = table.items(lambda item: item["pk"]["S"] == spoiled and item["sk"]["S"].startswith("v"))
    table.spoil(row, name, value)
    system.wait(6)
    result = system.sweep_with()
    assert [one.task_arn for one in result.clusters[SHOP].stuck] == [sound]
    assert [error.field for error in result.clusters[SHOP].errors] == [f"{spoiled}/{row['sk']['S']}"]  # type: ignore[attr-defined]  # each is of a field


def test_nothing_is_resolved_for_want_of_its_entry(held: tuple[Tabled, list[str]]) -> None:
    """Of a task whose entry cannot be read it is not known whether its condition stands; of others it is."""
    (table, (spoiled, _)) = held
    system = table.system
    elsewhere = system.running(service="orders")
    system.deliver()
    system.protect(elsewhere)
    system.sweep_with()
    system.wait(121)
    system.watch()
    row = table.entry(spoiled)
    table.spoil(row, "lastStatus", None)
    system.end([elsewhere], 0)
    system.deliver()
    errors = []
    for _ in range(14):
        system.wait(5)
        errors += system.watch().maintenance.errors
    resolved = [m.document["service"] for _, m in system.inbox.mail if m.document["type"] == "RESOLVED"]
    assert (resolved, {type(error) for error in errors}) == (["orders"], {InvalidInput})
    table.spoil(row, "lastStatus", row["lastStatus"])
    system.wait(5)
    assert (system.watch().maintenance.errors, len(resolved)) == ([], 1)


def test_a_closed_entry_fails_alone_among_late_findings(table: Tabled) -> None:
    """One that closed of late and cannot be read is reported, and the finding of another is published."""
    system = table.system
    arns = [system.running() for _ in range(2)]
    system.end(arns, 1)
    system.deliver()
    system.wait(65)  # so that ECS has forgotten them
    table.spoil(table.entry(arns[0]), "lastStatus", None)
    result = system.sweep_with()
    assert (result.late, len(result.clusters[SHOP].errors)) == (1, 1)
    assert [(one.cause, one.count) for one in system.alerts.incidents.unresolved(SHOP)] == [("EXIT_CODE", 1)]


def test_what_the_stream_brings_of_another_task_is_published(two: Tabled) -> None:
    """A change whose incident cannot be read is delivered again; that of another service is done."""
    system = two.system
    two.spoil(two.incident("s1"), "status", {"S": "PAUSED"})
    changes = [killed(number + 10, group=f"service:s{number}") for number in (1, 2)]
    assert [one.failed for one in assess(changes, system.alerts)] == [True, False]
    assert two.incident("s2")["count"] == {"N": "2"}


def test_words_of_a_later_version_are_read(two: Tabled) -> None:
    """A severity and a cause that this version does not know make no row unreadable."""
    system = two.system
    later = [found(9, kind=Kind("A_LATER_KIND"), cause=Cause("LATER"), severity=Severity("catastrophic"))]
    system.alerts.notify(later)
    system.running()
    system.wait(15)
    result = system.watch()
    assert (result.maintenance.errors, len(result.maintenance.resolved)) == ([], 1)
    assert system.inbox.severities() == {"catastrophic": 2}
