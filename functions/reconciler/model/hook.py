"""Lifecycle hooks of deployments."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """The last that was reported of one lifecycle hook of a deployment: `status` without its `HOOK_`."""

    hook_id: str
    status: str
    at: datetime
    service_deployment_arn: str | None = None
    hook_type: str | None = None
    stage: str | None = None
    expires_at: datetime | None = None
    timeout_action: str | None = None
    replayed: bool = False

    def awaits_action(self, now: datetime) -> bool:
        """Whether it waits for a person, and will wait on."""
        return self.status == "AWAITING_ACTION" and (self.expires_at is None or now < self.expires_at)
