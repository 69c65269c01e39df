"""Lambda functions as this stack has them: each with a role, a log group and alarms of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from ..build.assets import ARCHITECTURES, RUNTIME
from ..build.policy_file import NAME, DeployedPolicy
from ..config import Config
from ..ledger import Ledger
from .alerting import Alerts, Condition
from .metrics import namespace
from .nag import acknowledge
from .permissions import Permission, use_key

FIVE_MINUTES = Duration.minutes(5)
_LOG_RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What all functions of a deployment share."""

    config: Config
    clusters: Sequence[str]
    ledger: Ledger
    alerts: Alerts
    code: lambda_.Code
    dependencies: lambda_.LayerVersion
    policy: DeployedPolicy | None = None

    @property
    def layers(self) -> list[lambda_.LayerVersion]:
        return [self.dependencies, *([self.policy.layer] if self.policy else [])]

    @property
    def log_groups(self) -> Sequence[str]:
        """Of which messages may have lines."""
        return self.policy.log_groups if self.policy else ()

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "LEDGER_ACCOUNT": Stack.of(self.ledger).account,
            "LEDGER_REGION": Stack.of(self.ledger).region,
            "LEDGER_TABLE_NAME": self.ledger.table.table_name,
            "LEDGER_RETENTION_DAYS": str(self.config.retention_days),
            "CALLS_PER_SECOND": str(self.config.calls_per_second),
        }

    @property
    def alert_environment(self) -> Mapping[str, str]:
        """What a function needs beside it that reports findings."""
        variables = {"ALERT_TOPIC_ARN": self.alerts.topic.topic_arn}
        if self.alerts.chat_topic:
            variables["CHAT_TOPIC_ARN"] = self.alerts.chat_topic.topic_arn
        if self.policy:
            variables["POLICY_FILE"] = NAME
        if self.config.protection_lead_minutes is not None:
            variables["PROTECTION_LEAD_MINUTES"] = str(self.config.protection_lead_minutes)
        return variables


class LedgerFunction(Construct):
    """The handler in `reconciler.handlers` with this construct's name; it may write its log and no more."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        common: Common,
        timeout: Duration,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.common = common
        name, config = construct_id.lower(), common.config
        self._log_group = logs.LogGroup(
            self,
            "Log",
            encryption_key=common.ledger.key,
            retention=_LOG_RETENTION[config.log_retention_days],
            removal_policy=RemovalPolicy.DESTROY,  # a log of the functions; what matters is in the ledger
        )
        self._role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.function = lambda_.Function(
            self,
            "Function",
            handler=f"reconciler.handlers.{name}.handler",
            code=common.code,
            layers=common.layers,
            runtime=RUNTIME,
            architecture=ARCHITECTURES[config.architecture],
            memory_size=512,
            timeout=timeout,
            role=self._role,
            log_group=self._log_group,
            tracing=lambda_.Tracing.ACTIVE if config.tracing else lambda_.Tracing.DISABLED,
            environment={
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": namespace(self),
                "POWERTOOLS_LOG_LEVEL": config.log_level,
                **common.environment,
                **(environment or {}),
            },
        )
        self._log_group.grant_write(self._role)
        self.allow(*use_key(common.ledger))
        self._explain(config)

    def allow(self, *accesses: Permission) -> None:
        for access in accesses:
            self._role.add_to_policy(access.statement)
            if access.wildcard:
                finding = f"AwsSolutions::AwsSolutions-IAM5[Resource::{access.wildcard}]"
                acknowledge(self._role, access.reason, finding)

    def _explain(self, config: Config) -> None:
        """Why it is not quite what cdk-nag asks for."""
        acknowledge(
            self.function,
            "Python 3.13 is supported until 2029, and it is what the locked wheels are chosen for",
            "AwsSolutions::AwsSolutions-L1",
            "Serverless::Serverless-LambdaLatestVersion",
        )
        if config.tracing:
            acknowledge(
                self._role,
                "X-Ray has no resource that a policy could name",
                "AwsSolutions::AwsSolutions-IAM5[Resource::*]",
            )
        else:
            acknowledge(
                self.function,
                "Tracing is a choice that costs: -c tracing=true",
                "Serverless::Serverless-LambdaTracing",
            )

    def page_on_failures(self, period: Duration) -> None:
        """Pages when it failed, or could not start, in each of three periods on end: it does not heal."""
        name, lasting = self.node.id, Condition(periods=3)
        self.common.alerts.page(
            f"{name}Errors",
            self.function.metric_errors(period=period),
            f"The {name.lower()} function keeps failing: read why in its log.",
            lasting,
        )
        self.common.alerts.page(
            f"{name}Throttles",
            self.function.metric_throttles(period=period),
            f"The {name.lower()} function can't start: look at the account's Lambda concurrency.",
            lasting,
        )
