"""Dead-letter queues: where what could not be handled waits for a person, and calls one."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from .alerting import Alerts, Condition
from .encryption import encrypt
from .nag import acknowledge

_NO_QUEUE = sqs.RedriveAllowPolicy(redrive_permission=sqs.RedrivePermission.DENY_ALL)


class DeadLetterQueue(Construct):
    """An encrypted queue that keeps what ends in it as long as SQS can, and pages while it is not empty.

    Unless it is `of_queue`, no queue may move messages to it: they come from a rule or from a stream.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alerts: Alerts,
        meaning: str,
        key: kms.IKey | None,
        of_queue: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            redrive_allow_policy=None if of_queue else _NO_QUEUE,
        )
        encrypt(self.queue, key)
        acknowledge(
            self.queue,
            "It is the dead-letter queue: of a queue, of a rule's target or of a stream",
            "AwsSolutions::AwsSolutions-SQS3",
            "Serverless::Serverless-SQSRedrivePolicy",
        )
        alerts.page(
            f"{construct_id}NotEmpty",
            self.queue.metric_approximate_number_of_messages_visible(
                period=Duration.minutes(1), statistic="Maximum"
            ),
            meaning,
            Condition(),
        )
