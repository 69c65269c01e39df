"""The way in: events from the default bus onto a queue that keeps them until they are recorded."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from .parts.alerting import Alerts, Condition
from .parts.dead_letter_queue import DeadLetterQueue
from .parts.encryption import encrypt
from .parts.patterns import all_events, protection_calls, service_events, task_events

# Deliveries before a message counts as poison: fewer, and throttling alone could make it one.
RECEIVES = 5


class Intake(Construct):
    """Rules for the watched clusters' events, the queue they go to, and what neither could deliver."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        clusters: Sequence[str],
        visibility: Duration,
        alerts: Alerts,
        key: kms.IKey | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._key, self._clusters = key, clusters
        self.dead_letters = DeadLetterQueue(
            self,
            "EventDeadLetters",
            alerts=alerts,
            key=key,
            of_queue=True,
            meaning="An event could not be recorded in several tries: read why in the observe function's "
            "log, fix it, then redrive the queue.",
        )
        self.undelivered = DeadLetterQueue(
            self,
            "RuleDeadLetters",
            alerts=alerts,
            key=key,
            meaning="EventBridge could not put an event on the queue: the attribute ERROR_MESSAGE says why. "
            "Fix it, then send the events in again.",
        )
        self.queue = sqs.Queue(
            self,
            "EventQueue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=visibility,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters.queue, max_receive_count=RECEIVES),
        )
        encrypt(self.queue, key)
        self.rule = self._send("TaskEvents", task_events(clusters))
        self.service_rule = self._send("ServiceEvents", service_events(clusters))
        alerts.page(
            "EventQueueAge",  # longer than a poison message waits
            self.queue.metric_approximate_age_of_oldest_message(
                period=Duration.minutes(5), statistic="Maximum"
            ),
            "Events wait on the queue: look at errors and throttles of the observe function.",
            Condition(value=RECEIVES * visibility.to_seconds()),
        )

    @property
    def dead_letter_queues(self) -> tuple[DeadLetterQueue, DeadLetterQueue]:
        return self.dead_letters, self.undelivered

    def add_archive(self, days: int) -> events.Archive:
        """Keeps the events that long on the bus, so that they can be replayed to the rules."""
        bus = events.EventBus.from_event_bus_name(self, "DefaultBus", "default")
        return events.Archive(
            self,
            "Archive",
            source_event_bus=bus,
            event_pattern=all_events(self._clusters),
            retention=Duration.days(days),
            kms_key=self._key,
        )

    def add_protection_calls(self) -> None:
        """Sends in the calls of UpdateTaskProtection, too, which need a trail that logs management events."""
        self._send("ProtectionCalls", protection_calls())

    def _send(self, rule: str, pattern: events.EventPattern) -> events.Rule:
        target = targets.SqsQueue(self.queue, dead_letter_queue=self.undelivered.queue)
        return events.Rule(self, rule, event_pattern=pattern, targets=[target])
