"""Lifecycle hooks of deployments that wait for a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ...model.hook import Hook
from ...model.service import ServiceRecord
from ...services.outcomes import History
from ..model import Fault, Kind, Severity
from ..summary import clock
from .service_fault import ServiceFault, named

_AT_TIMEOUT = {
    "ROLLBACK": "then the deployment is rolled back",
    "CONTINUE": "then the deployment goes on by itself",
}


def hooks_waiting(record: ServiceRecord, past: Sequence[History], now: datetime) -> Iterator[ServiceFault]:
    """A finding for each hook that waits and has not run out."""
    for hook in record.hooks:
        if hook.awaits_action(now):
            history = _history_of(past, hook)
            yield ServiceFault(
                fault=_fault(hook, history),
                at=hook.at,
                deployment=history.deployment if history else None,
                service_deployment_arn=hook.service_deployment_arn,
                about=hook.hook_id,
            )


def hooks_of(record: ServiceRecord) -> Sequence[Hook]:
    """The hooks of the newest deployment; where a hook's is not known for sure, it is the one under way."""
    newest, *others = (one.service_deployment_arn for one in record.deployments)
    began = record.deployments[0].began.at
    return [
        hook
        for hook in record.hooks
        if hook.at >= began
        and (hook.service_deployment_arn is None or hook.service_deployment_arn not in others)
        and (newest is None or hook.service_deployment_arn in (None, newest))
    ]


def _history_of(past: Sequence[History], hook: Hook) -> History | None:
    """The deployment that the hook is of; None where none could be joined for sure."""
    arn = hook.service_deployment_arn
    return next((one for one in past if arn and one.deployment.service_deployment_arn == arn), None)


def _fault(hook: Hook, history: History | None) -> Fault:
    answered = history.deployment.service_deployment if history else None
    action = hook.timeout_action or (answered.hooks_at_timeout.get(hook.hook_id) if answered else None)
    which = f"The deployment {named(history)}" if history else "A deployment"
    stage = f" at {hook.stage}" if hook.stage else ""
    until = f" until {clock(hook.expires_at)}" if hook.expires_at else ""
    then = _AT_TIMEOUT.get(action or "", "what happens then is not known")
    return Fault(
        Kind.HOOK_WAITING,
        Severity.MEDIUM,
        f"{which} waits for a person{stage}{until}; {then}.",
        "Look at what was to be checked at this stage, then let the deployment go on or stop it"
        " (ContinueServiceDeployment, StopServiceDeployment).",
        occasion=hook.hook_id,
    )
