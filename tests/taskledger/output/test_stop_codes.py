"""Stop codes as people read them in lists."""

import re

import pytest

from task_ledger_cdk.build.layer import ROOT
from taskledger.output.stop_codes import SHORT, in_short


@pytest.mark.parametrize(
    ("code", "short"),
    [("TaskFailedToStart", "failed to start"), ("SomethingNew", "SomethingNew"), (None, "-")],
)
def test_in_short(code: str | None, short: str) -> None:
    """A code that is not known stays as it is."""
    assert in_short(code) == short


def test_the_page_has_them_all() -> None:
    """Each stands on docs/command.md with ECS's own code."""
    page = (ROOT / "docs" / "command.md").read_text("utf-8")
    rows = re.findall(r"^\| ([A-Za-z ]+) \| `(\w+)` \|$", page, re.MULTILINE)
    assert {code: short for short, code in rows} == SHORT
