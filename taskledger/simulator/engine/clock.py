"""The only time of the simulated ECS; nothing in it ever reads the real clock."""

from datetime import UTC, datetime

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Clock:
    """A time that stands still until its user moves it, and never goes back."""

    def __init__(self, start: datetime = START) -> None:
        self._epoch = self._latest = start.timestamp()

    @property
    def epoch(self) -> float:
        """Seconds since 1970 in whole milliseconds, as ECS answers times."""
        return round(self._epoch, 3)

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self._epoch, UTC)

    @property
    def latest(self) -> datetime:
        """The latest moment that it has shown, be it in an earlier recording."""
        return datetime.fromtimestamp(max(self._latest, self._epoch), UTC)

    def move_to(self, moment: datetime) -> None:
        """The clock shows this moment, or stays where it is if that is earlier."""
        self._epoch = max(self._epoch, moment.timestamp())

    def restart(self, moment: datetime) -> None:
        """The clock shows this moment, even an earlier one: another recording begins."""
        self._latest = max(self._latest, self._epoch)
        self._epoch = moment.timestamp()

    def advance(self, seconds: float) -> None:
        self._epoch += max(seconds, 0)
