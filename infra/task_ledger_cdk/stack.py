"""The stack: composes the constructs, and exports where things are."""

import aws_cdk as cdk
from constructs import Construct

from .assess import Assess
from .build.assets import dependencies, function_code
from .build.policy_file import deployed_policy
from .config import Config
from .dashboard import Dashboard
from .intake import Intake
from .ledger import Ledger
from .observe import VISIBILITY_SECONDS, Observe
from .parts.alarm_topic import AlarmTopic
from .parts.alerting import Alerts
from .parts.encryption import own_key
from .parts.ledger_function import Common
from .silence import page_on_silence
from .sweep import Sweep
from .watch import Watch


class TaskLedgerStack(cdk.Stack):
    """Everything of one deployment."""

    def __init__(self, scope: Construct, config: Config) -> None:
        super().__init__(
            scope,
            config.stack_name,
            description="Task Ledger for Amazon ECS: the latest state of every task, and what went wrong",
            permissions_boundary=_boundary(config.permissions_boundary),
            termination_protection=config.removal_policy == "retain",
        )
        self._common = self._shared(config)
        self._compose()
        for name, value in config.tags:
            cdk.Tags.of(self).add(name, value)

    def _shared(self, config: Config) -> Common:
        return Common(
            config=config,
            clusters=[_cluster_arn(self, cluster) for cluster in config.clusters],
            ledger=Ledger(self, "Ledger", config=config, key=own_key(self, config.kms_key_arn)),
            alerts=self._alerts(config),
            code=function_code(),
            dependencies=dependencies(self, config.architecture),
            policy=deployed_policy(self, config.policy_file) if config.policy_file else None,
        )

    def _alerts(self, config: Config) -> Alerts:
        emails, purpose = config.alert_emails, "Messages of Task Ledger's operations topic"
        operations = AlarmTopic(self, "Operations", purpose=purpose, emails=emails)
        alerts = Alerts(self, "Alerts", emails=emails, operations=operations)
        if config.chat_topic:
            alerts.add_chat_topic()
        return alerts

    def _compose(self) -> None:
        common, intake = self._common, self._intake()
        observe = Observe(self, "Observe", common=common, intake=intake)
        assess = Assess(self, "Assess", common=common)
        sweep, watch = Sweep(self, "Sweep", common=common), Watch(self, "Watch", common=common)
        page_on_silence(common, rule=intake.rule, observe=observe.function, watch=watch.function)
        dead_letters = (*intake.dead_letter_queues, assess.dead_letters)
        dashboard = Dashboard(self, "Dashboard", alarms=common.alerts.alarms)
        dashboard.add_queues([intake.queue, *(each.queue for each in dead_letters)])
        dashboard.add_functions([each.function for each in (observe, assess, sweep, watch)])
        dashboard.add_table(common.ledger.table)
        self._export(
            EventQueueUrl=intake.queue.queue_url,
            EventDeadLetterQueueUrl=intake.dead_letters.queue.queue_url,
            RuleDeadLetterQueueUrl=intake.undelivered.queue.queue_url,
            ChangeDeadLetterQueueUrl=assess.dead_letters.queue.queue_url,
            EventRuleArn=intake.rule.rule_arn,
            ServiceEventRuleArn=intake.service_rule.rule_arn,
            LedgerTableName=common.ledger.table.table_name,
            AlertTopicArn=common.alerts.topic.topic_arn,
            OperationsTopicArn=common.alerts.operations.topic.topic_arn,
            SweepFunctionName=sweep.function.function_name,
            WatchFunctionName=watch.function.function_name,
            DashboardName=dashboard.name,
        )
        if common.alerts.chat_topic:
            self._export(ChatTopicArn=common.alerts.chat_topic.topic_arn)

    def _intake(self) -> Intake:
        common, visibility = self._common, cdk.Duration.seconds(VISIBILITY_SECONDS)
        clusters, alerts, key = common.clusters, common.alerts, common.ledger.key
        intake = Intake(self, "Intake", clusters=clusters, visibility=visibility, alerts=alerts, key=key)
        if common.config.archive_days:
            archive = intake.add_archive(common.config.archive_days)
            self._export(EventArchiveArn=archive.archive_arn)
        if common.config.cloud_trail_protection:
            intake.add_protection_calls()
        return intake

    def _export(self, **outputs: str) -> None:
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
