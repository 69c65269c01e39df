"""The watch over a protection of which ECS says nothing now: what was known before is not judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from reconciler.use_cases.watch_protection import ProtectionResult
from tests.support.system import SHOP, System

if TYPE_CHECKING:
    from taskledger.simulator.engine.shapes import Answer


@pytest.fixture
def arn(system: System) -> str:
    """A running task that is protected for two hours, and known to be."""
    arn = system.running()
    system.deliver()
    system.protect(arn)
    system.sweep_with()
    return arn


@pytest.mark.parametrize("minutes", [110, 121], ids=["before its end", "after it"])
def test_no_answer_is_no_finding(system: System, arn: str, minutes: float) -> None:
    """It may have been renewed or cleared since: nothing is said of it until ECS answers."""
    system.wait(minutes)
    system.api.change = lambda operation, answer: {"protectedTasks": [], "failures": []}
    assert system.watch().protection == ProtectionResult()
    system.api.heal()
    assert len(system.watch().protection.findings) == 1


def test_an_answer_to_old_knowledge_is_no_finding(system: System, arn: str) -> None:
    """Where another process has stored a later answer meanwhile, that one judges the task."""
    system.wait(110)

    def change(operation: str, answer: Answer) -> Answer:
        known = system.entry(arn).protection
        assert known is not None
        later = replace(known, expires_at=system.clock.now + timedelta(hours=9), checked_at=system.clock.now)
        assert system.ledger.record_protection(SHOP, arn, known, later)
        return {**answer, "protectedTasks": [{**answer["protectedTasks"][0], "protectionEnabled": False}]}

    def only_once(operation: str, answer: Answer) -> Answer:
        system.api.change = lambda operation, answer: answer
        return change(operation, answer)

    system.api.change = only_once
    assert system.watch().protection == ProtectionResult()


def test_a_renewal_that_was_missed_is_not_expiring(system: System, arn: str) -> None:
    """ECS fails while the lead time begins; when it answers again, the protection was renewed."""
    system.wait(106)
    system.api.change = lambda operation, answer: {"protectedTasks": [], "failures": []}
    for _ in range(10):
        system.wait(1)
        assert system.watch().protection.findings == []
    system.protect(arn)
    system.api.heal()
    assert system.watch().protection.findings == []
