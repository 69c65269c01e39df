"""Moments as people give them to a command, and as they read them."""

import re
from datetime import UTC, datetime, timedelta

import click

_SPAN = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Since(click.ParamType[datetime]):
    """A moment in the past: a time span before now, or an ISO 8601 time, in UTC unless it says otherwise."""

    name = "time"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        now = datetime.now(UTC)
        try:
            found = before(now, value)
        except (ValueError, OverflowError):
            self.fail(
                f'"{value}" is neither a time span (90m, 2h, 3d) nor a time (2026-11-20T09:00Z).', param, ctx
            )
        if found > now:
            self.fail(f'"{value}" is still to come.', param, ctx)
        return found


def before(now: datetime, text: str) -> datetime:
    """The moment that the text names; raises ValueError or OverflowError when it names none."""
    if span := _SPAN.fullmatch(text):
        return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def age(now: datetime, moment: datetime) -> str:
    """How long ago, in the two largest units that matter: `3d 4h`, `12m 5s`."""
    seconds = max(int((now - moment).total_seconds()), 0)
    parts = {"d": seconds // 86400, "h": seconds // 3600 % 24, "m": seconds // 60 % 60, "s": seconds % 60}
    told = [f"{number}{unit}" for unit, number in parts.items()]
    first = next((place for place, number in enumerate(parts.values()) if number), len(told) - 1)
    return " ".join(told[first : first + 2])
