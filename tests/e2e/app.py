"""The app as it is deployed to the emulator, which knows no metric math and refuses an alarm that has it.

    python -m tests.e2e.app

Such an alarm reads one metric here instead; the tests of the template hold what it reads in truth.
"""

from aws_cdk import aws_cloudwatch as cloudwatch

from task_ledger_cdk.synth import build

_ONE_METRIC = {"Namespace": "AWS/Lambda", "MetricName": "Invocations", "Statistic": "Sum", "Period": 300}


def main() -> None:
    app = build()
    for construct in app.node.find_all():
        if isinstance(construct, cloudwatch.CfnAlarm) and construct.metrics is not None:
            construct.add_property_deletion_override("Metrics")
            for name, value in _ONE_METRIC.items():
                construct.add_property_override(name, value)
    app.synth()


if __name__ == "__main__":
    main()
