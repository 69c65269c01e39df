"""Whatever is lost on the way: what is wrong with a service is found, is said once, and ends."""

import os
from collections import Counter
from datetime import timedelta

import pytest

from .heard import first_page, heard, is_closed, repeated
from .lives import Life

LIVES = int(os.environ.get("TASKLEDGER_LIVES", "25"))
STEPS = 6
# The limit, as long to the next sweep, and as long again until one has read it twice.
FOUND_AFTER = timedelta(minutes=10 + 15 + 15)
OF_SERVICES = {"DEPLOYMENT_FAILED", "SERVICE_IMPAIRED"}


@pytest.mark.parametrize("seed", range(LIVES))
def test_what_is_wrong_is_found_and_ends(seed: int) -> None:
    """Below its desired count for long: people know. Whole for an hour: all is over. A failure: one page."""
    life = Life(seed)
    life.begin()
    for _ in range(STEPS):
        life.step()
        below = life.below_since
        if life.well_asked and below and life.world.clock.now - below > FOUND_AFTER:
            assert life.world.standing()
    life.heal()
    life.wait(60)
    assert not {name.split()[0] for name in life.world.open()} & OF_SERVICES
    incidents = life.world.system.incidents.everything()
    failed = Counter(one.key.about for one in incidents if one.key.kind == "DEPLOYMENT_FAILED")
    assert {about: count for about, count in failed.items() if count > 1} == {}
    assert {each for each in life.failed if life.is_sure(each)} - failed.keys() == set()
    messages = heard(life.world.inbox)
    for one in incidents:
        of_it = messages.get(one.incident_id, [])
        assert repeated(of_it) == []
        assert not first_page(of_it) or is_closed(of_it) is not one.open
        assert first_page(of_it) or one.key.kind != "DEPLOYMENT_FAILED"
