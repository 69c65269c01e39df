"""The time as ECS has it: a machine's clock may be minutes off, and ECS's times would lie in the future."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from botocore.client import BaseClient

_USUAL: Final = timedelta(seconds=5)  # that an answer takes, and what its whole seconds leave out


class EcsTime:
    """The machine's time, put right by the `Date` of the client's last answer where it is off."""

    def __init__(self, client: BaseClient, machine: Callable[[], datetime]) -> None:
        self._machine = machine
        self._off = timedelta(0)
        client.meta.events.register("after-call", self._answered)

    def __call__(self) -> datetime:
        return self._machine() + self._off

    def _answered(self, parsed: dict[str, Any], **_: object) -> None:
        said = parsed.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
        try:
            off = parsedate_to_datetime(said) - self._machine()
        except (ValueError, TypeError):  # no date, or one without a zone
            return
        self._off = off if abs(off) > _USUAL else timedelta(0)
