"""The functions' own metrics, by the names that they give them."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

NAMESPACE = "TaskLedger"
VERDICTS = ("New", "Newer", "Duplicate", "Stale")
CURRENCIES = ("Current", "Behind", "Ahead", "Gone", "Unverified")
DRIFTS = ("Missed", "Unrecorded", "Ahead", "Vanished", "Unknown")
REPAIRS = ("Repaired", "Closed")


def metric(
    service: str, name: str, statistic: str = "Sum", period: Duration | None = None
) -> cloudwatch.Metric:
    """A metric that the function of this service emits; in periods of five minutes unless said otherwise."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service},
        statistic=statistic,
        period=period or Duration.minutes(5),
    )
