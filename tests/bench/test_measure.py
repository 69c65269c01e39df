"""How figures are judged, and the baseline that they are compared with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.bench import baseline
from tests.bench.measure import Result, cpu_of_rounds, growth, middle_half


@pytest.mark.parametrize(("figure", "sides"), [(0.9, (True, False)), (1, (True, True)), (1.1, (False, True))])
def test_a_limit_is_kept(figure: float, sides: tuple[bool, bool]) -> None:
    """At the limit, and on the better side of it: below, or above where more is better."""
    assert (Result("it", figure, 1).kept, Result("it", figure, 1, higher=True).kept) == sides


def test_what_has_no_limit_is_kept() -> None:
    """A figure that is only shown fails nothing."""
    assert Result("it", 1e9).kept


@pytest.mark.parametrize("exponent", [0, 1, 2])
def test_growth_is_the_exponent(exponent: int) -> None:
    """Of a cost that is a power of the size, times something."""
    cost = {size: 0.3 * size**exponent for size in (10, 100, 1000)}
    assert growth(cost) == pytest.approx(exponent)


def test_the_middle_half_leaves_out_the_ends() -> None:
    """One slow round in five is not seen."""
    assert middle_half([2, 1, 3, 100, 4]) == (2, 4)


def test_sides_take_turns() -> None:
    """Each runs once before it counts, and then once a round, so that a slow moment meets all of them."""
    ran: list[str] = []
    found = cpu_of_rounds([lambda: ran.append("ours"), lambda: ran.append("bare")], 2)
    assert ran == ["ours", "bare"] * 3
    assert [len(each) for each in found] == [2, 2]


class Table:
    """As much of boto3's table as the sample uses."""

    def __init__(self) -> None:
        self.items: dict[str, Any] = {}

    def get_item(self, *, Key: dict[str, str]) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        found = self.items.get(Key["taskArn"])
        return {"Item": found} if found else {}

    def put_item(self, *, Item: dict[str, Any]) -> None:  # noqa: N803 - as boto3 has it
        self.items[Item["taskArn"]] = Item


def test_the_baseline_keeps_the_newest_event() -> None:
    """Whole, with the version of its envelope; an older one that comes later changes nothing."""
    table = Table()
    for version in (1, 3, 2):
        detail = {"taskArn": "arn", "version": version, "lastStatus": f"status {version}"}
        baseline.handle(table, json.loads(json.dumps({"version": "0", "detail": detail})))
    assert table.items == {
        "arn": {"cw_version": "0", "taskArn": "arn", "version": 3, "lastStatus": "status 3"}
    }
