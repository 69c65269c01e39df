"""docs/alerts.md shows everything that can be found, in the very words of its messages."""

import json
import re
import tomllib

import pytest

from reconciler.costs.prices import BUILT_IN, KEYS
from reconciler.findings.model import Kind
from reconciler.findings.policy import CAUSES, DEFAULT
from reconciler.findings.policy_file import parse, policy_document
from task_ledger_cdk.build.layer import ROOT
from tests.support.examples import Example, examples

PAGE = (ROOT / "docs" / "alerts.md").read_text("utf-8")
ALL = list(examples())
TABLES = ("minutes", "stuckMinutes", "services", "alerts")  # of a policy file; the rest is rules


def section(kind: Kind) -> str:
    return PAGE.partition(f"### `{kind}`\n")[2].partition("\n### ")[0]


def test_every_kind_and_cause_has_an_example() -> None:
    """What the code can find is found in the examples."""
    assert {example.finding.kind for example in ALL} == set(Kind)
    assert {example.finding.cause for example in ALL} == {None, *CAUSES}


@pytest.mark.parametrize("example", ALL, ids=[f"{each.finding.kind} {each.finding.cause}" for each in ALL])
def test_every_kind_and_cause_has_a_row(example: Example) -> None:
    """Each has a row under its kind, with its severity, subject, reason and remedy."""
    assert example.row() in section(example.finding.kind).splitlines()


def test_no_other_row() -> None:
    """No row is left of what cannot be found any more."""
    rows = [line for kind in Kind for line in section(kind).splitlines() if line.startswith("| ")]
    heads = [line for line in rows if line.startswith(("| Cause ", "| --- "))]
    assert len(rows) - len(heads) == len(ALL)


def test_the_policy_on_the_page_is_one() -> None:
    """The file shown can be read; its times and prices are the defaults, and every key is in it."""
    (shown,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    on_page, default = policy_document(parse(shown)), policy_document(DEFAULT)
    for table in TABLES:
        assert on_page[table] == default[table]
    keys = tomllib.loads(shown)
    assert keys.keys() == default.keys()
    assert tuple(keys["prices"]["us-east-1"]) == KEYS
    known = {name: price for name, price in on_page["prices"]["us-east-1"].items() if "spot" not in name}
    assert known == {name: float(price) for name, price in BUILT_IN["us-east-1"].items()}
    assert {name: keys[name].keys() for name in TABLES} == {name: default[name].keys() for name in TABLES}


def test_filter_policies_go_by_what_messages_have() -> None:
    """Each filter policy on the page is JSON over attributes of a message."""
    shown = re.findall(r"^\| .*\| `(\{.*\})` \|$", PAGE, re.MULTILINE)
    assert len(shown) == 4
    for each in shown:
        assert json.loads(each).keys() <= ALL[0].message().attributes.keys()
