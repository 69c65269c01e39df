"""The page of a deployed ledger: what is on it, and what `report` says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command_page import fill
from tests.support.deployed import NOW as LATER
from tests.support.deployed import Deployment
from tests.support.drawn import data, unpacked
from tests.support.running import taskledger
from tests.support.services_page import NOW

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


@pytest.fixture
def shop(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """The ledger of the documentation's panes, at their moment."""
    fill(deployment)
    monkeypatch.setattr("taskledger.output.times.now", lambda: NOW)
    return deployment


def chapter(page: Path, *arguments: object) -> dict[str, Any]:
    ran = taskledger("report", "--html", page, *arguments)
    assert (ran.code, ran.err) == (0, "")
    (found,) = data(page.read_text("utf-8"))["chapters"]
    return dict(found)


@pytest.mark.usefixtures("shop")
def test_what_is_on_it(page: Path) -> None:
    """The tasks that were open in the span, judged, with their services, deployments and incidents."""
    found = chapter(page)
    tasks = taskledger("tasks", "--since", "1d", "--json").document["tasks"]
    shown = {one["id"]: one for one in unpacked(found)}
    assert shown.keys() == {one["taskArn"].rpartition("/")[2] for one in tasks}
    assert {one["standing"][3] for one in shown.values() if one["standing"][0] == "failed"} == {
        "EssentialContainerExited",
        "SpotInterruption",
    }
    incidents = taskledger("incidents", "--since", "1d", "--json").document["incidents"]
    assert {one["id"] for one in found["incidents"]} == {one["incidentId"] for one in incidents}
    deployed = {lane["name"]: [one[1] for one in lane["deployments"]] for lane in found["lanes"]}
    assert deployed["checkout"] == ["checkout:42", "checkout:43", "checkout:42"]
    assert [lane["counts"] for lane in found["lanes"] if lane["name"] == "checkout"] == [[2, 4, 0]]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("arguments", "lanes"),
    [
        (["--cluster", "batch"], {"nightly-report"}),
        (["--service", "cart"], {"cart"}),
        (["--service", "cart", "--cluster", "shop"], {"cart"}),
        (["--since", "10m"], {"cart", "checkout", "web", "nightly-report"}),
    ],
)
def test_some(page: Path, arguments: list[str], lanes: set[str]) -> None:
    """Of one cluster, one service, or a shorter span: what is open is open in any."""
    found = chapter(page, *arguments)
    assert {lane["name"] for lane in found["lanes"]} == lanes
    assert {one["owner"] for one in found["incidents"]} <= lanes


@pytest.mark.usefixtures("shop")
def test_what_it_prints(page: Path) -> None:
    """One line for people, and one document for programs."""
    ran = taskledger("report", "--html", page)
    assert ran.out == f"{page}: a page to open in a browser\n"
    (found,) = data(page.read_text("utf-8"))["chapters"]
    assert taskledger("report", "--html", page, "--json").document == {
        "html": str(page),
        "bytes": page.stat().st_size,
        "since": "2026-11-19T12:30:00.000Z",
        "until": "2026-11-20T12:30:00.000Z",
        "tasks": found["tasks"],
        "services": 3,
        "incidents": len(found["incidents"]),
    }


@pytest.mark.usefixtures("deployment")
def test_an_empty_ledger(page: Path) -> None:
    """No page is written, and one line says why."""
    ran = taskledger("report", "--html", page)
    assert (ran.code, ran.out) == (2, "")
    said = f"Error: {page} is not written: there is no task, deployment or incident to show."
    assert ran.err.splitlines()[-1] == said
    assert not page.exists()


def test_more_than_may_be_read(deployment: Deployment, page: Path) -> None:
    """No page is written that lacks tasks without anybody seeing that."""
    for number in range(3):
        deployment.open(number, LATER)
    ran = taskledger("report", "--html", page, "--most", "2")
    assert (ran.code, page.exists()) == (2, False)
    assert "More than 2 tasks were open" in ran.err


def test_rows_that_cannot_be_read(shop: Deployment, page: Path) -> None:
    """They are left out, and standard error says so."""
    first = taskledger("tasks", "--json").document["tasks"][0]
    key = {"pk": {"S": first["taskArn"]}, "sk": {"S": "ENTRY"}}
    shop.dynamodb.update_item(
        TableName="ledger",
        Key=key,
        UpdateExpression="SET version = :wrong",
        ExpressionAttributeValues={":wrong": {"S": "x"}},
    )
    ran = taskledger("report", "--html", page)
    assert ran.code == 0
    assert "Left out, as it cannot be read:" in ran.err
    (found,) = data(page.read_text("utf-8"))["chapters"]
    assert first["taskArn"].rpartition("/")[2] not in {one["id"] for one in unpacked(found)}
