"""The target group of an incident's service, as whoever looks at the service finds it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import TransientError
from reconciler.incidents.model import Incident
from taskledger.local.memory_incidents import MemoryIncidents
from taskledger.simulator.engine.clock import Clock
from tests.support.alerting import maintain, new_alerts
from tests.support.desk import Running
from tests.support.findings import crash
from tests.support.service_sweeps import FakeEcs
from tests.support.services import described, reading
from tests.support.values import START

GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/checkout/6d0ecf83"


@pytest.mark.parametrize("answers", [True, False])
def test_it_is_that_of_the_first_answer(answers: bool) -> None:  # noqa: FBT001 - a parameter
    """As the incident opens; or from the watch, where ECS did not answer then. It stays when it is gone."""
    incidents, clock = MemoryIncidents(), Clock(START)
    shown = replace(reading(described(1, -60), running=1), target_group_arn=GROUP)
    alerts = new_alerts(lambda: clock.now, shown, incidents=incidents)
    ecs = alerts.looks.ecs_services
    assert isinstance(ecs, FakeEcs)
    ecs.errors = {} if answers else {"describe_services": TransientError("slow")}

    def current() -> Incident:
        (found,) = (one for one in incidents.everything() if one.key == crash().key)
        return found

    alerts.notify([crash()])
    assert current().target_group_arn == (GROUP if answers else None)
    ecs.errors.clear()
    clock.advance(120)
    maintain(alerts, Running())
    assert current().target_group_arn == GROUP
    ecs.readings = {arn: replace(shown, target_group_arn=None) for arn in ecs.readings}
    clock.advance(120)
    maintain(alerts, Running())
    assert current().target_group_arn == GROUP
