"""Topics that alarms notify: each encrypted with a key of its own, so that none fails because of another."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from .nag import acknowledge

_CLOUDWATCH = "cloudwatch.amazonaws.com"


class AlarmTopic(Construct):
    """An encrypted topic that this account's alarms publish to, over TLS only, and its e-mail subscribers."""

    def __init__(self, scope: Construct, construct_id: str, *, purpose: str, emails: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        # CloudWatch can't use the key that AWS manages for SNS: with it, alarms would be lost without a sign.
        self.key = kms.Key(
            self,
            "Key",
            description=purpose,
            enable_key_rotation=True,
            pending_window=Duration.days(7),
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
        self._let_alarms_publish()
        for email in emails:
            self._subscribe(email)

    def _let_alarms_publish(self) -> None:
        """Admits this account's alarms: a topic with a policy of its own admits no service by itself."""
        alarms = Stack.of(self).format_arn(service="cloudwatch", resource="alarm:*")
        of_this_account = {
            "StringEquals": {"aws:SourceAccount": Stack.of(self).account},
            "ArnLike": {"aws:SourceArn": alarms},
        }
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal(_CLOUDWATCH)],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions=of_this_account,
            )
        )
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal(_CLOUDWATCH)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],  # in a key's policy: this key
                conditions=of_this_account,
            )
        )

    def _subscribe(self, email: str) -> None:
        subscription = self.topic.add_subscription(subscriptions.EmailSubscription(email))
        acknowledge(
            subscription,
            "SNS retries an e-mail for hours, and nobody would read a queue of mails that bounced",
            "Serverless::Serverless-SNSRedrivePolicy",
        )
