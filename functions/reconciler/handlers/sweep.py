"""Lambda: one run of the sweep, on a schedule or on demand; it answers with what it found."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from ..drift import Drift
from ..errors import LedgerError
from ..incidents.model import report_finding
from ..use_cases.sweep import Sweep, SweepResult
from ..use_cases.sweep_cluster import ClusterSweepResult
from ..wiring import alerts, sweep_services
from .telemetry import count_notify_results, log_notify_results

SPARE = 30_000  # milliseconds to keep: enough for a slow call and the last writes

logger = Logger(service="sweep")
metrics = Metrics(service="sweep")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    services = sweep_services()
    began = _now()
    sweep = Sweep(
        tasks=services.tasks,
        ledger=services.ledger,
        passes=services.passes,
        clock=_now,
        out_of_time=lambda: context.get_remaining_time_in_millis() < SPARE,
        policy=services.policy,
        clusters=cluster_arns(services.clusters, context.invoked_function_arn),
        progress=_log_progress,
    )
    until = began + timedelta(milliseconds=context.get_remaining_time_in_millis())
    swept = sweep.run(context.aws_request_id, until)
    stuck = [report_finding(each, _now()) for cluster in swept.clusters.values() for each in cluster.stuck]
    told = alerts(_now).notify(stuck).values()
    _log(swept)
    log_notify_results(logger, told)
    count_notify_results(metrics, told)
    _measure(swept, (_now() - began).total_seconds())
    return summary(swept)


def cluster_arns(clusters: Sequence[str], function_arn: str) -> Sequence[str]:
    """The clusters' ARNs, where they are named only: of the function's own account and Region."""
    _, partition, _, region, account, *_ = function_arn.split(":")
    prefix = f"arn:{partition}:ecs:{region}:{account}:cluster/"
    return [name if name.startswith("arn:") else prefix + name for name in clusters]


def summary(swept: SweepResult) -> dict[str, Any]:
    """What a run found, as JSON: by cluster how often each drift and repair."""
    return {
        "complete": swept.complete,
        "excluded": swept.excluded,
        "errors": _told(swept.errors),
        "clusters": {arn: _cluster(found) for arn, found in swept.clusters.items()},
    }


def _cluster(found: ClusterSweepResult) -> dict[str, Any]:
    return {
        "tasks": _tasks(found),
        **{name.lower(): found.counts[name] for name in sorted(found.counts) if name != Drift.NONE},
        "stuck": [finding.task_arn for finding in found.stuck],
        "errors": _told(found.errors),
    }


def _tasks(found: ClusterSweepResult) -> int:
    return sum(found.counts[drift] for drift in Drift)


def _told(errors: Iterable[LedgerError]) -> Sequence[str]:
    """Each error once: what fails for one hundred of tasks may fail for a thousand hundreds."""
    return list(dict.fromkeys(f"{type(error).__name__}: {error}" for error in errors))


def _log_progress(cluster_arn: str, found: ClusterSweepResult) -> None:
    """A line for each thousand tasks: a first sweep can take long."""
    if (tasks := _tasks(found)) % 1000 == 0:
        logger.info("sweeping", extra={"clusterArn": cluster_arn, "tasks": tasks})


def _log(swept: SweepResult) -> None:
    for arn, found in swept.clusters.items():
        level = logger.warning if found.errors else logger.info
        level("swept", extra={"clusterArn": arn, **_cluster(found), "stuck": len(found.stuck)})
        for finding in found.stuck:
            logger.warning("stuck", extra={"taskArn": finding.task_arn, "summary": finding.summary})
    for error in _told(swept.errors):
        logger.error("not swept", extra={"error": error})


def _measure(swept: SweepResult, seconds: float) -> None:
    total: Counter[str] = Counter()
    for arn, found in swept.clusters.items():
        total.update(found.counts)
        total["TASKS"] += _tasks(found)
        total["FAILURES"] += bool(found.errors)
        with single_metric("SweepRepaired", MetricUnit.Count, found.counts["REPAIRED"]) as metric:
            metric.add_dimension("cluster", arn.split("/", 1)[1])
    for name in (
        "Tasks",
        "Repaired",
        "Closed",
        *(drift.title() for drift in Drift if drift is not Drift.NONE),
    ):
        metrics.add_metric(f"Sweep{name}", MetricUnit.Count, total[name.upper()])
    metrics.add_metric("SweepClusterFailures", MetricUnit.Count, total["FAILURES"] + len(swept.errors))
    metrics.add_metric("SweepCompleted", MetricUnit.Count, int(swept.complete))
    metrics.add_metric("SweepDuration", MetricUnit.Seconds, seconds)


def _now() -> datetime:
    return datetime.now(UTC)
