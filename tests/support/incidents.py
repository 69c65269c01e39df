"""Incidents as they are stored: small and large ones, open and over."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.costs.total import Total
from reconciler.findings.model import Severity
from reconciler.findings.policy import Policy
from reconciler.incidents.deployments.blame import Blame, BlameWord
from reconciler.incidents.deployments.failures import Failures
from reconciler.incidents.facts.impact import Impact, Level
from reconciler.incidents.facts.occurrences import Occurrence, Occurrences
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident, Owner, Shared, Status
from reconciler.incidents.outbox import NotificationType, Outbox, PendingNotification
from reconciler.incidents.reported import ReportedFinding
from reconciler.model.logs import Place

from .findings import DEFINITION, found
from .services import deployment_id
from .values import START, at

_PLACE = Place(container="app", region="eu-central-1", group="/ecs/checkout", stream="web/app/4fb1d2c3")
_DAY = timedelta(days=1)


def ordinary_incident() -> Incident:
    """One occurrence of five tasks of a service of which one runs too few, published once."""
    opened = add_findings(None, [found(number, at(number)) for number in range(5)], START, Policy())
    impact = Impact(desired=4, running=3, pending=1, checked_at=at(60), below_since=at(30))
    box = Outbox(
        sequence=1,
        notified_at=at(60),
        notified_count=5,
        standing=Severity.MEDIUM,
        published={Severity.MEDIUM: at(60)},
    )
    return replace(opened, impact=impact, outbox=box, due_at=at(120), revision=3)


def full_incident(occurrences: int = 2, owners: int = 3) -> Incident:
    """One that is over, with everything that is kept of an incident, and with messages to be sent."""
    began = ordinary_incident()
    last = START + occurrences * _DAY
    failure = Failures(
        deployment_id=deployment_id(2),
        first_at=at(1),
        last_at=at(2.5),
        count=2,
        task_definition_arn=f"{DEFINITION}:43",
    )
    return replace(
        began,
        severity=Severity.HIGH,
        cause_severity=Severity.LOW,
        occurrences=_daily(occurrences),
        service_arn="arn:aws:ecs:eu-central-1:111122223333:service/shop/checkout",
        failures=(failure,),
        blame=Blame(word=BlameWord.BEFORE, deployment_id=deployment_id(2), started_at=START),
        impact=Impact(
            desired=4,
            running=0,
            pending=2,
            checked_at=last,
            zero_since=at(10.001),
            half_since=at(9),
            below_since=at(8),
        ),
        shared=_shared(owners),
        waste=Total(Decimal("3.100000000001"), 412, 3),
        tasks_of_run=500,
        target_group_arn="arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/checkout/6d0ecf83",
        samples=(replace(began.samples[0], log=_PLACE), *began.samples[1:]),
        joined=(f"{began.key}|20261119T091402.250Z",),
        ended_by="a completed rollback",
        outbox=_outbox(began),
        returned_at=last,
        status=Status.RESOLVED,
        resolved_at=last + _DAY,
        due_at=last + 2 * _DAY,
    )


def with_findings(before: Incident | None, *news: ReportedFinding, now: datetime = START) -> Incident:
    """The next revision of the incident, due a minute later."""
    after = add_findings(before, news, now, Policy())
    return replace(after, revision=after.revision + 1, due_at=now + timedelta(minutes=1))


def over(incident: Incident, now: datetime) -> Incident:
    """The next revision, at which it is over and nothing is left to do."""
    return replace(
        incident,
        status=Status.RESOLVED,
        resolved_at=now,
        due_at=None,
        revision=incident.revision + 1,
        outbox=replace(incident.outbox, pending=()),
    )


def _daily(number: int) -> Occurrences:
    runs = (
        Occurrence(START + day * _DAY, START + day * _DAY + timedelta(minutes=59, milliseconds=7), 1200)
        for day in range(number)
    )
    return Occurrences(tuple(runs), 70, START - 70 * _DAY)


def _shared(number: int) -> Shared:
    levels = list(Level)
    owners = tuple(
        Owner(f"service:a-service-with-a-rather-long-name-{one:03}", one + 1, levels[one % len(levels)])
        for one in range(number)
    )
    shared = Shared(owners=owners, others=7)
    return replace(shared, named_down=shared.down)


def _outbox(incident: Incident) -> Outbox:
    return Outbox(
        pending=(
            PendingNotification(NotificationType.RESOLVED, f"{incident.incident_id}|3"),
            PendingNotification(NotificationType.DIGEST, "DIGEST|1", ("alerts",)),
        ),
        sequence=3,
        digests=2,
        news_since=at(101),
        notified_at=at(100.5),
        notified_count=12,
        standing=Severity("critical"),
        published={Severity.MEDIUM: at(60), Severity("critical"): at(100.5)},
        reminders=1,
    )
