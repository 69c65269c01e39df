"""Who is notified, of what, and that it can work."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.drift import Drift
from reconciler.gate import Currency, Verdict
from tests.infra.synthesised import ROOT, Synthesised

TOPIC, OPERATIONS = "${Alerts/Topic}", "${Operations/Topic}"
# Alarms that say that the alert topic, its key or the way to its subscribers fails.
OF_DELIVERY = {"DeliveryFailing", "ChatDeliveryFailing", "NotificationsFailing"}
HANDLERS = ROOT / "functions" / "reconciler" / "handlers"

# Metrics whose names a handler puts together.
COMPOSED = {
    "observe": {
        *(f"Verdict{each.title()}" for each in Verdict),
        *(f"Currency{each.title()}" for each in Currency),
    },
    "sweep": {
        *(f"Sweep{each.title()}" for each in Drift if each is not Drift.NONE),
        *(f"Sweep{each}" for each in ("Tasks", "Repaired", "Closed")),
        *(f"SweepServices{each}" for each in ("", "Repaired")),
        "FindingsLate",
    },
    "assess": set[str](),
    "watch": set[str](),
}
ERRORS = {"TransientErrors", "TerminalErrors"}
# What `telemetry` emits for each function that reports findings.
OF_FINDINGS = {
    "Findings",
    "FindingsNotStored",
    "NotificationsFailed",
    "ServicesNotRead",
    "OptionalCallsRefused",
}


def alarm(stack: Synthesised, name: str) -> dict[str, Any]:
    return stack[f"Alerts/{name}"]


def test_these_are_all_alarms(stack: Synthesised) -> None:
    """An alarm pages a person, so there are few: something is lost, late, or broken for good."""
    assert {path.removeprefix("Alerts/") for path in stack.of_type("AWS::CloudWatch::Alarm")} == {
        "EventDeadLettersNotEmpty",
        "RuleDeadLettersNotEmpty",
        "ChangeDeadLettersNotEmpty",
        "EventQueueAge",
        "EventLag",
        "SweepClusterFailures",
        "SweepOverdue",
        "AssessLag",
        "NotificationsFailing",
        "DeliveryFailing",
        "RuleSilent",
        "StreamSilent",
        "WatchSilent",
        *(
            f"{function}{what}"
            for function in ("Observe", "Assess", "Sweep", "Watch")
            for what in ("Errors", "Throttles")
        ),
    }


@pytest.mark.parametrize(("choices", "prefix"), [("stack", "TaskLedger"), ("other", "Other")])
def test_each_alarm_says_the_topic_what_to_do(
    choices: str, prefix: str, request: pytest.FixtureRequest
) -> None:
    """Each alarm goes to a topic that works then, has a plain name, and says in its text what to look at."""
    for path, each in request.getfixturevalue(choices).of_type("AWS::CloudWatch::Alarm").items():
        name = path.removeprefix("Alerts/")
        assert each["AlarmActions"] == [OPERATIONS if name in OF_DELIVERY else TOPIC]
        assert each["AlarmName"] == f"{prefix}-{name}"
        assert re.search(r"\b(read|look at|fix)\b", each["AlarmDescription"], re.IGNORECASE)


@pytest.mark.parametrize(
    ("name", "queue"),
    [
        ("EventDeadLettersNotEmpty", "Intake/EventDeadLetters/Queue"),
        ("RuleDeadLettersNotEmpty", "Intake/RuleDeadLetters/Queue"),
        ("ChangeDeadLettersNotEmpty", "ChangeDeadLetters/Queue"),
    ],
)
def test_one_dead_letter_is_enough(stack: Synthesised, name: str, queue: str) -> None:
    """A dead-letter queue rings within a minute of its first message."""
    each = alarm(stack, name)
    assert each["Dimensions"] == [{"Name": "QueueName", "Value": f"${{{queue}.QueueName}}"}]
    assert each["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (each["Threshold"], each["Period"], each["EvaluationPeriods"]) == (1, 60, 1)


def test_a_missing_sweep_rings(stack: Synthesised, other: Synthesised) -> None:
    """No completed sweep in two intervals rings, also when nothing is measured at all."""
    for each, seconds in ((stack, 1800), (other, 600)):
        overdue = alarm(each, "SweepOverdue")
        assert (overdue["MetricName"], overdue["Statistic"]) == ("SweepCompleted", "Sum")
        assert (overdue["ComparisonOperator"], overdue["Threshold"]) == ("LessThanThreshold", 1)
        assert overdue["Period"] == seconds
        assert overdue["TreatMissingData"] == "breaching"


def test_lag_rings_when_it_lasts(stack: Synthesised) -> None:
    """One event in ten more than five minutes late, for a quarter of an hour."""
    lag = alarm(stack, "EventLag")
    assert (lag["ExtendedStatistic"], lag["Threshold"]) == ("p90", 300)
    assert lag["Period"] * lag["EvaluationPeriods"] == 15 * 60


def test_a_poison_message_does_not_ring_twice(stack: Synthesised) -> None:
    """The age of the queue rings later than a message needs to reach the dead-letter queue."""
    queue = stack["Intake/EventQueue"]
    needed = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
    assert alarm(stack, "EventQueueAge")["Threshold"] >= needed


def test_only_lasting_failures_ring(stack: Synthesised) -> None:
    """One failed or refused run is retried by itself: three periods on end ring."""
    for function, seconds in (("Observe", 300), ("Sweep", 900), ("Watch", 300)):
        for what in ("Errors", "Throttles"):
            each = alarm(stack, f"{function}{what}")
            assert each["Dimensions"] == [{"Name": "FunctionName", "Value": f"${{{function}/Function}}"}]
            assert (each["MetricName"], each["EvaluationPeriods"], each["Period"]) == (what, 3, seconds)


def test_each_alarm_says_when_it_is_over(other: Synthesised) -> None:
    """Each alarm notifies the same topic when it ends, so that pagers close what it opened."""
    for each in other.of_type("AWS::CloudWatch::Alarm").values():
        assert each["OKActions"] == each["AlarmActions"]


def test_a_message_that_is_not_delivered_rings(stack: Synthesised, other: Synthesised) -> None:
    """One message in five minutes that SNS gave up rings, for the chat topic as well where there is one."""
    for each, name, topic in (
        (stack, "DeliveryFailing", "Topic"),
        (other, "DeliveryFailing", "Topic"),
        (other, "ChatDeliveryFailing", "ChatTopic"),
    ):
        failing = alarm(each, name)
        assert (failing["Namespace"], failing["MetricName"]) == ("AWS/SNS", "NumberOfNotificationsFailed")
        assert failing["Dimensions"] == [{"Name": "TopicName", "Value": f"${{Alerts/{topic}.TopicName}}"}]
        assert (failing["Statistic"], failing["Threshold"]) == ("Sum", 1)
        assert (failing["Period"], failing["EvaluationPeriods"]) == (300, 1)
        assert failing["TreatMissingData"] == "notBreaching"


@pytest.mark.parametrize("place", ["Alerts", "Operations"])
def test_a_topic_is_encrypted_and_closed_to_plain_text(stack: Synthesised, place: str) -> None:
    """Each topic has a key of its own, which rotates, and takes messages by TLS only."""
    assert stack[f"{place}/Topic"]["KmsMasterKeyId"] == f"${{{place}/Key.Arn}}"
    assert stack[f"{place}/Key"]["EnableKeyRotation"] is True
    assert _policy(stack, f"{place}/Topic/Policy", "AllowPublishThroughSSLOnly")["Effect"] == "Deny"


@pytest.mark.parametrize("place", ["Alerts", "Operations"])
def test_alarms_can_publish(stack: Synthesised, place: str) -> None:
    """Topic and key admit CloudWatch, for this account's alarms only: else pages get lost."""
    on_topic = _policy(stack, f"{place}/Topic/Policy", "Alarms")
    assert (on_topic["Action"], on_topic["Resource"]) == ("sns:Publish", f"${{{place}/Topic}}")
    assert on_topic["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    alarms_only = {
        "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
        "ArnLike": {
            "aws:SourceArn": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"
        },
    }
    assert on_topic["Condition"] == alarms_only
    statements = stack[f"{place}/Key"]["KeyPolicy"]["Statement"]
    on_key = [each for each in statements if each.get("Sid") == "Alarms"]
    assert [(each["Principal"], set(each["Action"]), each["Condition"]) for each in on_key] == [
        ({"Service": "cloudwatch.amazonaws.com"}, {"kms:Decrypt", "kms:GenerateDataKey*"}, alarms_only)
    ]


