"""What ECS answers only where this deployment may ask: refused once, it stays unknown for the run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from ...errors import AccessDenied
from ...model.deployment import ServiceDeployment
from ...ports.services import EcsServices

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OptionalCalls:
    """The optional questions of one run, and which of them were refused."""

    services: EcsServices
    refused: dict[str, AccessDenied] = field(default_factory=dict)

    def service_deployments(
        self, cluster_arn: str, service_arn: str, since: datetime
    ) -> Sequence[ServiceDeployment]:
        """The service's deployments since then; none where that may not be asked."""

        def ask() -> Sequence[ServiceDeployment]:
            return self.services.service_deployments(cluster_arn, service_arn, since)

        return self._ask("service deployments", ask, ())

    def with_images(self, deployments: Sequence[ServiceDeployment]) -> Sequence[ServiceDeployment]:
        """The same with their images; as they are where that may not be asked."""
        return self._ask("service revisions", lambda: self.services.with_images(deployments), deployments)

    def _ask(self, what: str, ask: Callable[[], T], unknown: T) -> T:
        if what in self.refused:
            return unknown
        try:
            return ask()
        except AccessDenied as error:
            self.refused[what] = error
            return unknown
