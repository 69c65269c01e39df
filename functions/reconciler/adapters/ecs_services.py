"""The port `EcsServices` on the ECS API: services by ten, service deployments and revisions by twenty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..arns import service_name
from ..model.deployment import ServiceDeployment
from ..model.task import Absence
from ..parsing.service_answer import (
    parse_described_service,
    parse_service_deployment,
    parse_service_revision,
)
from .ecs_answers import Items, all_arns, all_items, ask, named, read_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_ecs import ECSClient

    from ..model.deployment import Image
    from ..model.service import ServiceReading

    Revision = tuple[str | None, tuple[Image, ...]]

# So many at once in one call of each (API reference).
_SERVICES = Items(10, "services", "serviceArn", parse_described_service)
_DEPLOYMENTS = Items(20, "serviceDeployments", "serviceDeploymentArn", parse_service_deployment)
_REVISIONS = Items(20, "serviceRevisions", "serviceRevisionArn", parse_service_revision)

# Of a service that ECS does not know, or whose deployments another controller makes, there are none.
_NO_DEPLOYMENTS = ("ServiceNotFoundException", "UnsupportedFeatureException")


class ApiServices:
    """Asks ECS through the client, whose own limits hold for each call."""

    def __init__(self, client: ECSClient) -> None:
        self._client = client

    def list_services(self, cluster_arn: str) -> Sequence[str]:
        return all_arns(self._client, "list_services", "serviceArns", cluster=cluster_arn)

    def describe_services(
        self, cluster_arn: str, services: Sequence[str]
    ) -> Mapping[str, ServiceReading | Absence]:
        answers = ask(
            services,
            lambda arns: self._client.describe_services(cluster=cluster_arn, services=arns),
            _SERVICES,
        )
        return {arn: _under(arn, answer) for arn, answer in answers.items()}

    def service_deployments(
        self, cluster_arn: str, service_arn: str, since: datetime
    ) -> Sequence[ServiceDeployment]:
        items = all_items(
            self._client,
            "list_service_deployments",
            "serviceDeployments",
            none_for=_NO_DEPLOYMENTS,
            cluster=cluster_arn,
            service=service_arn,
            createdAt={"after": since},
        )
        listed = {
            arn: read_item(item, parse_service_deployment)
            for arn, item in named(items, "serviceDeploymentArn")
        }
        described = self._describe(list(listed))
        found = (described[arn] if _is_known(described[arn]) else brief for arn, brief in listed.items())
        return [one for one in found if isinstance(one, ServiceDeployment)]

    def with_images(self, deployments: Sequence[ServiceDeployment]) -> Sequence[ServiceDeployment]:
        arns = [arn for one in deployments for arn in (one.revision_arn, one.source_revision_arn) if arn]
        revisions = ask(
            list(dict.fromkeys(arns)),
            lambda asked: self._client.describe_service_revisions(serviceRevisionArns=asked),
            _REVISIONS,
        )
        return [_with_images(one, revisions) for one in deployments]

    def _describe(self, arns: Sequence[str]) -> Mapping[str, ServiceDeployment | Absence]:
        return ask(
            arns,
            lambda asked: self._client.describe_service_deployments(serviceDeploymentArns=asked),
            _DEPLOYMENTS,
        )


def _is_known(answer: ServiceDeployment | Absence) -> bool:
    """Whether ECS described it; of the oldest it has nothing but what it lists."""
    return isinstance(answer, ServiceDeployment)


def _under(arn: str, answer: ServiceReading | Absence) -> ServiceReading | Absence:
    """The reading under the ARN that was asked for, which is the one that the ledger knows the service by."""
    if isinstance(answer, Absence) or service_name(arn) is None:
        return answer
    return replace(answer, state=replace(answer.state, service_arn=arn))


def _with_images(one: ServiceDeployment, revisions: Mapping[str, Revision | Absence]) -> ServiceDeployment:
    task_definition_arn, images = _revision(one.revision_arn, revisions)
    _, source_images = _revision(one.source_revision_arn, revisions)
    return replace(
        one,
        task_definition_arn=task_definition_arn or one.task_definition_arn,
        images=one.images if images is None else images,
        source_images=one.source_images if source_images is None else source_images,
    )


def _revision(
    arn: str | None, revisions: Mapping[str, Revision | Absence]
) -> tuple[str | None, tuple[Image, ...] | None]:
    """The task definition and the images of a revision; None where ECS did not show them."""
    found = revisions.get(arn or "")
    return (None, None) if found is None or isinstance(found, Absence) else found
