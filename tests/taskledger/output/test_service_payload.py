"""The public JSON of services: what a deployment changed, and what brought the news of it."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.deployment import Image, ServiceDeployment
from reconciler.services.outcomes import histories
from taskledger.output.service_payload import deployment, images_of, service
from tests.support.service_records import recorded
from tests.support.services import COMPLETED, FAILED, STARTED, deployment_event, described, minute, reading

APP = Image(container="app", image="shop/app:1", digest="sha256:1")
SIDE = Image(container="proxy", image="envoy:1", digest="sha256:9")

reports = st.lists(
    st.builds(
        deployment_event, st.integers(1, 3), st.sampled_from([STARTED, FAILED, COMPLETED]), st.integers(0, 9)
    )
    | st.builds(
        lambda number, state, at: (reading(described(number, at, rollout_state=state)), at + 10),
        st.integers(1, 3),
        st.sampled_from(["IN_PROGRESS", "COMPLETED", "FAILED", None]),
        st.integers(0, 9),
    ),
    max_size=6,
)


def joined(images: Sequence[Image] | None, source_images: Sequence[Image] | None = None) -> ServiceDeployment:
    return ServiceDeployment(
        service_deployment_arn="arn",
        status="SUCCESSFUL",
        created_at=minute(0),
        images=None if images is None else tuple(images),
        source_images=None if source_images is None else tuple(source_images),
    )


@pytest.mark.parametrize(
    ("before", "after", "containers"),
    [
        ([APP], [APP], []),
        ([APP, SIDE], [SIDE, APP], []),
        ([APP], [Image(container="app", image="shop/app:2")], ["app"]),
        ([APP], [Image(container="app", image="shop/app:1", digest="sha256:2")], ["app"]),
        ([APP], [Image(container="app", image="shop/app:1")], []),
        ([APP], [APP, SIDE], ["proxy"]),
        ([APP, SIDE], [APP], ["proxy"]),
        (None, [APP, SIDE], ["app", "proxy"]),
    ],
)
def test_changed_images(
    before: Sequence[Image] | None, after: Sequence[Image], containers: Sequence[str]
) -> None:
    """Another image, another digest where both are known, a container more or less."""
    changed = images_of(joined(after, before))
    assert changed is not None
    assert [name for name, *_ in changed] == containers


@pytest.mark.parametrize("unknown", [None, joined(None)])
def test_nobody_asked(unknown: ServiceDeployment | None) -> None:
    """Then it is not known, which is another thing than that nothing changed."""
    assert images_of(unknown) is None


def test_what_brought_the_news() -> None:
    """The later of an event and a reading that said something else."""
    event, later = deployment_event(1, COMPLETED, 5), (reading(described(1, 0, failed_tasks=1)), 9)
    for record, source in ((recorded(event), "event"), (recorded(event, later), "describe")):
        (one,) = service(record)["deployments"]
        assert (one["source"], one["observedAt"]) == (source, service(record)["observedAt"])


@given(reports)
def test_no_field_is_ever_absent(found: list[object]) -> None:
    """Whatever is known of a service, its document and those of its deployments have the same keys."""
    record = recorded(*found)  # type: ignore[arg-type]  # one of the two kinds
    document, full = service(record), recorded((reading(described(1, 0)), 1))
    assert document.keys() == service(full).keys()
    keys = deployment(full, histories(full)[0]).keys()
    assert all(one.keys() == keys for one in document["deployments"])
    assert json.loads(json.dumps(document)) == document
