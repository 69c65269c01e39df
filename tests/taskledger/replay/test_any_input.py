"""Whatever is fed to `replay`, each piece of it is either recorded or listed as rejected."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.running import Ran, lines, replay, taskledger, write
from tests.support.values import envelope, task_arn

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from([2**63, 2**62])
)
NAMES = st.text(max_size=8) | st.sampled_from(
    ["detail", "Messages", "Body", "message", "results", "field", "value"]
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)
FIELDS = (
    *("taskArn", "clusterArn", "version", "lastStatus", "desiredStatus", "group", "containers", "updatedAt"),
    *(
        "stoppedAt",
        "createdAt",
        "stopCode",
        "stoppedReason",
        "healthStatus",
        "attachments",
        "overrides",
        "tags",
    ),
    *("executionStoppedAt", "new"),
)
STATUSES = st.sampled_from(["PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING", "STOPPED", "DELETED"])


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """An event of one of three tasks, right or with one field that can be anything."""
    shown: dict[str, Any] = {"taskArn": task_arn(draw(st.integers(1, 3))), "lastStatus": draw(STATUSES)}
    event = envelope(draw(st.integers(0, 8)), **shown)
    spoilt = event if draw(st.booleans()) else event["detail"]
    name = draw(st.sampled_from(FIELDS if spoilt is event["detail"] else sorted(event)))
    if draw(st.booleans()):
        spoilt[name] = draw(VALUES)
    return event


def whole(ran: Ran) -> None:
    """The rule of this module."""
    count = ran.document["events"]
    assert ran.code == (1 if count["rejected"] else 0)
    assert ran.err == ""
    skipped = sum(ran.document["skipped"].values())
    assert count["read"] == count["accepted"] + count["rejected"] + skipped
    assert count["rejected"] == len(ran.document["rejected"])
    assert (
        count["accepted"] == sum(ran.document["verdicts"].values()) == sum(ran.document["currency"].values())
    )


@settings(max_examples=150)
@given(st.lists(VALUES | events(), max_size=8))
@example([{"field": "a", "value": "b"}])
@example([float("nan"), "\ud800", {"message": '{"message": "x"}'}])
def test_any_values_as_json_lines(tmp_path_factory: pytest.TempPathFactory, values: list[object]) -> None:
    """Any JSON values, a line each: read is accepted and rejected, and nothing is thrown."""
    path = tmp_path_factory.mktemp("any") / "a.jsonl"
    ran = replay(write(path, lines(map(json.dumps, values)) or "[]"))
    whole(ran)
    assert taskledger("replay", path).code == taskledger("replay", "-v", path).code == ran.code


@settings(max_examples=60)
@given(st.binary(max_size=200), st.sampled_from([".json", ".jsonl", ".csv", ".log", ".json.gz", ".txt"]))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str) -> None:
    """Any bytes under any name, beside an event: the same."""
    folder = tmp_path_factory.mktemp("any")
    whole(replay(write(folder / f"a{suffix}", content), write(folder / "b.json", lines([envelope(1)]))))


@settings(max_examples=12)  # DynamoDB's emulation is slow
@given(st.lists(events(), max_size=10))
def test_both_ledgers_say_the_same(tmp_path_factory: pytest.TempPathFactory, values: list[object]) -> None:
    """Memory and DynamoDB end in the same document, whatever the events are."""
    path = write(tmp_path_factory.mktemp("any") / "a.jsonl", lines(values) or "[]")
    assert taskledger("replay", "--json", "--ledger", "dynamodb", path) == replay(path)
