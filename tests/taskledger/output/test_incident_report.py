"""What people read of one incident."""

import io
from datetime import timedelta

from rich.console import Console

from reconciler.findings.policy import Policy, Scope
from taskledger.output.reports.incident import print_incident
from tests.support.messages import RULED, crash_loop
from tests.support.values import START, at


def shown(policy: Policy) -> list[str]:
    screen = Console(file=io.StringIO(), width=200)
    print_incident(screen, crash_loop(), at(300), policy)
    assert isinstance(screen.file, io.StringIO)
    return [line.strip() for line in screen.file.getvalue().splitlines()]


def test_who_looks_after_it_and_until_when_it_is_muted() -> None:
    """The team and the runbook of its rules, and a line while nothing is published of it."""
    muting = RULED.muting([(Scope(service="payments"), START + timedelta(hours=1))])
    assert "Muted until 10:00 UTC." in shown(muting)
    lines = shown(RULED)
    assert not any("Muted" in line for line in lines)
    assert [line for line in lines if line.startswith(("team", "runbook"))] == [
        "team     payments",
        "runbook    https://wiki.example.com/runbooks/crashes",
    ]
