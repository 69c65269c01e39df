"""Whatever is lost on the way: what is wrong with a service is found, is said once, and ends."""

import os
from collections import Counter
from datetime import timedelta

import pytest

from .lives import Life

LIVES = int(os.environ.get("TASKLEDGER_LIVES", "25"))
STEPS = 6
# The limit, as long to the next sweep, and as long again until one has read it twice.
FOUND_AFTER = timedelta(minutes=10 + 15 + 15)


def kinds(found: set[str]) -> set[str]:
    return {name.split()[0] for name in found}


@pytest.mark.parametrize("seed", range(LIVES))
def test_what_is_wrong_is_found_and_ends(seed: int) -> None:
    """Below its desired count for long: an open incident. Whole for an hour: none. A failure: exactly one."""
    life = Life(seed)
    life.begin()
    for _ in range(STEPS):
        life.step()
        below = life.below_since
        if life.well_asked and below and life.world.clock.now - below > FOUND_AFTER:
            assert kinds(life.world.open()) & {"SERVICE_IMPAIRED", "DEPLOYMENT_FAILED"}
    life.heal()
    life.wait(60)
    assert not kinds(life.world.open()) & {"SERVICE_IMPAIRED", "DEPLOYMENT_FAILED"}
    incidents = life.world.system.incidents.everything()
    failed = Counter(one.key.about for one in incidents if one.key.kind == "DEPLOYMENT_FAILED")
    assert {about: count for about, count in failed.items() if count > 1} == {}
    assert {each for each in life.failed if life.is_sure(each)} - failed.keys() == set()
    documents = [message.document for _, message in life.world.inbox.mail]
    opened = Counter(one["incidentId"] for one in documents if one["type"] == "OPENED")
    of_services = [one for one in incidents if one.key.kind in ("DEPLOYMENT_FAILED", "SERVICE_IMPAIRED")]
    assert {one.incident_id: opened[one.incident_id] for one in of_services} == dict.fromkeys(
        (one.incident_id for one in of_services), 1
    )
