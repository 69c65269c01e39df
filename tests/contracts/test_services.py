"""What every store of services promises, in memory and on DynamoDB alike."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model.service import ServiceRecord
from reconciler.ports.services import NEWEST, ServiceLedger
from reconciler.services.merge import merge_event, merge_reading
from tests.support.full_service import NASTY, full_service, with_deployments
from tests.support.services import (
    BEGIN,
    COMPLETED,
    SERVICE,
    STARTED,
    deployment_event,
    deployment_id,
    described,
    minute,
    reading,
    record,
)
from tests.support.values import CLUSTER

OLD_FORM = SERVICE.replace("service/shop/", "service/")


def save(ledger: ServiceLedger, after: ServiceRecord, before: ServiceRecord | None = None) -> ServiceRecord:
    """The record as it is read again."""
    assert ledger.save(after, before, minute(30))
    stored = ledger.service(
        after.cluster_arn, after.service, [one.deployment_id for one in after.deployments]
    )
    assert stored is not None
    return stored


@pytest.mark.parametrize(
    "held",
    [full_service(), replace(full_service(), service_arn=OLD_FORM), record(), with_deployments(range(1))],
    ids=["full", "old form", "empty", "event"],
)
def test_gives_back_what_was_saved(services: ServiceLedger, held: ServiceRecord) -> None:
    """Every field of a service and of its deployments comes back, to the millisecond, with any text in it."""
    stored = save(services, held)
    assert stored == replace(held, revision=1)
    assert services.services(CLUSTER) == {"checkout": stored}
    assert services.deployments(held.service_arn, BEGIN) == list(held.deployments)


def test_an_unknown_service(services: ServiceLedger) -> None:
    """Of what was never saved, nothing is known."""
    save(services, with_deployments(range(1)))
    other = CLUSTER + "2"
    assert services.service(CLUSTER, "search", [deployment_id(0)]) is None
    assert services.service(other, "checkout") is None
    assert services.services(other) == {}
    assert services.deployments(SERVICE + "2", BEGIN) == []


def test_one_of_two_writers_is_overtaken(services: ServiceLedger) -> None:
    """A record that moved on is not written over, and nothing of the attempt is stored."""
    before = save(services, with_deployments(range(1)))
    one, other = (merge_event(before, deployment_event(number, STARTED, 10 * number)) for number in (1, 2))
    after = save(services, one, before)
    assert not services.save(other, before, minute(30))
    assert services.service(CLUSTER, "checkout") == after
    assert [each.deployment_id for each in after.deployments] == [deployment_id(1), deployment_id(0)]
    assert services.deployments(SERVICE, BEGIN) == list(after.deployments)


def test_two_cannot_begin_the_same(services: ServiceLedger) -> None:
    """Of two that save the first of a service, one is overtaken; so is who thinks that there is something."""
    assert not services.save(record(), replace(record(), revision=1), minute(30))
    save(services, record())
    assert not services.save(with_deployments(range(1)), None, minute(30))


def test_the_newest_deployments_and_those_asked_for(services: ServiceLedger) -> None:
    """A record has the ten newest, and of the older ones those whose ids are given; all are kept."""
    held = with_deployments(range(14))
    save(services, held)
    newest = services.service(CLUSTER, "checkout")
    assert newest is not None
    assert newest.deployments == held.deployments[:NEWEST]
    asked = services.service(CLUSTER, "checkout", [deployment_id(number) for number in (1, 3, 13, 99)])
    assert asked is not None
    numbers = [*range(13, 3, -1), 3, 1]
    assert [one.deployment_id for one in asked.deployments] == list(map(deployment_id, numbers))
    assert services.deployments(SERVICE, BEGIN) == list(held.deployments)
    assert services.deployments(SERVICE, minute(120)) == list(held.deployments[:2])


def test_an_older_deployment_is_changed_in_its_place(services: ServiceLedger) -> None:
    """What is learned of one that is not among the newest is kept, and the newest stay what they are."""
    before = save(services, with_deployments(range(14)))
    save(services, merge_event(before, deployment_event(1, COMPLETED, 200)), before)
    found = {one.deployment_id: one for one in services.deployments(SERVICE, BEGIN)}  # type: ignore[union-attr]  # all are readable
    assert len(found) == 14
    assert set(found[deployment_id(1)].reports) == {STARTED, COMPLETED}  # type: ignore[union-attr]  # the same
    after = services.service(CLUSTER, "checkout")
    assert after is not None
    assert after.deployments == before.deployments[:NEWEST]


def test_a_deployment_that_began_at_another_time_is_kept_once(services: ServiceLedger) -> None:
    """When it is learned later when one began, it moves."""
    before = save(services, with_deployments(range(2)))
    after = save(services, merge_reading(before, reading(described(1, 3)), minute(31)), before)
    assert [one.began.at for one in after.deployments] == [minute(3), minute(0)]
    assert services.deployments(SERVICE, BEGIN) == list(after.deployments)


def test_one_that_moves_back_makes_room(services: ServiceLedger) -> None:
    """Behind those that were not among the newest: the first of these is among them now."""
    save(services, with_deployments(range(14)))
    newest = services.service(CLUSTER, "checkout")
    assert newest is not None
    late = merge_reading(newest, reading(described(13, 15)), minute(150))
    assert services.save(late, newest, minute(150))
    found = services.service(CLUSTER, "checkout", [deployment_id(13)])
    assert found is not None
    numbers = [*range(12, 2, -1), 13]
    assert [one.deployment_id for one in found.deployments] == list(map(deployment_id, numbers))


def test_services_by_cluster(services: ServiceLedger) -> None:
    """A cluster's services are found by their names, open or over; those of another are not among them."""
    search = replace(record(), service_arn=SERVICE.replace("checkout", "search"), gone_at=minute(1))
    other = replace(record(), cluster_arn=CLUSTER + "2")
    for one in (record(), search, other):
        save(services, one)
    assert services.services(CLUSTER) == {
        "checkout": replace(record(), revision=1),
        "search": replace(search, revision=1),
    }


