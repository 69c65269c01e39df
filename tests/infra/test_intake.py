"""The way in: which events come, where they wait, and where they go when nobody could handle them."""

import pytest

from tests.infra.synthesised import Synthesised

QUEUES = (
    "Intake/EventQueue",
    "Intake/EventDeadLetters/Queue",
    "Intake/RuleDeadLetters/Queue",
    "ChangeDeadLetters/Queue",
)


OF_SERVICES = ["ECS Deployment State Change", "ECS Service Action", "ECS Hook State Change"]
NAMED = {
    "clusterArn": [
        "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:cluster/shop",
        "arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/billing",
    ]
}
NAMED_OR_NONE = {"$or": [NAMED, {"clusterArn": [{"exists": False}]}]}


def test_all_events_of_tasks_and_services_come_in(stack: Synthesised) -> None:
    """One rule takes every task state change on the default bus, one all of services; there is no other."""
    rules = stack.of_type("AWS::Events::Rule")
    assert {path: each["EventPattern"] for path, each in rules.items()} == {
        "Intake/TaskEvents": {"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"]},
        "Intake/ServiceEvents": {"source": ["aws.ecs"], "detail-type": OF_SERVICES},
    }
    for rule in rules.values():
        assert rule["State"] == "ENABLED"
        assert "EventBusName" not in rule
        assert [target["Arn"] for target in rule["Targets"]] == ["${Intake/EventQueue.Arn}"]


def test_named_clusters_alone_come_in(other: Synthesised) -> None:
    """Where clusters are named, by name or ARN, the rules take their events only.

    Events of deployments that name no cluster come in, too: their service's ARN may name it.
    """
    assert other["Intake/TaskEvents"]["EventPattern"]["detail"] == NAMED
    assert other["Intake/ServiceEvents"]["EventPattern"]["detail"] == NAMED_OR_NONE


def test_calls_that_changed_protection_come_in_when_chosen(other: Synthesised) -> None:
    """-c cloudTrailProtection takes successful UpdateTaskProtection calls to the same queue."""
    rule = other["Intake/ProtectionCalls"]
    assert rule["EventPattern"] == {
        "source": ["aws.ecs"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["ecs.amazonaws.com"],
            "eventName": ["UpdateTaskProtection"],
            "errorCode": [{"exists": False}],
        },
    }
    assert rule["Targets"][0]["Arn"] == "${Intake/EventQueue.Arn}"


def test_what_a_rule_cannot_deliver_is_kept(other: Synthesised) -> None:
    """Each rule's target has the rules' dead-letter queue, which is not the event queue's own."""
    for rule in other.of_type("AWS::Events::Rule").values():
        (target,) = rule["Targets"]
        assert target["DeadLetterConfig"] == {"Arn": "${Intake/RuleDeadLetters/Queue.Arn}"}


@pytest.mark.parametrize("queue", ["Intake/EventQueue", "Intake/RuleDeadLetters/Queue"])
def test_rules_alone_may_send(other: Synthesised, queue: str) -> None:
    """EventBridge may send to the queue for these rules only."""
    statements = other[f"{queue}/Policy"]["PolicyDocument"]["Statement"]
    allowed = [each for each in statements if each["Effect"] == "Allow"]
    assert {each["Condition"]["ArnEquals"]["aws:SourceArn"] for each in allowed} == {
        "${Intake/TaskEvents.Arn}",
        "${Intake/ServiceEvents.Arn}",
        "${Intake/ProtectionCalls.Arn}",
    }
    assert {each["Principal"]["Service"] for each in allowed} == {"events.amazonaws.com"}


def test_poison_goes_to_the_dead_letter_queue(stack: Synthesised) -> None:
    """A message that fails five times leaves the queue, and the others behind it go on."""
    assert stack["Intake/EventQueue"]["RedrivePolicy"] == {
        "deadLetterTargetArn": "${Intake/EventDeadLetters/Queue.Arn}",
        "maxReceiveCount": 5,
    }


def test_these_are_all_queues(stack: Synthesised) -> None:
    """The tests below look at every queue that there is."""
    assert set(stack.of_type("AWS::SQS::Queue")) == set(QUEUES)


@pytest.mark.parametrize("queue", QUEUES)
def test_queues_are_encrypted_and_closed_to_plain_text(stack: Synthesised, queue: str) -> None:
    """Every queue is encrypted at rest and denies all that does not come by TLS."""
    assert stack[queue]["SqsManagedSseEnabled"] is True
    statements = stack[f"{queue}/Policy"]["PolicyDocument"]["Statement"]
    denied = [each for each in statements if each["Effect"] == "Deny"]
    assert [(each["Action"], each["Condition"]) for each in denied] == [
        ("sqs:*", {"Bool": {"aws:SecureTransport": "false"}})
    ]


def test_only_the_event_queue_moves_messages_to_a_dead_letter_queue(stack: Synthesised) -> None:
    """What comes from a rule or a stream goes to queues that refuse every other queue's messages.

    That of the event queue can't name it: each would need the other's ARN first.
    """
    allowed = {queue: stack[queue].get("RedriveAllowPolicy") for queue in QUEUES if "DeadLetters" in queue}
    assert allowed == {
        "Intake/EventDeadLetters/Queue": None,
        "Intake/RuleDeadLetters/Queue": {"redrivePermission": "denyAll"},
        "ChangeDeadLetters/Queue": {"redrivePermission": "denyAll"},
    }


@pytest.mark.parametrize("queue", [queue for queue in QUEUES if "DeadLetters" in queue])
def test_dead_letters_wait_as_long_as_they_can(stack: Synthesised, queue: str) -> None:
    """A dead-letter queue keeps messages for SQS's longest time, fourteen days."""
    assert stack[queue]["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_events_are_archived_unless_chosen_otherwise(stack: Synthesised, other: Synthesised) -> None:
    """Just the events that the rules take are archived, for a week; -c archiveDays=0 turns it off."""
    (archive,) = stack.of_type("AWS::Events::Archive").values()
    taken = ["ECS Task State Change", *OF_SERVICES]
    assert archive["EventPattern"] == {"source": ["aws.ecs"], "detail-type": taken}
    assert archive["RetentionDays"] == 7
    assert archive["SourceArn"].endswith(":event-bus/default")
    assert other.of_type("AWS::Events::Archive") == {}
