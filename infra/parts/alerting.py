"""Where people and machines hear of trouble: one topic for what the ledger finds and for its own alarms."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from .nag import acknowledge

_CLOUDWATCH = "cloudwatch.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When an alarm rings: at that value or more for that many of the metric's periods on end.

    `or_missing` turns it round, for what must keep happening: it rings when the value stays below, and when
    there is none.
    """

    value: float = 1
    periods: int = 1
    or_missing: bool = False


class Alerts(Construct):
    """An encrypted topic that is published to over TLS only, its e-mail subscribers, and the alarms."""

    def __init__(self, scope: Construct, construct_id: str, *, emails: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        # CloudWatch can't use the key that AWS manages for SNS: with it, alarms would be lost without a sign.
        self.key = kms.Key(
            self,
            "Key",
            description="Messages of the topics of Task Ledger's alerts",
            enable_key_rotation=True,
            pending_window=Duration.days(7),
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
        self.chat_topic: sns.Topic | None = None
        self.alarms: list[cloudwatch.Alarm] = []
        self._let_alarms_publish(self.key)
        for email in emails:
            self._subscribe(email)

    def add_chat_topic(self) -> None:
        """A topic with nothing but what Amazon Q Developer in chat applications shows."""
        self.chat_topic = sns.Topic(self, "ChatTopic", master_key=self.key, enforce_ssl=True)

    @property
    def topics(self) -> list[sns.Topic]:
        return [self.topic, *([self.chat_topic] if self.chat_topic else [])]

    def page(self, name: str, metric: cloudwatch.IMetric, description: str, condition: Condition) -> None:
        """Adds an alarm that notifies the topic; its description says what it means and what to do."""
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
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        self.alarms.append(alarm)

    def _let_alarms_publish(self, key: kms.Key) -> None:
        """Admits this account's alarms: a topic with a policy of its own admits no service by itself."""
        alarms = Stack.of(self).format_arn(service="cloudwatch", resource="alarm:*")
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal(_CLOUDWATCH)],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Stack.of(self).account},
                    "ArnLike": {"aws:SourceArn": alarms},
                },
            )
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal(_CLOUDWATCH)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],  # in a key's policy: this key
            )
        )

    def _subscribe(self, email: str) -> None:
        subscription = self.topic.add_subscription(subscriptions.EmailSubscription(email))
        acknowledge(
            subscription,
            "SNS retries an e-mail for hours, and nobody would read a queue of mails that bounced",
            "Serverless::Serverless-SNSRedrivePolicy",
        )


def _operator(condition: Condition) -> cloudwatch.ComparisonOperator:
    if condition.or_missing:
        return cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
    return cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


def _missing(condition: Condition) -> cloudwatch.TreatMissingData:
    if condition.or_missing:
        return cloudwatch.TreatMissingData.BREACHING
    return cloudwatch.TreatMissingData.NOT_BREACHING
