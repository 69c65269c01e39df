"""`taskledger why` of each labelled rollout, asked of ECS over HTTP when the rollout is over."""

import pytest

from tests.rollouts.played import played
from tests.rollouts.scripts import BROKEN, EXIT, IMAGE, ROLLOUTS, SIGNAL, SPOT, STALLED
from tests.support.live import live

CONFIGURATION = "SERVICE_IMPAIRED CONFIGURATION"
# What is wrong first, and what is named as its reason; nothing where all is well again.
EXPECTED = {
    "bad_image_with_rollback": (BROKEN, IMAGE),
    "crash_without_breaker": (STALLED, EXIT),
    "bad_image_without_breaker": (STALLED, IMAGE),
    "leak_after_completion": (SIGNAL, None),
    "good_deployment_beside_a_crashing_service": (None, None),
    "spot_in_a_good_deployment": (SPOT, None),
    "scale_in_in_a_good_deployment": (None, None),
    "two_deployments_the_second_bad": (STALLED, IMAGE),
    "two_deployments_both_bad": (STALLED, IMAGE),
    "second_deployment_repairs_the_first": (None, None),
    "old_crash_goes_on": (SIGNAL, None),
    "crash_of_the_same_day_goes_on": (SIGNAL, None),
    "alarm_rolls_back": ("DEPLOYMENT_FAILED ALARM", None),
    "registry_outage": (IMAGE, None),
    "role_refused_with_rollback": (BROKEN, CONFIGURATION),
    "all_events_of_the_deployment_lost": (BROKEN, EXIT),
    "deployment_events_without_cluster": (BROKEN, EXIT),
    "events_of_failed_tasks_late": (BROKEN, EXIT),
}
MOST_CALLS = 9


def test_each_rollout_is_expected_to_be_explained() -> None:
    """No rollout is left out."""
    assert set(EXPECTED) == set(ROLLOUTS)


@pytest.mark.parametrize("name", ROLLOUTS)
def test_what_is_wrong(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The incident that speaks, its reason, and the deployment that it began with; in few calls."""
    world, (wrong, reason) = played(name, 0), EXPECTED[name]
    with live(world.ecs, monkeypatch) as asked:
        found = asked.why("checkout", "--json")
    assert found.code == (1 if wrong else 0)
    assert asked.calls.total() <= MOST_CALLS
    incidents = {f"{one['kind']} {one['cause']}": one for one in found.document["incidents"]}
    if wrong is None:
        assert all(one["status"] == "RESOLVED" for one in incidents.values())
        return
    assert next(iter(incidents)) == wrong
    assert reason is None or reason in incidents
    label = {blamed for what, blamed in ROLLOUTS[name][1].blames if what == wrong}
    assert _blamed(incidents[wrong]["deployment"], world.deployments) in label


def _blamed(deployment: dict[str, str], names: dict[str, str]) -> str:
    """In the words of the label; a deployment of which ECS shows no id any more goes by what it deploys."""
    by_id = {deployment_id: name for name, deployment_id in names.items()}
    if deployment["deploymentId"] is None:
        return deployment["blame"]
    name = by_id.get(deployment["deploymentId"]) or deployment["taskDefinitionArn"].rpartition("/")[2]
    rolled_back = ", rolled back" if deployment["rolledBackAt"] else ""
    return f"{deployment['blame']} {name}{rolled_back}"


def test_the_text_names_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first line says it, and the image, the deployment and what to do follow."""
    with live(played("bad_image_with_rollback", 0).ecs, monkeypatch) as asked:
        text = asked.why("checkout").out
    assert text.startswith(
        "checkout (shop): deployment failed, image can't be pulled, rolled back. 2 of 2 tasks run.\n"
    )
    assert "The deployment checkout:1 to :2 failed" in text
    assert "CannotPullContainerError" in text
    assert "Next: The image or tag does not exist" in text


def test_a_cluster_lists_what_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says nothing of services that are."""
    with live(played("good_deployment_beside_a_crashing_service", 0).ecs, monkeypatch) as asked:
        found = asked.why()
    assert found.code == 1
    assert found.out.startswith("shop: 1 of 2 services is not well.\n")
    assert "legacy (shop, " in found.out
    assert "checkout" not in found.out
