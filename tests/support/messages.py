"""The five messages of docs/messages.md, composed from incidents as they are stored, and the page itself."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from reconciler.findings.model import Kind, Severity
from reconciler.findings.policy import DEFAULT, Policy, Scope
from reconciler.findings.rules import findings
from reconciler.gate import succeed
from reconciler.incidents.deployments.blame import Blame, BlameWord
from reconciler.incidents.facts.impact import Impact
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident
from reconciler.incidents.outbox import NotificationType, Outbox, PendingNotification
from reconciler.incidents.reported import ReportedFinding, report_finding, report_service_finding
from reconciler.incidents.shared import of_several
from reconciler.incidents.speaking import shared_key
from reconciler.model.deployment import Image
from reconciler.model.logs import LogLine, Place
from reconciler.model.task import Container
from reconciler.notifications.chat import chat_payload
from reconciler.notifications.message import Message, compose

from .priced import PRICES, SIZED
from .service_examples import failed_by_breaker
from .service_records import judged
from .services import deployment_id
from .values import CLUSTER, START, at, event, task_arn

PLACE = "arn:aws:ecs:eu-central-1:111122223333"
REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop"
EXITED = "Essential container in task exited"
UNREACHED = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
    f"{REGISTRY}/cart:7: failed to do request: Head {REGISTRY.replace('/', '/v2/')}/cart/manifests/7: "
    "dial tcp 10.0.3.17:443: i/o timeout"
)
TARGET_GROUP = f"{PLACE.replace(':ecs:', ':elasticloadbalancing:')}:targetgroup/payments/6d0ecf831eec9f09"
LOG = [
    LogLine(at(233.4), "INFO  payments 13 starting, region eu-central-1"),
    LogLine(at(233.9), "ERROR cannot connect: postgres://payments:REDACTED@db.internal:5432/payments"),
    LogLine(at(233.9), 'ERROR   relation "refunds" does not exist'),
]
SERVICES = [
    "cart",
    "checkout",
    "search",
    "payments",
    "mail",
    "stock",
    "users",
    "web",
    "admin",
    "rates",
    "tax",
    "ledger",
]

RULED = Policy(
    runbooks=((Scope(kind=Kind.ESSENTIAL_CONTAINER_FAILED), "https://wiki.example.com/runbooks/crashes"),),
    teams=((Scope(service="payments"), "payments"), (Scope(service="c*"), "storefront")),
    prices=PRICES,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message with what the page says before it."""

    heading: str
    prose: str
    message: Message


def messages() -> Sequence[Shown]:
    """In the order of the page."""
    return [
        Shown(
            "A service that is down",
            "Each task of a new revision ends with 1; after four minutes no task has run for a minute.\n"
            "A rule of the policy lets messages about this service have log lines.",
            _message(crash_loop(), NotificationType.OPENED, at(300), LOG),
        ),
        Shown(
            "A deployment that failed",
            "The circuit breaker ended it and rolled it back. Its failed tasks have no message of their own.",
            _message(failed_deployment(), NotificationType.OPENED, failed_deployment().noted_at),
        ),
        Shown(
            "One cause, several services",
            "A registry that cannot be reached: one message, not one for each service.",
            _message(shared_cause(), NotificationType.OPENED, at(130)),
        ),
        Shown(
            "Standalone work",
            "A run is over, and some of its tasks failed.",
            _message(standalone_run(), NotificationType.OPENED, at(1800)),
        ),
        Shown(
            "What is over",
            "The end of the first of these, which says what ended it and what runs now.",
            _message(resolved(), NotificationType.RESOLVED, at(6 * 3600)),
        ),
    ]


def crash_loop() -> Incident:
    """All tasks of a new revision end with 1, so that nothing runs."""
    app, size = Container(name="app", exit_code=1), SIZED | {"cpu": 2048, "pull_started_at": START}
    stops = [_stopped(number, "payments", 13, app, **size) for number in range(10)]
    impact = Impact(
        desired=4, running=0, pending=1, checked_at=at(290), zero_since=at(60), below_since=at(60)
    )
    opened = _incident(stops)
    newest = opened.samples[0]
    stream = f"web/app/{newest.task_arn.rpartition('/')[2]}"
    place = Place(container="app", region="eu-central-1", group="/ecs/payments", stream=stream)
    return replace(
        opened,
        impact=impact,
        severity=Severity.HIGH,
        blame=_blame(),
        samples=(replace(newest, log=place), *opened.samples[1:]),
        target_group_arn=TARGET_GROUP,
    )


def failed_deployment() -> Incident:
    """The circuit breaker ended a deployment, and what ran before runs again."""
    record = failed_by_breaker()
    (found,) = judged(record, 20)
    reported = report_service_finding(found, None, (_stopped(1, "checkout", 43, _app(1)).samples))
    impact = Impact(desired=4, running=4, pending=0, checked_at=reported.at + timedelta(minutes=2))
    blame = replace(
        _blame("checkout", 42),
        started_at=reported.at - timedelta(minutes=7),
        rolled_back_at=reported.at + timedelta(seconds=6),
        rolled_back_to=f"{PLACE}:task-definition/checkout:42",
    )
    opened = add_findings(None, [reported], reported.at + timedelta(minutes=2), DEFAULT)
    return replace(opened, impact=impact, blame=blame)


