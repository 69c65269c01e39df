"""Lambda: one run of the sweep, on a schedule or on demand; it answers with what it found."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ..arns import cluster_arn
from ..drift import Drift
from ..errors import LedgerError
from ..use_cases.sweep import Sweep, SweepResult, sweep_and_notify
from ..use_cases.sweep_cluster import ClusterSweepResult
from ..wiring.alerting import alerts
from ..wiring.clients import RUN
from ..wiring.sweep import sweep_services
from .telemetry import Telemetry

SPARE = 30_000  # milliseconds to keep: enough for the longest question to ECS and the last writes

telemetry = Telemetry("sweep")
logger, metrics = telemetry.logger, telemetry.metrics


@logger.inject_lambda_context
@telemetry.measured()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    began, left = _now(), timedelta(milliseconds=context.get_remaining_time_in_millis())
    until = began + left
    # Links to logs are left to the watch: the sweep may not ask about task definitions.
    reporting = replace(alerts(_now), logs=None)
    with RUN.run(left.total_seconds()):
        result = sweep_and_notify(_sweep(context), reporting, context.aws_request_id, until)
    _log(result)
    telemetry.refused("not allowed to ask", result.refused)
    telemetry.notified(result.notified)
    _measure(result, (_now() - began).total_seconds())
    return summary(result)


def cluster_arns(clusters: Sequence[str], function_arn: str) -> Sequence[str]:
    """The clusters' ARNs, where they are named only: of the function's own account and Region."""
    return [arn for name in clusters if (arn := cluster_arn(name, beside=function_arn))]


def summary(result: SweepResult) -> dict[str, Any]:
    """What a run found, as JSON: by cluster how often each drift and repair."""
    return {
        "complete": result.complete,
        "excluded": result.excluded,
        "errors": _texts(result.errors),
        "clusters": {arn: _cluster(found) for arn, found in result.clusters.items()},
    }


def _sweep(context: LambdaContext) -> Sweep:
    services = sweep_services()
    return Sweep(
        tasks=services.tasks,
        ledger=services.ledger,
        ecs_services=services.ecs_services,
        services=services.services,
        incidents=alerts(_now).incidents,
        progress_store=services.progress_store,
        clock=_now,
        out_of_time=lambda: context.get_remaining_time_in_millis() < SPARE,
        policy=services.policy,
        save_policy=services.save_policy,
        clusters=cluster_arns(services.clusters, context.invoked_function_arn),
        home=services.home,
        on_progress=_log_progress,
    )


def _cluster(found: ClusterSweepResult) -> dict[str, Any]:
    return {
        "tasks": _tasks(found),
        **{_camel(name): found.counts[name] for name in sorted(found.counts) if name != Drift.NONE},
        "stuck": [finding.task_arn for finding in found.stuck],
        "findings": [one.finding.finding_id for one in found.services.standing],
        "errors": _texts(found.errors),
    }


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(map(str.title, others))


def _tasks(found: ClusterSweepResult) -> int:
    return sum(found.counts[drift] for drift in Drift)


def _distinct(errors: Iterable[LedgerError]) -> Iterable[LedgerError]:
    """Each error once: what fails for one hundred of tasks may fail for a thousand hundreds."""
    return {(type(error), str(error)): error for error in errors}.values()


def _texts(errors: Iterable[LedgerError]) -> Sequence[str]:
    return [f"{type(error).__name__}: {error}" for error in _distinct(errors)]


def _log_progress(cluster_arn: str, found: ClusterSweepResult) -> None:
    """A line for each thousand tasks: a first sweep can take long."""
    if (tasks := _tasks(found)) % 1000 == 0:
        logger.info("sweeping", extra={"clusterArn": cluster_arn, "tasks": tasks})


def _log(result: SweepResult) -> None:
    for arn, found in result.clusters.items():
        logger.info("swept", extra={"clusterArn": arn, **_counted(found)})
        for error in _distinct(found.errors):
            telemetry.error("cluster failed", error, clusterArn=arn)
        for finding in found.stuck:
            logger.warning("stuck", extra={"taskArn": finding.task_arn, "summary": finding.summary})
        for one in found.services.standing:
            facts = {"serviceArn": one.finding.service_arn, "findingId": one.finding.finding_id}
            logger.warning("found", extra={**facts, "summary": one.finding.summary})
    for error in _distinct(result.errors):
        telemetry.error("not swept", error)


def _counted(found: ClusterSweepResult) -> dict[str, Any]:
    summed = _cluster(found)
    return {**summed, "stuck": len(summed["stuck"]), "findings": len(summed["findings"])}


def _measure(result: SweepResult, seconds: float) -> None:
    total: Counter[str] = Counter()
    for found in result.clusters.values():
        total.update(found.counts)
        total["TASKS"] += _tasks(found)
        total["FAILURES"] += bool(found.errors)
    drifts = (drift.title() for drift in Drift if drift is not Drift.NONE)
    for name in ("Tasks", "Repaired", "Closed", *drifts):
        telemetry.count(f"Sweep{name}", total[name.upper()])
    telemetry.count("SweepServices", total["SERVICES"])
    telemetry.count("SweepServicesRepaired", total["SERVICES_REPAIRED"])
    telemetry.count("SweepReset", total["RESET"])
    telemetry.count("FindingsLate", result.late)
    # The silence of the first rings. The alarm of the second passes over what is missing, so that only a zero
    # says that a sweep between two that failed did not.
    metrics.add_metric("SweepCompleted", MetricUnit.Count, int(result.complete))
    metrics.add_metric("SweepClusterFailures", MetricUnit.Count, total["FAILURES"] + len(result.errors))
    metrics.add_metric("SweepDuration", MetricUnit.Seconds, seconds)


def _now() -> datetime:
    return datetime.now(UTC)
