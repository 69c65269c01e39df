"""Where people and machines hear of trouble: one topic for what the ledger finds and for its own alarms.

The alarms that say that this topic itself fails notify another one, `operations`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from .alarm_topic import AlarmTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When an alarm rings: at that value or more for that many of the metric's periods on end.

    `or_missing` turns it round, for what must keep happening: it rings when the value stays below, and when
    there is none.
    """

    value: float = 1
    periods: int = 1
    or_missing: bool = False


class Alerts(AlarmTopic):
    """The topic of alerts, and of the chat where there is one, and all alarms of the stack."""

    def __init__(
        self, scope: Construct, construct_id: str, *, emails: Sequence[str], operations: AlarmTopic
    ) -> None:
        purpose = "Messages of the topics of Task Ledger's alerts"
        super().__init__(scope, construct_id, purpose=purpose, emails=emails)
        self.operations = operations
        self.chat_topic: sns.Topic | None = None
        self.alarms: list[cloudwatch.Alarm] = []
        self._page_on_failed_delivery("DeliveryFailing", self.topic)

    def add_chat_topic(self) -> None:
        """A topic with nothing but what Amazon Q Developer in chat applications shows."""
        self.chat_topic = sns.Topic(self, "ChatTopic", master_key=self.key, enforce_ssl=True)
        self._page_on_failed_delivery("ChatDeliveryFailing", self.chat_topic)

    @property
    def topics(self) -> list[sns.Topic]:
        return [self.topic, *([self.chat_topic] if self.chat_topic else [])]

    def page(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        description: str,
        condition: Condition,
        *,
        to: AlarmTopic | None = None,
    ) -> None:
        """Adds an alarm that notifies this topic, or `to`, when it rings and when it is over.

        Its description says what it means and what to do.
        """
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{Stack.of(self).stack_name}-{name}",
            alarm_description=description,
            metric=metric,
            threshold=condition.value,
            evaluation_periods=condition.periods,
            comparison_operator=_operator(condition),
            treat_missing_data=_missing(condition),
        )
        notify = actions.SnsAction((to or self).topic)
        alarm.add_alarm_action(notify)
        alarm.add_ok_action(notify)
        self.alarms.append(alarm)

    def _page_on_failed_delivery(self, name: str, topic: sns.Topic) -> None:
        self.page(
            name,
            topic.metric_number_of_notifications_failed(period=Duration.minutes(5), statistic="Sum"),
            "SNS could not deliver a message of the topic to a subscriber: look at the topic's subscriptions "
            "for an endpoint that is gone or refuses.",
            Condition(),
            to=self.operations,
        )


def _operator(condition: Condition) -> cloudwatch.ComparisonOperator:
    if condition.or_missing:
        return cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
    return cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


def _missing(condition: Condition) -> cloudwatch.TreatMissingData:
    if condition.or_missing:
        return cloudwatch.TreatMissingData.BREACHING
    return cloudwatch.TreatMissingData.NOT_BREACHING
