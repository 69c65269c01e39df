"""One page that shows whether the ledger keeps up, and what it has met."""

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from .parts.metrics import CURRENCIES, DRIFTS, REPAIRS, VERDICTS, count, metric

_WIDTH = 24  # of a row, in CloudWatch's units


class Dashboard(Construct):
    """The alarms and what the functions measure, above what AWS measures of queues, functions and table.

    Named by stack and Region: an account's dashboards are the same in every Region.
    """

    def __init__(self, scope: Construct, construct_id: str, *, alarms: Sequence[cloudwatch.Alarm]) -> None:
        super().__init__(scope, construct_id)
        self.name = f"{Stack.of(self).stack_name}-{Aws.REGION}"
        self._dashboard = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=self.name)
        self._dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=_WIDTH, height=3)
        )
        self._add_row(self._events())
        self._add_row(self._sweeps())
        self._add_row(self._others())
        self._add_row(self._alerts())

    def add_queues(self, queues: Sequence[sqs.Queue]) -> None:
        ages = [_named(each, each.metric_approximate_age_of_oldest_message()) for each in queues]
        waiting = [_named(each, each.metric_approximate_number_of_messages_visible()) for each in queues]
        self._add_row({"Oldest message, seconds": ages, "Messages waiting": waiting})

    def add_functions(self, functions: Sequence[lambda_.Function]) -> None:
        self._add_row(
            {
                "Function invocations": [_named(each, each.metric_invocations()) for each in functions],
                "Function errors": [_named(each, each.metric_errors()) for each in functions],
                "Functions throttled": [_named(each, each.metric_throttles()) for each in functions],
                "Function duration, ms, p90": [
                    _named(each, each.metric_duration(statistic="p90")) for each in functions
                ],
            }
        )

    def add_table(self, table: dynamodb.ITableV2) -> None:
        throttles = [table.metric(f"{kind}ThrottleEvents", statistic="Sum") for kind in ("Read", "Write")]
        consumed = [
            table.metric(f"Consumed{kind}CapacityUnits", statistic="Sum") for kind in ("Read", "Write")
        ]
        self._add_row({"Table throttled": throttles, "Table units consumed": consumed})

    def _add_row(self, graphs: Mapping[str, Sequence[cloudwatch.IMetric]]) -> None:
        width = _WIDTH // len(graphs)
        self._dashboard.add_widgets(
            *(
                cloudwatch.GraphWidget(title=title, left=list(shown), width=width)
                for title, shown in graphs.items()
            )
        )

    def _events(self) -> Mapping[str, Sequence[cloudwatch.IMetric]]:
        return {
            "Events by verdict": self._of("observe", *(f"Verdict{each}" for each in VERDICTS)),
            "Events by currency": self._of("observe", *(f"Currency{each}" for each in CURRENCIES)),
            "From event to ledger, seconds": [
                metric(self, "observe", "EventLag", each).with_(label=each) for each in ("p50", "p90", "max")
            ],
            "Not recorded, not described": self._of(
                "observe", "EventsRejected", "EventsFailed", "DescribeFailures"
            ),
        }

    def _sweeps(self) -> Mapping[str, Sequence[cloudwatch.IMetric]]:
        return {
            "Differences found by sweeps": self._of("sweep", *(f"Sweep{each}" for each in DRIFTS)),
            "Repaired, closed and reset by sweeps": self._of("sweep", *(f"Sweep{each}" for each in REPAIRS)),
            "Tasks and services swept, clusters failed": self._of(
                "sweep", "SweepTasks", "SweepServices", "SweepClusterFailures"
            ),
        }

    def _alerts(self) -> Mapping[str, Sequence[cloudwatch.IMetric]]:
        reporting = ("assess", "sweep", "watch")

        def by_function(name: str, functions: Sequence[str] = reporting) -> Sequence[cloudwatch.IMetric]:
            return [count(self, function, name, function) for function in functions]

        return {
            "New findings": by_function("Findings"),
            "Findings not stored": by_function("FindingsNotStored"),
            "Messages not sent at once": by_function("NotificationsFailed"),
            "Incidents whose services could not be read": by_function("ServicesNotRead"),
            "Optional calls refused": by_function("OptionalCallsRefused"),
            "Errors that are retried": by_function("TransientErrors", ("observe", *reporting)),
            "Errors that need a person": by_function("TerminalErrors", ("observe", *reporting)),
            "Failures at the stream and at incidents": [
                *self._of("assess", "ChangesUnreadable"),
                *self._of("watch", "IncidentFailures"),
                *self._of("sweep", "FindingsLate"),
            ],
        }

    def _others(self) -> Mapping[str, Sequence[cloudwatch.IMetric]]:
        longest = metric(self, "sweep", "SweepDuration", "max").with_(label="longest")
        return {
            "Sweeps completed": self._of("sweep", "SweepCompleted"),
            "Duration of a sweep, seconds": [longest],
            "Found by the watch": self._of("watch", "WatchFindings", "WatchClusterFailures"),
            "Events of services, calls followed, skipped": self._of(
                "observe", "ServiceEvents", "EventsUnplaced", "CallsFollowed", "EventsSkipped"
            ),
        }

    def _of(self, service: str, *names: str) -> Sequence[cloudwatch.IMetric]:
        return [count(self, service, name) for name in names]


def _named(resource: Construct, shown: cloudwatch.Metric) -> cloudwatch.Metric:
    """The metric by the name of what it belongs to: `Observe`, `EventQueue`, `EventDeadLetters`."""
    *_, parent, own = resource.node.path.split("/")
    return shown.with_(label=parent if own in ("Function", "Queue") else own)
