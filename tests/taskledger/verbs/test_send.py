"""What `taskledger send` puts on the queue, what it rejects, and how it reports both."""

from __future__ import annotations

import json
import os
from pathlib import Path
from threading import Thread

import pytest

from taskledger.deployed import queue
from taskledger.replay.outgoing import RepeatedEvents
from tests.support.deployed import Answer, Deployment, answered, refusal
from tests.support.running import Ran, lines, taskledger, write
from tests.support.service_events import deployment_change, event_of, hook_change, service_action
from tests.support.services import SERVICE
from tests.support.values import CLUSTER, TASK, envelope, task_arn

INSTANCE = "ECS Container Instance State Change"
SAMPLES = Path(__file__).parents[3] / "events"


def sent(ran: Ran) -> tuple[int, int, int, int]:
    counts = ran.document["events"]
    return ran.code, counts["read"], counts["sent"], counts["rejected"]


def test_events_are_put_on_the_queue(deployment: Deployment, tmp_path: Path) -> None:
    """Each as a message of its own, word for word, however many there are."""
    events = [envelope(1, taskArn=task_arn(number)) for number in range(25)]
    ran = taskledger("send", "--json", write(tmp_path / "events.jsonl", lines(events)))
    assert sent(ran) == (0, 25, 25, 0)
    assert ran.document["queueUrl"] == deployment.outputs["EventQueueUrl"]
    assert sorted(deployment.bodies()) == sorted(json.dumps(event) for event in events)


def test_folders_are_sent(deployment: Deployment) -> None:
    """All that replay takes: the wrappings are taken off."""
    ran = taskledger("send", "--json", "--as-is", SAMPLES)
    code, read, put, rejected = sent(ran)
    assert (code, read, rejected) == (0, put, 0)
    assert {json.loads(body)["source"] for body in deployment.bodies()} == {"aws.ecs"}