def shared_cause() -> Incident:
    """One registry that many services need; the first of them had been published before the others came."""
    down = Impact(desired=2, running=0, pending=0, checked_at=at(110), zero_since=START, below_since=START)
    well = replace(down, running=2, zero_since=None, below_since=None)
    members = [
        replace(_incident([_not_started(number, name)]), impact=down if number < 2 else well)
        for number, name in enumerate(SERVICES)
    ]
    members[0] = replace(members[0], outbox=Outbox(standing=Severity.HIGH))
    key = shared_key(members[0])
    assert key
    return of_several(key, None, members, at(125))


def standalone_run() -> Incident:
    """Some tasks of a nightly batch failed."""
    stops = [
        _stopped(number, None, 7, _app(1 if number else 3), family="nightly-report") for number in range(5)
    ]
    return replace(_incident(stops), tasks_of_run=500, severity=Severity.MEDIUM)


def resolved() -> Incident:
    """The crash loop, after somebody deployed what worked."""
    box = Outbox(standing=Severity.HIGH, published={Severity.HIGH: at(300)}, notified_at=at(300))
    impact = Impact(desired=4, running=4, pending=0, checked_at=at(6 * 3600 - 30))
    return replace(
        crash_loop(),
        severity=Severity.LOW,
        impact=impact,
        outbox=box,
        ended_by="payments:14 was deployed",
        resolved_at=at(6 * 3600),
    )


def page() -> str:
    """docs/messages.md as it has to be."""
    return "\n".join(_page())


def _page() -> Iterator[str]:
    yield "# Messages"
    yield ""
    yield "Five messages, as people and programs get them. [Alerts](alerts.md) says when which is published,"
    yield "[notification.schema.json](notification.schema.json) what each field of the JSON is. Runbooks and"
    yield "teams are those of a [policy file](alerts.md#the-policy-file)."
    for one in messages():
        chat = json.loads(chat_payload(one.message))
        yield from ("", f"## {one.heading}", "", one.prose, "", "As a mail:", "", "```")
        yield from (one.message.subject, "", one.message.text, "```", "", "As JSON:", "")
        yield from ("```json", _pretty(one.message.document), "```", "", "In a chat:", "")
        yield from ("```json", _pretty(chat), "```")
    yield ""


def _pretty(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def _message(
    incident: Incident, type_: NotificationType, now: datetime, log_lines: Sequence[LogLine] = ()
) -> Message:
    return compose(incident, PendingNotification(type_, f"{incident.incident_id}|1"), now, RULED, log_lines)


def _incident(reported: Sequence[ReportedFinding]) -> Incident:
    return add_findings(None, reported, reported[-1].at + timedelta(seconds=20), RULED)


def _blame(family: str = "payments", before: int = 12) -> Blame:
    images = [
        (Image(container="app", image=f"{REGISTRY}/{family}:{revision}"),)
        for revision in (before, before + 1)
    ]
    return Blame(
        word=BlameWord.BEGAN_WITH,
        deployment_id=deployment_id(2),
        task_definition_arn=f"{PLACE}:task-definition/{family}:{before + 1}",
        previous_task_definition_arn=f"{PLACE}:task-definition/{family}:{before}",
        previous_images=images[0],
        images=images[1],
        started_at=START - timedelta(minutes=2),
    )


def _app(exit_code: int) -> Container:
    return Container(name="app", exit_code=exit_code)


def _not_started(number: int, service: str) -> ReportedFinding:
    values = {"stop_code": "TaskFailedToStart", "stopped_reason": UNREACHED, "started_at": None}
    values["seconds"] = 10 * number
    return _stopped(number, service, 7, Container(name="app"), **values)


def _stopped(
    number: int, service: str | None, revision: int, *containers: Container, family: str = "", **values: Any
) -> ReportedFinding:
    """The finding on a task of the service, or of the family, that stopped by itself."""
    seconds = values.pop("seconds", 26 * number)
    cluster_arn = CLUSTER.replace("shop", "prod")
    facts: dict[str, Any] = {
        "task_arn": task_arn(number + 1).replace("shop", "prod"),
        "cluster_arn": cluster_arn,
        "group": f"service:{service}" if service else f"family:{family}",
        "task_definition_arn": f"{PLACE}:task-definition/{service or family}:{revision}",
        "last_status": "STOPPED",
        "desired_status": "STOPPED",
        "stop_code": "EssentialContainerExited",
        "stopped_reason": EXITED,
        "started_at": START,
        "stopped_at": at(seconds),
        "started_by": deployment_id(2) if service else "scheduler",
        "containers": containers,
    }
    entry = succeed(None, event(6, **(facts | values)))
    (found,) = findings(entry, at(seconds), DEFAULT)
    return report_finding(found, found.occurred_at, entry.state)
