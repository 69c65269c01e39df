"""The stack: composes the constructs, grants each function what it calls, and tells where things are."""

import aws_cdk as cdk
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from . import access
from .alerts import Alerts, Condition
from .assets import dependencies, function_code
from .changes import entry_changes
from .config import Config
from .dashboard import Dashboard
from .functions import Common, LedgerFunction
from .intake import RECEIVES, Intake
from .ledger import Ledger
from .metrics import metric
from .nag import acknowledge
from .policy import NAME, policy_layer
from .queues import DeadLetterQueue
from .schedules import Schedule

_OBSERVE_SECONDS = 30
_WINDOW_SECONDS = 2  # an event waits that long for others: one DescribeTasks call then serves many
_VISIBILITY_SECONDS = 6 * _OBSERVE_SECONDS + _WINDOW_SECONDS  # what Lambda asks for
_WATCH_EVERY = cdk.Duration.minutes(1)
_FIVE_MINUTES = cdk.Duration.minutes(5)


class TaskLedgerStack(cdk.Stack):
    """Everything of one deployment."""

    def __init__(self, scope: Construct, config: Config) -> None:
        super().__init__(
            scope,
            config.stack_name,
            description="Task Ledger for Amazon ECS: the latest state of every task, and what went wrong",
            permissions_boundary=_boundary(config.permissions_boundary),
        )
        self._config = config
        self._clusters = [_cluster_arn(self, cluster) for cluster in config.clusters]
        self._alerts = Alerts(self, "Alerts", emails=config.alert_emails)
        if config.chat_topic:
            self._alerts.add_chat_topic()
        self._ledger = Ledger(self, "Ledger", may_be_destroyed=config.removal_policy == "destroy")
        self._common = Common(
            config=config,
            code=function_code(),
            dependencies=dependencies(self, config.architecture),
            environment={
                "LEDGER_TABLE_NAME": self._ledger.table.table_name,
                "LEDGER_RETENTION_DAYS": str(config.retention_days),
            },
            policy=policy_layer(self, config.policy_file) if config.policy_file else None,
        )
        self._telling = self._telling_environment()
        self._compose()
        for name, value in config.tags:
            cdk.Tags.of(self).add(name, value)

    def _compose(self) -> None:
        intake, changes = self._intake(), self._changes()
        observe, assess = self._observe(intake), self._assess(changes)
        sweep, watch = self._sweep(), self._watch()
        dashboard = Dashboard(self, "Dashboard", alarms=self._alerts.alarms)
        dashboard.add_queues([intake.queue, *(each.queue for each in (*intake.dead_letter_queues, changes))])
        dashboard.add_functions([each.function for each in (observe, assess, sweep, watch)])
        dashboard.add_table(self._ledger.table)
        self._tell(
            EventQueueUrl=intake.queue.queue_url,
            EventDeadLetterQueueUrl=intake.dead_letters.queue.queue_url,
            RuleDeadLetterQueueUrl=intake.undelivered.queue.queue_url,
            ChangeDeadLetterQueueUrl=changes.queue.queue_url,
            EventRuleArn=intake.rule.rule_arn,
            LedgerTableName=self._ledger.table.table_name,
            AlertTopicArn=self._alerts.topic.topic_arn,
            SweepFunctionName=sweep.function.function_name,
            WatchFunctionName=watch.function.function_name,
            DashboardName=dashboard.name,
        )
        if self._alerts.chat_topic:
            self._tell(ChatTopicArn=self._alerts.chat_topic.topic_arn)

    def _intake(self) -> Intake:
        visibility = cdk.Duration.seconds(_VISIBILITY_SECONDS)
        intake = Intake(self, "Intake", clusters=self._clusters, visibility=visibility, alerts=self._alerts)
        if self._config.archive_days:
            archive = intake.add_archive(self._config.archive_days)
            self._tell(EventArchiveArn=archive.archive_arn)
        if self._config.cloud_trail_protection:
            intake.add_protection_calls()
        self._page_on_delay(intake)
        return intake

    def _changes(self) -> DeadLetterQueue:
        """Where the reader of the table's stream leaves what it could not assess; see `changes`."""
        return DeadLetterQueue(
            self,
            "ChangeDeadLetters",
            alerts=self._alerts,
            meaning="Changes of entries could not be assessed: read why in the log of the function that "
            "reads the table's stream.",
        )

    def _observe(self, intake: Intake) -> LedgerFunction:
        timeout = cdk.Duration.seconds(_OBSERVE_SECONDS)
        observe = LedgerFunction(self, "Observe", common=self._common, timeout=timeout)
        observe.allow(
            access.on_table(self._ledger, "UpdateItem", "BatchWriteItem"),
            access.on_tasks(self, self._clusters, "DescribeTasks"),
        )
        if self._config.cloud_trail_protection:
            observe.allow(
                access.on_table(self._ledger, "BatchGetItem"),
                access.on_tasks(self, self._clusters, "GetTaskProtection"),
            )
        observe.function.add_event_source(
            sources.SqsEventSource(
                intake.queue,
                batch_size=100,
                max_batching_window=cdk.Duration.seconds(_WINDOW_SECONDS),
                max_concurrency=self._config.max_concurrency,
                report_batch_item_failures=True,
            )
        )
        acknowledge(
            observe.function,
            "SQS invokes it: what fails stays on the queue, and goes to its dead-letter queue in the end",
            "Serverless::Serverless-LambdaDLQ",
            "Serverless::Serverless-LambdaEventSourceMappingDestination",
        )
        observe.page_on_failures(self._alerts, _FIVE_MINUTES)
        return observe

    def _assess(self, dead_letters: DeadLetterQueue) -> LedgerFunction:
        assess = LedgerFunction(
            self,
            "Assess",
            common=self._common,
            timeout=cdk.Duration.minutes(1),
            environment={**self._telling, "ALERT_ON_REPLAY": str(self._config.alert_on_replay).lower()},
        )
        assess.allow(access.on_table(self._ledger, "BatchGetItem", "PutItem"), *access.publish(self._alerts))
        assess.function.add_event_source(entry_changes(self._ledger.table, dead_letters.queue))
        acknowledge(
            assess.function,
            "The stream invokes it: what fails for good goes to the queue of the event source",
            "Serverless::Serverless-LambdaDLQ",
        )
        assess.page_on_failures(self._alerts, _FIVE_MINUTES)
        self._page_on_silence(assess)
        return assess

    def _telling_environment(self) -> dict[str, str]:
        """What a function needs to know that tells people of findings."""
        told = {"ALERT_TOPIC_ARN": self._alerts.topic.topic_arn}
        if self._alerts.chat_topic:
            told["CHAT_TOPIC_ARN"] = self._alerts.chat_topic.topic_arn
        if self._common.policy:
            told["POLICY_FILE"] = NAME
        if self._config.protection_lead_minutes is not None:
            told["PROTECTION_LEAD_MINUTES"] = str(self._config.protection_lead_minutes)
        return told

    def _sweep(self) -> LedgerFunction:
        minutes = self._config.sweep_minutes
        sweep = LedgerFunction(
            self,
            "Sweep",
            common=self._common,
            timeout=cdk.Duration.minutes(min(minutes, 10)),
            environment={
                "CLUSTERS": ",".join(self._clusters),
                **self._telling,
                "SWEEP_CALLS_PER_SECOND": str(self._config.sweep_calls_per_second),
            },
        )
        sweep.allow(
            access.on_table(self._ledger, "Query", "BatchGetItem", "UpdateItem", "BatchWriteItem", "PutItem"),
            access.on_indexes(self._ledger, "open"),
            access.on_tasks(self, self._clusters, "DescribeTasks", "GetTaskProtection"),
            access.list_tasks(self._clusters),
            *access.publish(self._alerts),
        )
        if not self._clusters:
            sweep.allow(access.list_clusters())
        every = cdk.Duration.minutes(minutes)
        Schedule(self, "SweepSchedule", function=sweep.function, every=every)
        sweep.page_on_failures(self._alerts, every)
        self._page_on_bad_sweeps(minutes)
        return sweep

    def _watch(self) -> LedgerFunction:
        watch = LedgerFunction(
            self,
            "Watch",
            common=self._common,
            timeout=cdk.Duration.seconds(50),  # over before the next one starts
            environment=self._telling,
        )
        watch.allow(
            access.on_table(self._ledger, "Query", "BatchGetItem", "UpdateItem", "PutItem", "DeleteItem"),
            access.on_indexes(self._ledger, "protected", "due"),
            access.on_tasks(self, self._clusters, "GetTaskProtection", "DescribeTasks"),
            access.list_tasks(self._clusters),
            *access.publish(self._alerts),
        )
        Schedule(self, "WatchSchedule", function=watch.function, every=_WATCH_EVERY)
        watch.page_on_failures(self._alerts, _FIVE_MINUTES)
        return watch

    def _page_on_delay(self, intake: Intake) -> None:
        """Pages when events wait longer than a poison message does, and when many of them come in late."""
        self._alerts.page(
            "EventQueueAge",
            intake.queue.metric_approximate_age_of_oldest_message(period=_FIVE_MINUTES, statistic="Maximum"),
            "Events wait on the queue: look at errors and throttles of the observe function.",
            Condition(value=RECEIVES * _VISIBILITY_SECONDS),
        )
        self._alerts.page(
            "EventLag",
            metric(self, "observe", "EventLag", "p90"),
            "For a quarter of an hour, one event in ten has taken more than five minutes from ECS to the "
            "ledger: look at the age of the queue; if it is low, EventBridge is late.",
            Condition(value=300, periods=3),
        )

    def _page_on_silence(self, assess: LedgerFunction) -> None:
        """Pages when people hear late or not at all of what was found."""
        self._alerts.page(
            "AssessLag",
            assess.function.metric("IteratorAge", period=_FIVE_MINUTES, statistic="Maximum"),
            "For a quarter of an hour, changes of entries have waited more than five minutes to be assessed: "
            "read the log of the assess function.",
            Condition(value=300_000, periods=3),
        )
        self._alerts.page(
            "NotificationsFailing",
            metric(self, "watch", "IncidentFailures"),
            "For a quarter of an hour, messages of incidents could not be sent or incidents not be looked "
            "after: read why in the log of the watch function.",
            Condition(periods=3),
        )

    def _page_on_bad_sweeps(self, minutes: int) -> None:
        """Pages when no sweep comes to its end, and when each of them fails for some cluster."""
        self._alerts.page(
            "SweepClusterFailures",
            metric(self, "sweep", "SweepClusterFailures", period=cdk.Duration.minutes(minutes)),
            "Three sweeps on end failed for some cluster: read which and why in the sweep function's log.",
            Condition(periods=3),
        )
        self._alerts.page(
            "SweepOverdue",
            metric(self, "sweep", "SweepCompleted", period=cdk.Duration.minutes(2 * minutes)),
            "No sweep has finished in two intervals: what events did not tell is not repaired, and ECS "
            "forgets a stopped task after an hour. Read the log of the sweep function.",
            Condition(or_missing=True),
        )

    def _tell(self, **outputs: str) -> None:
        """Stack outputs by these very names: scripts and the command line find things by them."""
        for name, value in outputs.items():
            cdk.CfnOutput(self, name, value=value)


def _cluster_arn(stack: cdk.Stack, cluster: str) -> str:
    if cluster.startswith("arn:"):
        return cluster
    return stack.format_arn(service="ecs", resource="cluster", resource_name=cluster)


def _boundary(policy: str | None) -> cdk.PermissionsBoundary | None:
    if policy is None:
        return None
    by = cdk.PermissionsBoundary.from_arn if policy.startswith("arn:") else cdk.PermissionsBoundary.from_name
    return by(policy)
