"""Functions that run by the clock."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from .nag import acknowledge


class Schedule(Construct):
    """Runs a function again and again; a run that fails is not repeated, as the next one takes its place."""

    def __init__(
        self, scope: Construct, construct_id: str, *, function: lambda_.Function, every: Duration
    ) -> None:
        super().__init__(scope, construct_id)
        role = self._role(function)
        schedule = scheduler.CfnSchedule(
            self,
            "Schedule",
            schedule_expression=scheduler.ScheduleExpression.rate(every).expression_string,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=function.function_arn,
                role_arn=role.role_arn,
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=every.to_seconds(), maximum_retry_attempts=2
                ),
            ),
        )
        schedule.node.add_dependency(role)
        function.configure_async_invoke(retry_attempts=0, max_event_age=every)
        acknowledge(
            function,
            "The next run does what a failed one left undone, and an alarm rings when runs keep failing",
            "Serverless::Serverless-LambdaDLQ",
            "Serverless::Serverless-LambdaAsyncFailureDestination",
        )

    def _role(self, function: lambda_.Function) -> iam.Role:
        """May invoke the function, and be used only by schedules of this account."""
        account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        service = iam.ServicePrincipal("scheduler.amazonaws.com", conditions=account)
        role = iam.Role(self, "Role", assumed_by=service)
        role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn])
        )
        return role
