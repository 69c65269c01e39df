"""What every function logs and measures in one form: errors by kind, and what came of reported findings.

    error            message or stream record           cluster or incident     logged    counted
    TransientError   answered as failed: comes again    left to the next run    warning   TransientErrors
    TerminalError    answered as failed: ends whole     left to the next run    error     TerminalErrors
                     in the dead-letter queue
    any other        the invocation fails, and Lambda logs and counts it

Each counted error is one log line with `errorClass` and `error`, and `field` where one value is to blame.

What is counted as zero is not measured: CloudWatch charges each metric for every hour that has data of it,
and alarms and dashboard read none as zero. What an alarm needs of every run is added to `metrics` itself.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from ..errors import InvalidInput, LedgerError, TerminalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..use_cases.publish import NotifyResult

# In ASCII: a lone surrogate, which UTF-8 cannot hold, would cost the whole line.
_AS_JSON: Final = partial(json.dumps, default=str, separators=(",", ":"), ensure_ascii=True)


class Telemetry:
    """The log and the metrics of one function."""

    def __init__(self, service: str) -> None:
        self.logger = Logger(service=service, json_serializer=_AS_JSON)
        self.metrics = Metrics(service=service)

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Emits at the end, also of a run that fails, what was measured in it; nothing if nothing was."""
        try:
            yield
        finally:
            if self.metrics.metric_set:
                self.metrics.flush_metrics()

    def error(self, message: str, error: LedgerError, **facts: Any) -> None:  # noqa: ANN401 - what JSON can hold
        terminal = isinstance(error, TerminalError)
        if isinstance(error, InvalidInput):
            facts |= {"field": error.field, "error": error.problem}
        else:
            facts |= {"error": str(error)}
        log = self.logger.error if terminal else self.logger.warning
        log(message, extra={**facts, "errorClass": type(error).__name__})
        self.count("TerminalErrors" if terminal else "TransientErrors", 1)

    def count(self, name: str, value: float) -> None:
        """Adds to the metric of that name what is not zero."""
        if value:
            self.metrics.add_metric(name, MetricUnit.Count, value)

    def notified(self, results: Iterable[NotifyResult]) -> None:
        """One line for each incident with new findings, or not stored or published; and the counts.

        Of services that could not be read there is one line for each error, which many incidents may share.
        """
        results = list(results)
        for result in results:
            facts = {"incidentId": result.incident.incident_id if result.incident else "", "new": result.new}
            if result.error:
                self.error("not stored", result.error, **facts)
            elif result.unsent:
                self.error("not published", result.unsent, **facts)
            elif result.new:
                self.logger.info("notified", extra=facts)
        self.count("Findings", sum(result.new for result in results))
        self.count("FindingsNotStored", sum(result.error is not None for result in results))
        self.count("NotificationsFailed", sum(result.unsent is not None for result in results))
        self._unread([result.unread for result in results if result.unread])

    def refused(self, message: str, errors: Mapping[str, LedgerError]) -> None:
        """One line, and the count, for optional calls by what they ask for; nothing if all were answered."""
        if errors:
            said = {name: str(error) for name, error in errors.items()}
            self.logger.warning(message, extra={"refused": said})
            self.count("OptionalCallsRefused", len(errors))

    def _unread(self, errors: Sequence[LedgerError]) -> None:
        for error in {id(one): one for one in errors}.values():
            self.error("services not read", error)
        self.count("ServicesNotRead", len(errors))
