"""The alarms that ring when nothing happens any more: a part of the path that is off fails nowhere."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_

from .parts.alerting import Condition
from .parts.ledger_function import FIVE_MINUTES, Common
from .parts.metrics import metric

_MANY = 10  # of tasks in one interval: fewer are late events, which sweeps are for
_RULE_IS_SILENT = (
    f"IF(FILL(missed, 0) + FILL(unrecorded, 0) >= {_MANY} "
    "AND (FILL(sent, 0) < 1 OR FILL(invocations, 0) < 1), 1, 0)"  # 1 rings
)


def page_on_silence(
    common: Common, *, rule: events.Rule, observe: lambda_.Function, watch: lambda_.Function
) -> None:
    """Pages when the rule of task events, the reader of the stream or the schedule of the watch is off."""
    every = Duration.minutes(common.config.sweep_minutes)
    common.alerts.page(
        "RuleSilent",
        _tasks_without_events(common, rule, observe, every),
        "Two sweeps in a row found tasks that no event had reported, and no event came between them: look at "
        "the EventBridge rule of the stack, whether it is enabled and sends to the event queue.",
        Condition(periods=2),
    )
    common.alerts.page(
        "StreamSilent",
        metric(common.alerts, "sweep", "FindingsLate", period=every),
        "Two sweeps in a row had to report findings of closed tasks because assess had not: look at the "
        "function's event source mapping, whether it is enabled, and read the log of the assess function.",
        Condition(periods=2),
    )
    common.alerts.page(
        "WatchSilent",
        watch.metric_invocations(period=FIVE_MINUTES, statistic="Sum"),
        "The watch has not run for a quarter of an hour: look at its schedule, whether it is there and "
        "enabled.",
        Condition(periods=3, or_missing=True),
    )


def _tasks_without_events(
    common: Common, rule: events.Rule, observe: lambda_.Function, every: Duration
) -> cloudwatch.MathExpression:
    """1 for each interval in which a sweep found many tasks without an event, and none came.

    What the rule sent says whether it is on, which observe does not: it has events of services, too. That
    observe did not run says that what the rule sent went elsewhere.
    """
    return cloudwatch.MathExpression(
        label="tasks without events",
        expression=_RULE_IS_SILENT,
        period=every,
        using_metrics={
            "missed": metric(common.alerts, "sweep", "SweepMissed"),
            "unrecorded": metric(common.alerts, "sweep", "SweepUnrecorded"),
            "sent": cloudwatch.Metric(
                namespace="AWS/Events",
                metric_name="Invocations",
                dimensions_map={"RuleName": rule.rule_name},
                statistic="Sum",
            ),
            "invocations": observe.metric_invocations(statistic="Sum"),
        },
    )
