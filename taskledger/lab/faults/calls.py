"""The runs of the functions, and what happens at one of their calls: the process dies, or a call fails.

A process that died makes no further call, also none in a `finally`; what was in memory is lost, and what had
been handed to it is delivered again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from reconciler.errors import TransientError

from .kinds import Fault

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping
    from random import Random

Port = TypeVar("Port")

_FIRST_CALLS = (3, 30, 300)  # among which is the one at which something happens


class Killed(BaseException):
    """The process is gone: nothing in it may catch this."""


@dataclass(slots=True)
class Run:
    """One run of a function; `fault` happens at its call number `nth`, if it makes so many.

    `ended` is its place among all beginnings and ends, None while it is under way, or where it died.
    """

    began: int
    fault: Fault | None = None
    nth: int = 0
    calls: int = 0
    struck: bool = False
    dead: bool = False
    ended: int | None = None


@dataclass(slots=True)
class Runs:
    """The runs under way, the innermost last: while one waits for an answer, others begin and end."""

    chance: Random
    rates: Mapping[Fault, float]
    counts: Counter[Fault]
    under_way: list[Run] = field(default_factory=list)
    moment: int = 0

    def begin(self) -> Run:
        self.moment += 1
        run = Run(self.moment, nth=self.chance.randint(1, self.chance.choice(_FIRST_CALLS)))
        drawn = self.chance.random()
        for fault, rate in self.rates.items():
            if 0 <= drawn < rate:
                run.fault = fault
            drawn -= rate
        self.under_way.append(run)
        return run

    def end(self, run: Run) -> None:
        self.under_way.remove(run)
        self.moment += 1
        run.ended = None if run.dead else self.moment

    @property
    def current(self) -> Run:
        return self.under_way[-1]

    def before(self) -> bool:
        """A call is about to be made; whether something happens once it is done."""
        run = self.current
        if run.dead:
            raise Killed
        run.calls += 1
        if run.fault is None or run.calls != run.nth:
            return False
        run.struck = True
        self.counts[run.fault] += 1
        if run.fault is Fault.REFUSED:
            raise TransientError("the lab refused this call")
        run.dead = run.fault is Fault.CRASH_BEFORE
        if run.dead:
            raise Killed
        return True

    def after(self, *, struck: bool) -> None:
        """The call was done; `struck` as `before` answered."""
        if not struck:
            return
        if self.current.fault is Fault.UNANSWERED:
            raise TransientError("the lab lost this answer")
        self.current.dead = True
        raise Killed


def through(runs: Runs, port: Port, *apart: str) -> Port:
    """The port, each of whose calls is one of the run under way; those named are made of several."""
    return cast("Port", _Through(runs, port, apart))


class _Through:
    def __init__(self, runs: Runs, port: object, apart: tuple[str, ...]) -> None:
        self._runs, self._port, self._apart = runs, port, apart

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._port, name)
        if name in self._apart:
            return cast("Callable[..., Any]", call)

        def called(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the port takes and answers
            struck = self._runs.before()
            answer = call(*given, **named)
            self._runs.after(struck=struck)
            return answer

        setattr(self, name, called)
        return called
