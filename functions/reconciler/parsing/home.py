"""Whether an event is of the account and Region that a ledger is for, by the ARNs in it; pure.

Never by the envelope's `account` and `region`: those of an event that is sent by hand are anybody's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..arns import account, region
from ..errors import InvalidInput
from ..model.protection import ProtectionCall
from ..model.service_event import HookEvent, ServiceEvent
from ..model.task import Observation
from .event import Reported


@dataclass(frozen=True, slots=True)
class Home:
    """The account and the Region of a deployed stack."""

    account: str
    region: str


def expect_home(reported: Reported, home: Home | None) -> None:
    """Raises `InvalidInput` by the field of the first ARN from elsewhere; without a home, all are welcome."""
    if home is None:
        return
    for field, arn in _arns(reported):
        if error := elsewhere(field, arn, home):
            raise error


def elsewhere(field: str, arn: str, home: Home) -> InvalidInput | None:
    """What is wrong with an ARN that is of another account or Region; None when it is at home."""
    found = Home(account(arn) or "", region(arn) or "")
    if found == home:
        return None
    place = f"{found.account or '-'} in {found.region or '-'}"
    return InvalidInput(field, f"is of account {place}, not of {home.account} in {home.region}")


def _arns(reported: Reported) -> Iterator[tuple[str, str]]:
    """Each ARN with its field."""
    if isinstance(reported, Observation):
        yield "detail.taskArn", reported.state.task_arn
        yield "detail.clusterArn", reported.state.cluster_arn
    elif isinstance(reported, ProtectionCall):
        for arn in reported.task_arns:
            yield "detail.responseElements.protectedTasks", arn
        if reported.cluster_arn:
            yield "detail.requestParameters.cluster", reported.cluster_arn
    else:
        yield from _of_service(reported)


def _of_service(event: ServiceEvent) -> Iterator[tuple[str, str]]:
    yield "resources[0]", event.service_arn
    if event.cluster_arn:
        yield "detail.clusterArn", event.cluster_arn
    if isinstance(event, HookEvent) and event.hook.service_deployment_arn:
        yield "detail.serviceDeploymentArn", event.hook.service_deployment_arn