def test_the_cluster_of_a_deployment(services: ServiceLedger) -> None:
    """Found by the service's ARN, in the form that it has, and the deployment's id."""
    clusters = {CLUSTER: 1, CLUSTER + "2": 2}
    for cluster, number in clusters.items():
        held = replace(with_deployments(range(number, number + 1)), cluster_arn=cluster, service_arn=OLD_FORM)
        save(services, held)
    assert {services.cluster_of(OLD_FORM, deployment_id(each)): each for each in (1, 2)} == clusters
    assert services.cluster_of(OLD_FORM, deployment_id(3)) is None
    assert services.cluster_of(SERVICE, deployment_id(1)) is None


def test_any_name_is_kept_apart(services: ServiceLedger) -> None:
    """Names and ids of any length and characters have rows of their own."""
    for number, end in enumerate(("a", "b")):
        arn, deployment = f"{SERVICE}/{'s' * 900}{end}", f"{NASTY * 70}{end}"
        event = replace(deployment_event(number, STARTED, 0), service_arn=arn, deployment_id=deployment)
        save(services, merge_event(replace(record(), service_arn=arn), event))
    found = services.services(CLUSTER)
    assert sorted(found) == [f"{'s' * 900}a", f"{'s' * 900}b"]


def test_a_millisecond_is_not_lost(services: ServiceLedger) -> None:
    """Of two deployments that began within a millisecond of each other, both are kept in their order."""
    began = timedelta(milliseconds=1) / timedelta(minutes=1)
    held = merge_event(record(), deployment_event(1, STARTED, 1))
    held = merge_event(held, deployment_event(2, STARTED, 1 - began))
    held = merge_event(held, deployment_event(3, STARTED, 1))
    save(services, held)
    assert services.deployments(SERVICE, BEGIN) == list(held.deployments)
