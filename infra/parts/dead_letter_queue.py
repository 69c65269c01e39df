"""Dead-letter queues: where what could not be handled waits for a person, and calls one."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from .alerting import Alerts, Condition
from .encryption import encrypt
from .nag import acknowledge


class DeadLetterQueue(Construct):
    """An encrypted queue that keeps what ends in it as long as SQS can, and pages while it is not empty."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        alerts: Alerts,
        meaning: str,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
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
