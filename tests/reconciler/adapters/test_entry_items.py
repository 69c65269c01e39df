"""What ECS said comes back from an entry to the letter, and takes little room in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.adapters.dynamodb.reads import read_entry
from reconciler.errors import InvalidInput
from reconciler.gate import succeed
from reconciler.model.task import Container, TaskState
from tests.support.ledgers import RETENTION
from tests.support.values import CLUSTER, at, event, state

# From decades before the task to decades after it: what ECS says of one task need not fit together.
TIMES = st.none() | st.integers(-(10**9), 10**9).map(lambda ms: at(ms / 1000)) | st.just(at(3 * 10**9))
FIELDS = st.fixed_dictionaries(
    dict.fromkeys(
        (
            "created_at",
            "connectivity_at",
            "pull_started_at",
            "pull_stopped_at",
            "stopping_at",
            "execution_stopped_at",
        ),
        TIMES,
    )
    | dict.fromkeys(("cpu", "memory", "ephemeral_storage"), st.none() | st.integers(1, 2**31 - 1))
    | dict.fromkeys(("cpu_architecture", "platform_version"), st.none() | st.text(min_size=1, max_size=9))
)


def round_trip(of: TaskState) -> TaskState:
    values = entry_items.entry_values(succeed(None, replace(event(), state=of)), RETENTION)
    return entry_items.entry({**entry_items.key(of.task_arn), **values}).state


@given(FIELDS)
def test_what_was_reported_comes_back(fields: dict[str, Any]) -> None:
    """Each time to the millisecond and each size, whatever else is known of the task."""
    said = state(**fields)
    assert round_trip(said) == said


@pytest.mark.parametrize("phases", [b"x", b"\0" * 5])
def test_phases_that_are_cut(phases: bytes) -> None:
    """They make an entry that cannot be read, which is said with its key."""
    values = entry_items.entry_values(succeed(None, event()), RETENTION)
    item = {**entry_items.key(event().state.task_arn), **values, "phases": {"B": phases}}
    with pytest.raises(InvalidInput, match="the entry cannot be read"):
        read_entry(item)


def test_the_times_of_a_usual_life_take_four_bytes_each() -> None:
    """Also where it lasted for months: the end of its containers is counted from when it was to stop."""
    later = timedelta(days=90)
    values = entry_items.state_values(
        state(
            connectivity_at=at(4),
            pull_started_at=at(17.7),
            pull_stopped_at=at(20.75),
            stopping_at=at(0) + later,
            execution_stopped_at=at(-0.6) + later,
        )
    )
    assert values["phases"]["B"] == b"".join(ms.to_bytes(4, signed=True) for ms in (4000, 17700, 20750, -600))
    assert not {"connectivityAt", "pullStartedAt", "pullStoppedAt", "executionStoppedAt"} & values.keys()


REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
ASSETS = f"{REGISTRY}/cdk-hnb659fds-container-assets-111122223333-eu-central-1"
ELSEWHERE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/api:7"
DIGITS = "0a1b2c3d" * 8
DIGEST = f"sha256:{DIGITS}"
OTHER = "sha256:" + "ff" * 32
DIGESTS = st.sampled_from([None, DIGEST, f"sha256:{DIGITS.upper()}", "sha256:short", f"sha512:{DIGITS}"])
PIECES = st.sampled_from(
    ["/", "@", ":", "~", "shop", "None", DIGITS, DIGEST, REGISTRY, ASSETS, f"{REGISTRY}.cn", "sha256:short"]
)
IMAGES = st.none() | st.lists(PIECES, min_size=1, max_size=5).map("".join)


@given(st.lists(st.tuples(IMAGES, DIGESTS), min_size=1, max_size=3), st.sampled_from(["aws", "aws-cn"]))
def test_images_come_back_to_the_letter(images: list[tuple[str | None, str | None]], partition: str) -> None:
    """With their digests, whatever they look like: what cannot be restored is not shortened."""
    containers = tuple(
        Container(name=f"c{number}", last_status="RUNNING", image=image, image_digest=digest)
        for number, (image, digest) in enumerate(images)
    )
    said = state(containers=containers, cluster_arn=CLUSTER.replace("arn:aws:", f"arn:{partition}:"))
    assert round_trip(said) == said


@pytest.mark.parametrize(
    ("image", "digest", "attributes"),
    [
        (f"{REGISTRY}/shop/api:7", None, {"imageRef": {"S": "/shop/api:7"}}),
        (
            f"{REGISTRY}/shop/api@{DIGEST}",
            DIGEST,
            {"imageRef": {"S": "/shop/api@"}, "imageDigest": {"B": bytes.fromhex(DIGITS)}},
        ),
        (f"{ASSETS}:{DIGITS}", None, {"imageRef": {"B": bytes.fromhex(DIGITS)}}),
        (f"{ASSETS}:{DIGITS}", OTHER, {"imageRef": {"B": bytes.fromhex(DIGITS) + b"\xff" * 32}}),
        ("nginx:1.27", None, {"image": {"S": "nginx:1.27"}}),
        (ELSEWHERE, None, {"image": {"S": ELSEWHERE}}),
    ],
)
def test_what_of_an_image_is_kept(image: str, digest: str | None, attributes: dict[str, Any]) -> None:
    """What it does not share with its task; that of another account or Region is kept whole."""
    container = Container(name="app", last_status="RUNNING", image=image, image_digest=digest)
    (kept,) = entry_items.state_values(state(containers=(container,)))["containers"]["L"]
    assert {name: value for name, value in kept["M"].items() if name != "name"} == attributes


@given(
    st.fixed_dictionaries(
        {
            "availability_zone": st.sampled_from(
                [None, "eu-central-1a", "eu-central-1", "eu-central-1-ham-1a", "us-east-1a", "a"]
            ),
            "launch_type": st.sampled_from([None, "FARGATE", "EC2", "EXTERNAL", "MANAGED"]),
            "capacity_provider_name": st.sampled_from([None, "FARGATE", "FARGATE_SPOT", "fargate", "ours"]),
            "stop_code": st.sampled_from([None, "ServiceSchedulerInitiated"]),
            "started_by": st.sampled_from([None, "ecs-svc/1", "ecs-svc/", "a", "{startedBy}", "startedBy"]),
            "stopped_reason": st.lists(
                st.sampled_from(["(deployment ", "ecs-svc/1", "a", "{startedBy}", ")"]), max_size=4
            ).map(lambda parts: "".join(parts) or None),
        }
    )
)
def test_texts_come_back_to_the_letter(fields: dict[str, Any]) -> None:
    """Also what is left out of one because another has it."""
    said = state(**fields)
    assert round_trip(said) == said


@pytest.mark.parametrize(
    ("started_by", "stop_code", "attribute"),
    [
        ("ecs-svc/1", "ServiceSchedulerInitiated", "reason"),
        ("ecs-svc/1", None, "stoppedReason"),
        ("nightly", "EssentialContainerExited", "stoppedReason"),
        ("e", "TaskFailedToStart", "stoppedReason"),
    ],
)
def test_a_reason_that_decides_is_whole(started_by: str, stop_code: str | None, attribute: str) -> None:
    """Version 0.1.0 would not find it, and alert of a stop that nobody explains; nor does it grow."""
    reason = f"Scaling activity initiated by {started_by}"
    values = entry_items.state_values(
        state(started_by=started_by, stop_code=stop_code, stopped_reason=reason)
    )
    assert values[attribute]["S"].replace("{startedBy}", started_by) == reason
    assert {"reason", "stoppedReason"} & values.keys() == {attribute}


def test_an_unknown_launch_type_is_a_text() -> None:
    """Version 0.1.0 cannot read an entry with another value there."""
    said = state(capacity_provider_name="FARGATE", launch_type=None)
    assert entry_items.state_values(said)["launchType"] == {"S": ""}
    assert round_trip(said) == said
