"""Small instances, explored whole in every test run, and seeded bugs that the explorer has to find there."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.adapters import ecs_answers
from reconciler.adapters.dynamodb import incidents, ledger
from reconciler.incidents.model import Incident
from reconciler.model.task import Absence
from reconciler.notifications.message import compose
from reconciler.use_cases.checks import twice_seen
from reconciler.use_cases.publish import Published, Publisher

from .instances import SMALL, Instance, explore, explored
from .perturbed import WAYS, disturbed

TASK, INCIDENT = SMALL


@pytest.mark.parametrize("instance", SMALL, ids=lambda one: one.name)
def test_all_comes_right(instance: Instance) -> None:
    """Whatever comes in between, is stale, is lost or dies: in the end ledger and messages are right."""
    _, found = explored(instance)
    assert (found.wrong, found.path) == ("", [])
    assert not found.stopped
    assert found.states > 100


def _missing(response: Any, items: Any) -> Any:
    """What is not described is MISSING, whatever the reason."""
    for arn, _ in ecs_answers.named(response.get("failures"), "arn"):
        yield arn.rsplit("/", 1)[-1], Absence.MISSING
    for arn, item in ecs_answers.named(response.get(items.field), items.arn_field):
        yield arn.rsplit("/", 1)[-1], ecs_answers.read_item(item, items.read)


BUGS: dict[str, tuple[object, str, Any, str]] = {
    "an equal version replaces": (
        ledger, "_NEWER", "attribute_not_exists(pk) OR version <= :version", "changes under version"
    ),
    "any version replaces": (
        ledger, "_NEWER", "attribute_exists(pk) OR attribute_not_exists(pk)", "changes under version"
    ),
    "no answer is MISSING": (ecs_answers, "_answers", _missing, "for MISSING"),
    "one pass closes": (
        twice_seen, "is_gone", lambda entry, began, now: entry.observed_at < now, "not MISSING in an earlier"
    ),
    "history is not written": (
        ledger.DynamoLedger, "_put_rows", lambda self, recordings: {}, "before its row"
    ),
}  # fmt: skip


@pytest.mark.parametrize("bug", BUGS)
def test_a_seeded_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One changed sign, condition or answer, and the explorer says what it led to, and how."""
    where, name, changed, said = BUGS[bug]
    monkeypatch.setattr(where, name, changed)
    _, found = explore(TASK)
    assert said in found.wrong
    assert found.path


def test_a_message_that_is_settled_first_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settled before it is sent, a message would be lost where its function dies in between."""

    def settled_first(self: Publisher, one: Incident) -> Published:
        settled = self._settle([one], {each.notification_id: () for each in one.outbox.pending}, {})
        for each in one.outbox.pending:
            self._send(compose(one, each, self.clock(), self.policy), each, {})
        return settled

    monkeypatch.setattr(Publisher, "publish", settled_first)
    _, found = explore(INCIDENT)
    assert "is not pending any more" in found.wrong


def test_a_finding_that_is_counted_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A finding that is stored without a condition is counted again with each delivery."""
    monkeypatch.setattr(incidents, "_ABSENT", "attribute_exists(pk) OR attribute_not_exists(pk)")
    _, found = explore(INCIDENT)
    assert "findings are counted" in found.wrong


CALLS = len(disturbed("never", 0).calls)


@pytest.mark.parametrize("how", WAYS)
def test_a_run_that_is_disturbed(how: str) -> None:
    """At some calls of a run: `make explore` goes through all of them."""
    met = [disturbed(how, nth) for nth in range(3, CALLS + 1, 20)]
    assert any(one.effective for one in met)


def test_nothing_is_disturbed() -> None:
    """The run by itself ends as it has to, and makes each kind of call."""
    met = disturbed("never", 0)
    assert not met.effective
    assert {"update_item", "transact_write_items", "describe_tasks", "batch_write_item"} <= set(met.calls)
