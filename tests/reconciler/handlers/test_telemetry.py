"""What all functions log and measure of reported findings."""

import io
import json

import pytest
from aws_lambda_powertools import Metrics

from reconciler.errors import TransientError
from reconciler.handlers.telemetry import Telemetry
from reconciler.use_cases.publish import NotifyResult
from tests.reconciler.handlers.conftest import measured

THROTTLED = TransientError("ECS is throttled")


@pytest.mark.parametrize(
    ("unread", "lines", "counts"),
    [
        ([None, None], 0, {"ServicesNotRead": None, "TransientErrors": None}),
        ([None, THROTTLED], 1, {"ServicesNotRead": 1, "TransientErrors": 1}),
        ([THROTTLED, THROTTLED], 1, {"ServicesNotRead": 2, "TransientErrors": 1}),
    ],
)
def test_services_that_could_not_be_read_are_counted(
    capsys: pytest.CaptureFixture[str],
    unread: list[TransientError | None],
    lines: int,
    counts: dict[str, int | None],
) -> None:
    """Each incident of such a service counts, and what they have in common is one line; none is no metric."""
    telemetry, logged = Telemetry("assess"), io.StringIO()
    telemetry.logger.registered_handler.stream = logged  # type: ignore[attr-defined]  # a handler of a stream
    telemetry.metrics = Metrics(service="assess", namespace="Test")
    telemetry.notified([NotifyResult(new=1, unread=error) for error in unread])
    telemetry.metrics.flush_metrics()
    said = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [one["error"] for one in said if one["message"] == "services not read"] == [str(THROTTLED)] * lines
    found = measured(capsys, "assess")
    assert {name: found.get(name) for name in counts} == counts
