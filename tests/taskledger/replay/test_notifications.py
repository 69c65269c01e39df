"""What people would have been notified of, in the output of replay."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from taskledger.output.payload import time
from tests.support.running import lines, taskledger, write
from tests.support.schema import violations
from tests.support.service_events import hook_change
from tests.support.values import envelope, task_arn

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HIGH = '[[severity]]\nseverity = "high"\nkind = "ESSENTIAL_CONTAINER_FAILED"\n'
SENT = ["--ledger", "memory"]


def notifications(*arguments: object) -> list[dict[str, Any]]:
    ran = taskledger("replay", "--json", *arguments)
    assert ran.code == 0, ran.err
    found: list[dict[str, Any]] = ran.document["notifications"]
    assert [list(violations(each)) for each in found] == [[] for _ in found]
    return found


def shown(*paths: object) -> list[tuple[str, str | None]]:
    return [(each["type"], each.get("cause")) for each in notifications(*paths)]


def failed(number: int, after: timedelta = timedelta(0), service: str = "checkout") -> dict[str, Any]:
    """A task of the service that ended with 1, so long after noon."""
    at = time(NOON + after)
    ended = {"name": "app", "lastStatus": "STOPPED", "exitCode": 1}
    return envelope(
        4,
        taskArn=task_arn(number),
        group=f"service:{service}",
        lastStatus="STOPPED",
        desiredStatus="STOPPED",
        stopCode="EssentialContainerExited",
        stoppedReason="Essential container in task exited",
        containers=[ended],
        **dict.fromkeys(("createdAt", "updatedAt", "stoppedAt"), at),
    )


def replaced(number: int, after: timedelta = timedelta(0), service: str = "checkout") -> list[dict[str, Any]]:
    """The same, and another task of the service, which runs from a minute later on."""
    at = time(NOON + after + timedelta(minutes=1))
    times = {"createdAt": at, "startedAt": at, "updatedAt": at}
    well = envelope(3, taskArn=task_arn(1000 + number), group=f"service:{service}", **times)
    return [failed(number, after, service), well]


@pytest.fixture
def policy(tmp_path: Path) -> Sequence[object]:
    """What failed is high, whatever became of its service."""
    return [*SENT, "--policy", write(tmp_path / "policy.toml", HIGH)]


def test_a_failure_is_reported() -> None:
    """A task that could not pull its image opens an incident."""
    assert shown("events/image-pull.json")[0] == ("OPENED", "IMAGE_PULL")


def test_what_is_planned_is_not() -> None:
    """A deployment and a job that ended well notify nobody."""
    assert shown("events/deployment.json", "events/standalone-success.json") == []


def test_low_severity_is_left_to_the_digest(tmp_path: Path) -> None:
    """A Spot interruption of a task that another one replaces is found, and not reported by itself."""
    spot, well = replaced(1)
    spot["detail"] |= {"stopCode": "SpotInterruption", "stoppedReason": "Your Spot Task was interrupted."}
    assert shown(*SENT, write(tmp_path / "a.jsonl", lines([spot, well]))) == [("DIGEST", None)]


def test_a_duplicate_says_nothing_twice() -> None:
    """The same events again are no news, in whatever order."""
    assert shown("events/image-pull.json", "events/image-pull.json") == shown("events/image-pull.json")


def test_a_replay_from_an_archive_notifies_nobody() -> None:
    """What EventBridge delivers again is old news."""
    assert shown("events/wrappings/archive-replay.json") == []


def test_when_each_is_sent(policy: Sequence[object], tmp_path: Path) -> None:
    """In event time: the first with its fault, the others at full minutes of the day after the last event."""
    path = write(tmp_path / "a.jsonl", lines(replaced(1, timedelta(seconds=7.25))))
    first, *others = notifications(*policy, path)
    assert (first["type"], first["sentAt"]) == ("OPENED", "2026-11-20T12:00:07.250Z")
    assert others[-1]["type"] == "RESOLVED"
    assert all(each["sentAt"].endswith(":00.000Z") for each in others)
    assert others[-1]["sentAt"] <= "2026-11-21T12:01:07.250Z"


def test_time_passes_between_events(policy: Sequence[object], tmp_path: Path) -> None:
    """What is resolved in the months between two faults is published before the second, which opens anew."""
    path = write(tmp_path / "a.jsonl", lines([*replaced(1), *replaced(2, timedelta(days=200))]))
    sent = [(each["type"], each["sentAt"][:10]) for each in notifications(*policy, path)]
    assert sent[0] == ("OPENED", "2026-11-20")
    second = sent.index(("OPENED", "2027-06-08"))
    assert sent[second - 1][0] == "RESOLVED"
    assert sent[second - 1][1] <= "2026-11-21"


def test_a_late_event_turns_no_time_back(policy: Sequence[object], tmp_path: Path) -> None:
    """It is heard of when it arrives, and nothing is published twice."""
    late = failed(2, timedelta(hours=-3), service="late")
    path = write(tmp_path / "a.jsonl", lines([failed(1), failed(3, timedelta(hours=6)), late]))
    sent = notifications(*policy, path)
    times = [each["sentAt"] for each in sent]
    (opened,) = (each for each in sent if each["type"] == "OPENED" and each["service"] == "late")
    assert opened["sentAt"] == "2026-11-20T18:00:00.000Z"
    assert times == sorted(times)
    assert len({each["notificationId"] for each in sent}) == len(sent)


def test_another_recording_comes_after_the_day(policy: Sequence[object], tmp_path: Path) -> None:
    """A file of an earlier time is another recording: before it, the first is watched to its end."""
    new = write(tmp_path / "new.jsonl", lines(replaced(1, service="new")))
    old = write(tmp_path / "old.jsonl", lines(replaced(2, timedelta(days=-30), "old")))
    both = [(each["service"], each["type"], each["sentAt"]) for each in notifications(*policy, new, old)]
    alone = [notifications(*policy, path) for path in (new, old)]
    assert both == [(each["service"], each["type"], each["sentAt"]) for sent in alone for each in sent]


def test_incidents_are_judged_after_the_latest_recording() -> None:
    """A service of which nothing runs is down, also where a file of an earlier time follows."""
    found = taskledger("replay", "--json", "events/image-pull.json", "events/spot.json").document["incidents"]
    levels = {one["service"]: one["impact"]["level"] for one in found}
    assert levels == {"search": "down", "clickstream": "down"}


@pytest.mark.parametrize("ledger", ["memory", "dynamodb"])
def test_services_alone_are_watched(ledger: str, tmp_path: Path) -> None:
    """Without any task the cluster is watched too: a hook that waits is in the day's messages to its end."""
    path = write(tmp_path / "a.jsonl", lines([hook_change()]))
    sent = [each["sentAt"] for each in notifications("--ledger", ledger, path)]
    assert len(sent) > 1
    assert sent == sorted(sent)


def test_messages_in_words(policy: Sequence[object], tmp_path: Path) -> None:
    """As many as in the JSON; listed with time and subject as long as there is place, or on demand."""
    few = write(tmp_path / "few.jsonl", lines([failed(1)]))
    many = write(tmp_path / "many.jsonl", lines(failed(n, service=f"s{n}") for n in range(25)))
    for path, verbose, listed in ((few, [], True), (many, [], False), (many, ["-v"], True)):
        sent = notifications(*policy, path)
        out = taskledger("replay", *policy, *verbose, path).out
        assert f"would have sent {len(sent)} message{'' if len(sent) == 1 else 's'}\n" in out
        assert re.findall(r"^  (2026-11-2\S+)  \[", out, re.MULTILINE) == [
            f"{each['sentAt'][:19]}Z" for each in sent if listed
        ]


def test_no_message_in_words() -> None:
    """Said in so many words, beside the findings."""
    out = taskledger("replay", *SENT, "events/fargate-life.json").out
    assert "\n0 findings, 0 incidents, would have sent no message\n" in out
