"""The functions' own metrics, by the names that they give them, in a namespace of each stack's own."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

VERDICTS = ("New", "Newer", "Duplicate", "Stale")
CURRENCIES = ("Current", "Behind", "Ahead", "Gone", "Unverified")
DRIFTS = ("Missed", "Unrecorded", "Ahead", "Vanished", "Unknown")
REPAIRS = ("Repaired", "Closed", "Reset", "ServicesRepaired")

_FIVE_MINUTES = Duration.minutes(5)


def namespace(scope: Construct) -> str:
    """Where the functions of the scope's stack report, and those of no other stack."""
    return Stack.of(scope).stack_name


def metric(
    scope: Construct, service: str, name: str, statistic: str = "Sum", period: Duration | None = None
) -> cloudwatch.Metric:
    """A metric that the stack's function of this service emits, in periods of five minutes by default."""
    return cloudwatch.Metric(
        namespace=namespace(scope),
        metric_name=name,
        dimensions_map={"service": service},
        statistic=statistic,
        period=period or _FIVE_MINUTES,
    )


def count(scope: Construct, service: str, name: str, label: str | None = None) -> cloudwatch.MathExpression:
    """How often that was counted in each five minutes: 0 without data, as functions emit no zero."""
    counted = service + name
    return cloudwatch.MathExpression(
        label=label or name,
        expression=f"FILL({counted}, 0)",
        period=_FIVE_MINUTES,
        using_metrics={counted: metric(scope, service, name)},
    )
