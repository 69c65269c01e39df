"""What is pending, and what is known of what was published."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.findings.model import Severity
from reconciler.incidents.outbox import Outbox, announce, enqueue, enqueue_digest, settle, with_news
from tests.support.courses import DIGEST, HIGH, LOW, MEDIUM, ONGOING, OPENED, RESOLVED, minutes, pending
from tests.support.values import START


def test_each_message_has_an_id_of_its_own() -> None:
    """Numbered in its incident, so that no retry makes another one; a digest is numbered apart."""
    box = enqueue(enqueue_digest(enqueue(Outbox(), OPENED, "one"), "DIGEST|7"), RESOLVED, "one")
    assert [(one.type, one.notification_id) for one in box.pending] == [
        (OPENED, "one|1"),
        (DIGEST, "DIGEST|7"),
        (RESOLVED, "one|2"),
    ]
    assert (box.sequence, box.digests, box.reminders) == (2, 1, 0)


def test_a_newer_message_takes_the_place_of_one_of_its_type() -> None:
    """What one destination still lacks of the older one is said better by the newer."""
    box = Outbox(pending=(pending(ONGOING, to=("a",)), pending(DIGEST)), sequence=4)
    after = enqueue(box, ONGOING, "one", reminds=True)
    assert [(one.type, one.to) for one in after.pending] == [(DIGEST, None), (ONGOING, None)]
    assert after.reminders == 1


def test_what_was_sent_is_pending_no_longer() -> None:
    """Or only for those that lack it; what was added meanwhile stays."""
    box = enqueue(enqueue(Outbox(), OPENED, "one"), RESOLVED, "one")
    assert [one.notification_id for one in settle(box, {"one|1": ()}).pending] == ["one|2"]
    lacking = settle(box, {"one|1": ("a",), "one|2": None})
    assert [one.to for one in lacking.pending] == [("a",), None]
    assert settle(lacking, {"one|2": ()}).pending[0].to == ("a",)


@pytest.mark.parametrize(("to", "waits"), [(None, True), (("a",), False)])
def test_what_reached_somebody_is_waited_for_no_longer(to: tuple[str, ...] | None, waits: bool) -> None:  # noqa: FBT001 - a column of the table
    """And a digest never keeps a message back."""
    assert Outbox(pending=(pending(OPENED, to),)).waits is waits
    assert not Outbox(pending=(pending(DIGEST, to),)).waits


def test_the_highest_stands_until_it_is_closed() -> None:
    """What was published last at each severity stays known, also after the end."""
    box = announce(Outbox(), MEDIUM, 1, None, START)
    box = announce(box, HIGH, 7, None, minutes(5))
    box = announce(box, MEDIUM, 9, minutes(8), minutes(9))
    assert (box.standing, box.notified_at, box.notified_count) == (HIGH, minutes(9), 9)
    assert box.news_since == minutes(8)
    closed = announce(box, None, 9, None, minutes(60))
    assert (closed.standing, closed.notified_at) == (None, minutes(60))
    assert closed.published == {MEDIUM: minutes(9), HIGH: minutes(5)}


def test_news_is_as_old_as_its_first_finding() -> None:
    """So that a digest is not put off by what comes after."""
    assert with_news(with_news(Outbox(), START), minutes(9)).news_since == START


def test_an_unknown_severity_is_above_all() -> None:
    """What a later version published stands until it is closed."""
    box = announce(Outbox(), Severity("critical"), 1, None, START)
    assert not box.is_rise(HIGH, minutes(1))
    assert announce(box, HIGH, 2, None, minutes(1)).standing == Severity("critical")


def test_nothing_is_a_rise_only_because_it_was_long_ago() -> None:
    """What was published last counts however old it is."""
    box = replace(announce(Outbox(), HIGH, 1, None, START), standing=None)
    assert not box.is_rise(HIGH, START + timedelta(days=400))
    assert Outbox().is_rise(LOW, START)
