"""Log streams that answer in time, or not at all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from reconciler.adapters.logs import InTime
from reconciler.errors import AccessDenied, TransientError
from reconciler.model.logs import LogLine, Place
from tests.support.values import START

PLACE = Place(container="app", region="eu-central-1", group="/ecs/checkout", stream="web/app/4fb1")
LINES = [LogLine(START, "a line")]


@dataclass
class Slow:
    """Answers after so many seconds, with the error if there is one."""

    seconds: float = 0
    error: Exception | None = None

    def last_lines(self, place: Place, most: int) -> Sequence[LogLine] | None:
        time.sleep(self.seconds)
        if self.error:
            raise self.error
        return LINES[-most:]


def test_an_answer_in_time() -> None:
    """It is passed on, and so is an error."""
    assert InTime(Slow(), 5).last_lines(PLACE, 20) == LINES
    with pytest.raises(AccessDenied):
        InTime(Slow(error=AccessDenied("no")), 5).last_lines(PLACE, 20)


def test_an_answer_that_comes_too_late() -> None:
    """It is not waited for, and trying again may help."""
    began = time.monotonic()
    with pytest.raises(TransientError, match=r"/ecs/checkout was not read within 0\.05 s"):
        InTime(Slow(0.5), 0.05).last_lines(PLACE, 20)
    assert time.monotonic() - began < 0.4