def test_chosen_people_get_mail(stack: Synthesised, other: Synthesised) -> None:
    """Each address of -c alertEmails is subscribed to both topics; without any there is no subscription."""
    assert stack.of_type("AWS::SNS::Subscription") == {}
    assert {
        (each["Protocol"], each["Endpoint"], each["TopicArn"])
        for each in other.of_type("AWS::SNS::Subscription").values()
    } == {
        ("email", address, topic)
        for address in ("ops@example.com", "dev@example.com")
        for topic in (TOPIC, OPERATIONS)
    }


def test_a_stack_measures_for_itself(stack: Synthesised, other: Synthesised) -> None:
    """Functions, alarms and dashboard of a stack share a namespace that is the stack's own."""
    for synthesised, name in ((stack, "TaskLedger"), (other, "Other")):
        environments = [
            each["Environment"]["Variables"] for each in synthesised.of_type("AWS::Lambda::Function").values()
        ]
        measured = [each["POWERTOOLS_METRICS_NAMESPACE"] for each in environments]
        alarms = json.dumps(synthesised.of_type("AWS::CloudWatch::Alarm"))
        watched = re.findall(r'"Namespace": "([^"]+)"', alarms)
        on_view = [namespace for namespace, *_ in synthesised.on_dashboard()]
        assert {each for each in measured + watched + on_view if not each.startswith("AWS/")} == {name}


