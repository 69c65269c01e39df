"""The truth table of scale-in protection between two answers."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.protection import Protection, ProtectionAnswer, ProtectionEnd
from reconciler.model.task import Absence
from reconciler.protection import ProtectionChange, classify_change, protection_after
from tests.support.values import at

X, Y = at(3600), at(7200)
BEFORE, AFTER = at(3599.999), at(3600.001)

EXPIRED, CLEARED = ProtectionEnd.EXPIRED, ProtectionEnd.CLEARED
NEVER = None
OFF = Protection(expires_at=None, checked_at=at(0), ended=CLEARED)
RAN_OUT = Protection(expires_at=at(-60), checked_at=at(0), since=at(-600), ended=EXPIRED)
UNTIL_X = Protection(expires_at=X, checked_at=at(0), since=at(-900))
SETTLED = UNTIL_X.settle()
ENDLESS = Protection(expires_at=None, checked_at=at(0), since=at(-900))

ANSWER_OFF = ProtectionAnswer(enabled=False, expires_at=None)


def on(expires_at: datetime | None) -> ProtectionAnswer:
    return ProtectionAnswer(enabled=True, expires_at=expires_at)


@pytest.mark.parametrize(
    ("known", "answer", "now", "change"),
    [
        (NEVER, ANSWER_OFF, BEFORE, ProtectionChange.NONE),
        (OFF, ANSWER_OFF, BEFORE, ProtectionChange.NONE),
        (RAN_OUT, ANSWER_OFF, AFTER, ProtectionChange.NONE),
        (NEVER, on(X), BEFORE, ProtectionChange.PROTECTED),
        (OFF, on(X), BEFORE, ProtectionChange.PROTECTED),
        (RAN_OUT, on(X), BEFORE, ProtectionChange.PROTECTED),
        (UNTIL_X, on(X), BEFORE, ProtectionChange.NONE),
        (UNTIL_X, on(Y), BEFORE, ProtectionChange.RENEWED),
        (UNTIL_X, on(at(60)), BEFORE, ProtectionChange.RENEWED),
        (UNTIL_X, on(Y), AFTER, ProtectionChange.RENEWED),
        (UNTIL_X, on(None), BEFORE, ProtectionChange.RENEWED),
        (UNTIL_X, ANSWER_OFF, BEFORE, ProtectionChange.CLEARED),
        (UNTIL_X, ANSWER_OFF, X, ProtectionChange.EXPIRED),
        (UNTIL_X, ANSWER_OFF, AFTER, ProtectionChange.EXPIRED),
        (ENDLESS, on(None), BEFORE, ProtectionChange.NONE),
        (ENDLESS, ANSWER_OFF, AFTER, ProtectionChange.CLEARED),
        (SETTLED, on(X), BEFORE, ProtectionChange.RENEWED),
        (SETTLED, on(Y), AFTER, ProtectionChange.RENEWED),
        (SETTLED, ANSWER_OFF, BEFORE, ProtectionChange.CLEARED),
        (SETTLED, ANSWER_OFF, X, ProtectionChange.EXPIRED),
        (SETTLED, Absence.UNKNOWN, AFTER, ProtectionChange.NONE),
        (NEVER, Absence.MISSING, BEFORE, ProtectionChange.NONE),
        (UNTIL_X, Absence.MISSING, AFTER, ProtectionChange.NONE),
        (UNTIL_X, Absence.UNKNOWN, AFTER, ProtectionChange.NONE),
    ],
)
def test_change(
    known: Protection | None, answer: ProtectionAnswer | Absence, now: datetime, change: ProtectionChange
) -> None:
    """Renewed, cleared by hand and expired are three things; no answer is none of them."""
    assert classify_change(known, answer, now) is change


@pytest.mark.parametrize(
    ("known", "answer", "expected"),
    [
        (NEVER, on(X), Protection(expires_at=X, checked_at=AFTER, since=AFTER)),
        (RAN_OUT, on(Y), Protection(expires_at=Y, checked_at=AFTER, since=AFTER)),
        (UNTIL_X, on(Y), Protection(expires_at=Y, checked_at=AFTER, since=at(-900))),
        (SETTLED, on(X), replace(UNTIL_X, checked_at=AFTER)),
        (SETTLED, ANSWER_OFF, replace(UNTIL_X, checked_at=AFTER, ended=EXPIRED)),
        (UNTIL_X, ANSWER_OFF, replace(UNTIL_X, checked_at=AFTER, ended=EXPIRED)),
        (ENDLESS, ANSWER_OFF, Protection(expires_at=None, checked_at=AFTER, ended=CLEARED)),
    ],
    ids=["begins", "begins anew", "goes on", "lives after all", "lived on", "ran out", "cleared"],
)
def test_what_is_known_after(
    known: Protection | None, answer: ProtectionAnswer, expected: Protection
) -> None:
    """A renewal keeps when it began, an expiry when it ended, and a clearing nothing."""
    assert protection_after(known, answer, AFTER) == expected


@pytest.mark.parametrize("known", [OFF, RAN_OUT, UNTIL_X, ENDLESS, SETTLED])
def test_only_what_was_settled_is_unsettled(known: Protection) -> None:
    """What ECS said of an end stands; what ended with the task alone does not."""
    assert (known.settled, known.unsettle()) == (known is SETTLED, UNTIL_X if known is SETTLED else known)
    assert known.was_on is (known in (UNTIL_X, ENDLESS, SETTLED))


def test_cleared_before_its_end_has_no_end() -> None:
    """What was turned off in time never counts as run out."""
    assert protection_after(UNTIL_X, ANSWER_OFF, BEFORE) == Protection(
        expires_at=None, checked_at=BEFORE, ended=CLEARED
    )


moments = st.integers(0, 10_000).map(at)
answers = st.just(ANSWER_OFF) | moments.map(on)


@given(st.lists(st.tuples(answers, st.integers(1, 600)), max_size=12))
def test_the_same_answer_again_changes_nothing(answered: list[tuple[ProtectionAnswer, int]]) -> None:
    """After any answers, one that is repeated is no change."""
    known, now = None, 0
    for answer, seconds in answered:
        now += seconds
        if classify_change(known, answer, at(now)) is not ProtectionChange.NONE:
            known = protection_after(known, answer, at(now))
        assert classify_change(known, answer, at(now)) is ProtectionChange.NONE
        assert (known.enabled if known else False) == answer.enabled
