"""The simulated ECS for a month: its scheduler is not woken by each call."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from taskledger.simulator.api.ecs import SimulatedEcs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from taskledger.simulator.engine.shapes import Answer, Fields

MESSAGES = 5


class PatientEcs(SimulatedEcs):
    """What a call means to the services happens, and its events go out, with `schedule` at the same moment.

    There are a hundred calls to a moment, most of which read or are of standalone tasks. Of a service's
    messages DescribeServices answers the newest alone: to clean a hundred of each takes a sweep's time.
    """

    _called = False

    def call(self, operation: str, request: Fields) -> Answer:
        self._called = True
        try:
            answer = super().call(operation, request)
        finally:
            self._called = False
        if operation == "DescribeServices":
            shown = [{**one, "events": one["events"][:MESSAGES]} for one in answer["services"]]
            return {**answer, "services": shown}
        return answer

    def send(self) -> None:
        """Events go out, where nothing happened that means anything to a service."""
        with self._lock:
            due = list(self._store.outbox)
            self._store.outbox.clear()
        for event in due:
            for listener in self._listeners:
                listener(event)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._lock if self._called else super()._turn():
            yield