@pytest.mark.parametrize("service", ["observe", "assess", "sweep", "watch"])
def test_the_dashboard_shows_what_is_measured(stack: Synthesised, service: str) -> None:
    """Every metric that a handler emits is on the dashboard, and nothing that none emits."""
    source = (HANDLERS / f"{service}.py").read_text("utf-8")
    emitted = set(re.findall(r'"((?:[A-Z][a-z]+){2,})"', source))
    shown = stack.on_dashboard()
    named = {name for namespace, name, *rest in shown if namespace == "TaskLedger" and service in rest}
    assert named == emitted | COMPOSED[service] | ERRORS | (OF_FINDINGS if service != "observe" else set())


def test_what_is_not_counted_is_shown_as_zero(stack: Synthesised) -> None:
    """A count without data is 0 on the dashboard, as no function emits a zero; a time is not."""
    body = json.loads(stack["Dashboard/Dashboard"]["DashboardBody"])
    rows = [row for widget in body["widgets"] for row in widget["properties"].get("metrics", [])]
    filled = {row[0]["expression"] for row in rows if isinstance(row[0], dict)}
    own = [row for row in stack.on_dashboard() if row[0] == "TaskLedger"]
    assert {f"FILL({row[-1].get('id')}, 0)" for row in own} - filled == {"FILL(None, 0)"}
    assert {row[1] for row in own if "id" not in row[-1]} == {"EventLag", "SweepDuration"}


def test_what_was_not_counted_ends_what_rings(stack: Synthesised) -> None:
    """Of failures at incidents only three periods on end ring: one without any is 0, not missing."""
    failing = alarm(stack, "NotificationsFailing")
    (shown,) = [each for each in failing["Metrics"] if "Expression" in each]
    (counted,) = [each for each in failing["Metrics"] if "MetricStat" in each]
    assert shown["Expression"] == f"FILL({counted['Id']}, 0)"
    assert counted["MetricStat"]["Metric"]["MetricName"] == "IncidentFailures"
    assert counted["MetricStat"]["Period"] * failing["EvaluationPeriods"] == 15 * 60


def test_what_is_reported_is_measured_by_these_names() -> None:
    """The names that the dashboard shows of findings are those that the handlers emit."""
    source = (HANDLERS / "telemetry.py").read_text("utf-8")
    assert set(re.findall(r'"([A-Z][A-Za-z]+)"', source)) == OF_FINDINGS | ERRORS


def test_chat_is_a_topic_on_the_same_key(stack: Synthesised, other: Synthesised) -> None:
    """-c chatTopic adds a topic that is as closed as the first, and its output."""
    assert other["Alerts/ChatTopic"]["KmsMasterKeyId"] == "${Alerts/Key.Arn}"
    assert other.outputs()["ChatTopicArn"] == "${Alerts/ChatTopic}"
    assert "ChatTopicArn" not in stack.outputs()


def test_the_dashboard_shows_every_function_and_queue(stack: Synthesised) -> None:
    """All queues and functions of the stack are on it, and so is the table."""
    text = stack["Dashboard/Dashboard"]["DashboardBody"]
    resources = [
        *(f"${{{path}}}" for path in stack.of_type("AWS::Lambda::Function")),
        *(f"${{{path}.QueueName}}" for path in stack.of_type("AWS::SQS::Queue")),
        "${Ledger/Table}",
    ]
    assert [each for each in resources if each not in text] == []


def _policy(stack: Synthesised, path: str, sid: str) -> Mapping[str, Any]:
    statements = stack[path]["PolicyDocument"]["Statement"]
    (found,) = (each for each in statements if each.get("Sid") == sid)
    return dict(found)
