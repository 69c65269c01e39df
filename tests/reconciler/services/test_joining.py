"""Which service deployment is which deployment, by when they began."""

import pytest

from reconciler.model.deployment import ServiceDeployment
from reconciler.model.service import ServiceRecord
from reconciler.services.joining import join
from reconciler.services.merge import merge_task
from tests.support.service_records import arn, recorded
from tests.support.services import (
    COMPLETED,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
    record,
)
from tests.support.values import state


def task(started: float) -> ServiceRecord:
    """A service of which one task, of deployment 2, is all that is known."""
    return merge_task(record(), state(started_by=deployment_id(2), created_at=minute(started)))


ANSWERED = ServiceDeployment(service_deployment_arn=arn(2), status="IN_PROGRESS", created_at=minute(10))


@pytest.mark.parametrize(
    ("known", "joined"),
    [
        (recorded((reading(described(2, 10)), 11)), True),
        (recorded((reading(described(2, 11)), 12)), False),
        (recorded(deployment_event(2, STARTED, 10.1)), True),
        (recorded(deployment_event(2, COMPLETED, 10.1)), False),
        (recorded(deployment_event(2, COMPLETED, 14), deployment_event(2, STARTED, 10)), True),
        (task(10.1), True),
        (task(11), False),
        (recorded((reading(described(2, 10), described(3, 10.1)), 11)), False),
    ],
    ids=[
        "read",
        "read, a minute later",
        "its start",
        "its end alone",
        "its end first, then its start",
        "its first task",
        "a later task of it",
        "two at once",
    ],
)
def test_joined_for_sure_or_not_at_all(known: ServiceRecord, joined: bool) -> None:  # noqa: FBT001 - a column of the table
    """Where it is known when it began, and nothing else of the service began then."""
    assert join(known.deployments, [ANSWERED]) == ({deployment_id(2): ANSWERED} if joined else {})
