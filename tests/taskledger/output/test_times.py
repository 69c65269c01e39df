"""Times as people write them, and as they read them."""

from datetime import UTC, datetime, timedelta

import pytest

from taskledger.output.times import age, before

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("45s", NOW - timedelta(seconds=45)),
        ("90m", NOW - timedelta(minutes=90)),
        ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        ("1w", NOW - timedelta(days=7)),
        ("0m", NOW),
        ("2026-11-19", datetime(2026, 11, 19, tzinfo=UTC)),
        ("2026-11-19T23:30", datetime(2026, 11, 19, 23, 30, tzinfo=UTC)),
        ("2026-11-19T23:30:05.250Z", datetime(2026, 11, 19, 23, 30, 5, 250_000, tzinfo=UTC)),
        ("2026-11-20T03:30+01:00", datetime(2026, 11, 20, 2, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_in_the_past(text: str, moment: datetime) -> None:
    """A time span before now, or a time: in UTC unless it says otherwise."""
    assert before(NOW, text) == moment


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=-5), "0s"),
        (timedelta(0), "0s"),
        (timedelta(seconds=59), "59s"),
        (timedelta(minutes=12, seconds=5), "12m 5s"),
        (timedelta(hours=1), "1h 0m"),
        (timedelta(days=3, hours=4, minutes=5), "3d 4h"),
        (timedelta(days=400), "400d 0h"),
    ],
)
def test_an_age(span: timedelta, text: str) -> None:
    """In its two largest units; a clock that is ahead makes none below zero."""
    assert age(NOW, NOW - span) == text