def test_nothing_is_sent_if_one_is_wrong(deployment: Deployment, tmp_path: Path) -> None:
    """It would only end in the dead-letter queue; each is named, and the exit code is that of wrong usage."""
    file = write(tmp_path / "events.jsonl", lines([envelope(1), "nonsense", envelope(-1), envelope(2)]))
    ran = taskledger("send", "--json", file)
    assert sent(ran) == (2, 4, 0, 2)
    assert ran.rejected == [
        (1, "body", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (2, "detail.version", "is out of range"),
    ]
    assert (deployment.bodies(), "--as-is" in ran.err) == ([], True)


def test_events_of_services_are_sent_and_others_skipped(deployment: Deployment, tmp_path: Path) -> None:
    """What the stack does not read is counted by its detail-type, and is no fault."""
    ours = [deployment_change(), service_action(), hook_change(), envelope(1)]
    others = [event_of(kind, None, {}) for kind in ("ECS Daemon Service Action", INSTANCE, INSTANCE)]
    call = {"eventName": "UpdateTaskProtection", "responseElements": {}}
    others.append(event_of("AWS API Call via CloudTrail", None, call))
    others.append(
        {**event_of("AWS API Call via CloudTrail", None, {"eventName": "PutObject"}), "source": "aws.s3"}
    )
    file = write(tmp_path / "events.jsonl", lines([*others, *ours]))
    ran = taskledger("send", "--json", file)
    assert sent(ran) == (0, 9, 4, 0)
    skipped = {"AWS API Call via CloudTrail": 2, INSTANCE: 2, "ECS Daemon Service Action": 1}
    assert ran.document["skipped"] == skipped
    assert sorted(deployment.bodies()) == sorted(map(json.dumps, ours))
    said = taskledger("send", file).out.splitlines()[1]
    assert said == f"skipped: 2 {INSTANCE}, 2 AWS API Call via CloudTrail, 1 ECS Daemon Service Action"


@pytest.mark.parametrize("options", [[], ["--as-is"]])
def test_what_gives_nothing_to_send(deployment: Deployment, tmp_path: Path, options: list[str]) -> None:
    """A path that is not there, a folder without events, an empty file: one line, and nothing is sent."""
    empty = write(tmp_path / "empty" / "a.json", "")
    none = write(tmp_path / "none" / "notes.md", "").parent
    for paths in (["events/spot.json", tmp_path / "nowhere.json"], ["events/spot.json", none], [empty]):
        ran = taskledger("send", *options, *paths)
        assert (ran.code, ran.out, ran.err.count("\n"), deployment.bodies()) == (2, "", 1, [])
        assert str(paths[-1]) in ran.err


def test_a_service_of_elsewhere_is_not_sent(deployment: Deployment, tmp_path: Path) -> None:
    """It is refused by the field, as the stack would refuse it."""
    far = deployment_change(resource=SERVICE.replace("eu-central-1", "eu-west-1"), clusterArn=None)
    ran = taskledger("send", "--json", write(tmp_path / "events.jsonl", lines([deployment_change(), far])))
    assert (sent(ran), ran.rejected[0][:2]) == ((2, 2, 0, 1), (1, "resources[0]"))
    assert deployment.bodies() == []


@pytest.mark.parametrize(
    ("field", "arn"),
    [
        ("taskArn", TASK.replace("111122223333", "444455556666")),
        ("taskArn", TASK.replace("eu-central-1", "eu-west-1")),
        ("clusterArn", CLUSTER.replace("eu-central-1", "eu-west-1")),
    ],
)
def test_what_is_of_elsewhere_is_not_sent(
    deployment: Deployment, tmp_path: Path, field: str, arn: str
) -> None:
    """The account and Region of the stack's own ARN decide, as they will in the observe function."""
    file = write(tmp_path / "events.jsonl", lines([envelope(1), envelope(2, **{field: arn})]))
    ran = taskledger("send", "--json", file)
    assert (sent(ran), ran.rejected[0][:2]) == ((2, 2, 0, 1), (1, f"detail.{field}"))
    assert deployment.bodies() == []
    assert sent(taskledger("send", "--json", "--as-is", file)) == (0, 2, 2, 0)


def test_standard_input_is_held(deployment: Deployment) -> None:
    """It can be read but once: what was checked is what is sent."""
    good = lines(envelope(1, taskArn=task_arn(number)) for number in range(3))
    assert sent(taskledger("send", "--json", "-", stdin=good.encode())) == (0, 3, 3, 0)
    assert len(deployment.bodies()) == 3
    assert sent(taskledger("send", "--json", "-", stdin=(good + "nonsense\n").encode())) == (2, 4, 0, 1)


def test_files_are_read_and_not_held(tmp_path: Path) -> None:
    """An input of any size is checked; what changes between check and sending is seen."""
    file = write(tmp_path / "events.jsonl", lines([envelope(1)]))
    events = RepeatedEvents([str(file)])
    first = list(events)
    write(file, lines([envelope(1), envelope(2)]))
    assert (len(first), len(list(events))) == (1, 2)


def test_a_pipe_is_held(tmp_path: Path) -> None:
    """As a shell makes one for <(command)."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=write, args=(pipe, lines([envelope(1), envelope(2)])))
    writer.start()
    events = RepeatedEvents([str(pipe)])
    assert list(events) == list(events) != []
    writer.join()


def test_as_is_sends_it_all_the_same(deployment: Deployment, tmp_path: Path) -> None:
    """To see what the stack does with it."""
    file = write(tmp_path / "events.jsonl", lines(["nonsense", envelope(1)]))
    assert sent(taskledger("send", "--json", "--as-is", file)) == (0, 2, 2, 0)
    assert "nonsense" in deployment.bodies()


def test_the_text(deployment: Deployment, tmp_path: Path) -> None:
    """How many were sent, and a line for each that is wrong."""
    file = write(tmp_path / "events.jsonl", lines([envelope(1), {}]))
    ran = taskledger("send", file)
    first, second = ran.out.splitlines()
    assert (ran.code, first) == (2, "0 of 2 events sent to TaskLedger")
    assert second == f'rejected: {file}[1]  source: must be "aws.ecs", found nothing'


def test_a_call_takes_ten_messages_and_a_megabyte(deployment: Deployment, tmp_path: Path) -> None:
    """Whichever is reached first."""
    calls = []
    deployment.answer("sqs.SendMessageBatch", lambda body: calls.append(len(json.loads(body)["Entries"])))
    small = [envelope(1, taskArn=task_arn(number)) for number in range(11)]
    large = [envelope(1, taskArn=task_arn(number), padding="x" * 400_000) for number in range(3)]
    write(tmp_path / "1.jsonl", lines(small))
    write(tmp_path / "2.jsonl", lines(large))
    taskledger("send", tmp_path)
    assert calls == [10, 3, 1]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (json.dumps(envelope(1, padding="x" * 2**20)), "more than the 1,048,576 that SQS takes"),
        (json.dumps(envelope(1, padding="\uffff"), ensure_ascii=False), "has U+FFFF at "),
        (json.dumps({"message": json.dumps(envelope(1, padding="\udc80"), ensure_ascii=False)}), "U+DC80"),
    ],
)
def test_what_sqs_never_takes(deployment: Deployment, tmp_path: Path, body: str, problem: str) -> None:
    """It is rejected before SQS refuses a whole call for it; with --as-is, the others are sent."""
    file = write(tmp_path / "events.jsonl", lines([envelope(2), body]))
    ran = taskledger("send", "--json", file)
    assert sent(ran) == (2, 2, 0, 1)
    assert problem in ran.rejected[0][2]
    assert sent(taskledger("send", "--json", "--as-is", file)) == (1, 2, 1, 1)


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PAUSES", (0, 0))


def failures(body: bytes, *, sender: bool, first: int = 0) -> Answer:
    """All of a call's messages from that place on fail."""
    entries = json.loads(body)["Entries"][first:]
    error = {"SenderFault": sender, "Code": "Reason", "Message": "no"}
    return answered({"Successful": [], "Failed": [{"Id": entry["Id"], **error} for entry in entries]})


@pytest.mark.usefixtures("no_pauses")
def test_messages_that_fail_are_sent_again(deployment: Deployment, tmp_path: Path) -> None:
    """When it is not their fault; those that were taken are not."""
    bodies = []

    def respond(body: bytes) -> Answer | None:
        bodies.append([entry["MessageBody"] for entry in json.loads(body)["Entries"]])
        return failures(body, sender=False, first=1) if len(bodies) == 1 else None

    deployment.answer("sqs.SendMessageBatch", respond)
    events = [envelope(1), envelope(2), envelope(3)]
    assert sent(taskledger("send", "--json", write(tmp_path / "events.json", json.dumps(events)))) == (
        0,
        3,
        3,
        0,
    )
    assert bodies[1] == bodies[0][1:]


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize(("sender", "calls"), [(True, 1), (False, 3)])
def test_messages_that_go_on_failing(
    deployment: Deployment, tmp_path: Path, *, sender: bool, calls: int
) -> None:
    """Are rejected with SQS's reason; at once when it is their fault."""
    made = []

    def respond(body: bytes) -> Answer:
        made.append(body)
        return failures(body, sender=sender)

    deployment.answer("sqs.SendMessageBatch", respond)
    ran = taskledger("send", "--json", write(tmp_path / "one.json", json.dumps(envelope(1))))
    assert sent(ran) == (1, 1, 0, 1)
    assert ran.rejected == [(0, "message", "was refused by SQS: no")]
    assert len(made) == calls


def test_a_refusal_in_the_middle(deployment: Deployment, tmp_path: Path) -> None:
    """The error says how many events were sent before it."""
    calls = iter([None])
    deployment.answer("sqs.SendMessageBatch", lambda _: next(calls, refusal("AccessDenied", 403)))
    events = lines(envelope(1, taskArn=task_arn(number)) for number in range(25))
    ran = taskledger("send", write(tmp_path / "events.jsonl", events))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: 10 events were sent, then: AWS denied access")
