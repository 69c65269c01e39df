"""Times as people write them for a command, and as they read them."""

import re
from datetime import UTC, datetime, timedelta

_SPAN = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_span(text: str) -> timedelta | None:
    """The time span that the text names (`90s`, `30m`, `2h`); None where it names none."""
    found = _SPAN.fullmatch(text)
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


def before(now: datetime, text: str) -> datetime:
    """The moment that the text names; raises ValueError or OverflowError when it names none."""
    if (span := read_span(text)) is not None:
        return now - span
    return read_moment(text)


def read_moment(text: str) -> datetime:
    """The ISO 8601 time, of UTC unless it says otherwise; raises ValueError or OverflowError for no time."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """`2026-11-20T09:14:02Z`."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def age(now: datetime, moment: datetime) -> str:
    """How long ago, in the two largest units that are not zero: `3d 4h`, `12m 5s`."""
    return _in_units(max(int((now - moment).total_seconds()), 0))


def lasted(span: timedelta) -> str:
    """How long it took: `4.9s`, and from a minute on as an age."""
    tenths = round(span / timedelta(seconds=0.1))
    return f"{tenths / 10:.1f}s" if tenths < 600 else _in_units(round(span.total_seconds()))


def seconds(span: timedelta) -> float:
    """To the millisecond, as ECS's times are."""
    return round(span.total_seconds(), 3)


def _in_units(seconds: int) -> str:
    numbers = {"d": seconds // 86400, "h": seconds // 3600 % 24, "m": seconds // 60 % 60, "s": seconds % 60}
    parts = [f"{number}{unit}" for unit, number in numbers.items()]
    first = next((place for place, number in enumerate(numbers.values()) if number), len(parts) - 1)
    return " ".join(parts[first : first + 2])


def now() -> datetime:
    """The time that the commands go by."""
    return datetime.now(UTC)
