"""Where the containers of incidents log: asked once for each revision, and needed by nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from reconciler.errors import AccessDenied, LedgerError, TerminalError, TransientError
from reconciler.findings.policy import DEFAULT, Policy, Scope
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident
from reconciler.incidents.outbox import NotificationType, PendingNotification
from reconciler.model.logs import Place
from reconciler.model.task import Container
from reconciler.use_cases.assess import new_findings
from reconciler.use_cases.checks.task_logs import TaskLogs
from taskledger.local.memory_incidents import MemoryIncidents, MemoryNotifier
from taskledger.simulator.engine.clock import Clock
from tests.support.alerting import LOUD, maintain, new_alerts
from tests.support.findings import DEFINITION, crash, found, killed
from tests.support.task_logs import AWSLOGS, Definitions, Streams, crashed, logging_to, new_logs
from tests.support.values import START, at

PLACE = Place(container="app", region="eu-central-1", group="/ecs/checkout", stream=f"web/app/{1:032x}")
OTHER = replace(PLACE, group="/ecs/other")
LOGS = Policy(logs=((Scope(service="checkout"), frozenset({PLACE.group, OTHER.group})),))


def test_the_stream_of_the_container_that_failed() -> None:
    """That of the newest task; what is known of a task is not asked for again."""
    definitions = Definitions()
    first = new_logs(definitions).located(crashed())
    assert first.log == PLACE
    logs = new_logs(definitions)
    second = logs.located(crashed(2, first))
    assert [one.log for one in second.samples] == [replace(PLACE, stream=f"web/app/{2:032x}"), PLACE]
    assert logs.located(second) == second
    assert definitions.asked == [f"{DEFINITION}:42"] * 2


def test_the_one_that_failed_by_itself() -> None:
    """Not a sidecar that was stopped after it, whichever of them the task definition names first."""
    sidecar = Container(name="envoy", exit_code=143)
    app = Container(name="app", exit_code=1)
    incident = crashed(containers=(sidecar, app), stopped_reason="Essential container in task exited")
    assert new_logs(Definitions({"app": AWSLOGS, "envoy": AWSLOGS})).located(incident).log == PLACE


def test_each_revision_is_asked_for_once() -> None:
    """However many incidents there are of it, also where its containers log to nowhere that is known."""
    definitions = Definitions({"app": replace(AWSLOGS, driver="splunk")})
    logs = new_logs(definitions)
    for revision in (42, 42, 43, 42):
        assert logs.located(crashed(revision=revision)).log is None
    assert definitions.asked == [f"{DEFINITION}:42", f"{DEFINITION}:43"]
    assert logs.take_failed() == {}


@pytest.mark.parametrize(
    "incident",
    [
        add_findings(None, [found()], START, Policy()),
        add_findings(None, [crash()], START, Policy()),
        replace(crashed(), samples=()),
        replace(crashed(), samples=(replace(crashed().samples[0], task_definition_arn=None),)),
    ],
    ids=["never ran", "no exit code", "no task", "of version 0.1.0"],
)
def test_nothing_is_asked_of_what_has_no_log(incident: Incident) -> None:
    """No container that ran, or no revision that is known."""
    definitions = Definitions()
    assert new_logs(definitions).located(incident) == incident
    assert definitions.asked == []


@pytest.mark.parametrize("error", [AccessDenied("no"), TransientError("slow")])
def test_one_refusal_ends_the_questions_of_a_run(error: LedgerError) -> None:
    """It is kept once, and the next run asks again."""
    definitions = Definitions(error=error)
    logs = new_logs(definitions)
    for revision in (42, 43):
        assert logs.located(crashed(revision=revision)).log is None
    assert logs.take_failed() == {"task definitions": error}
    assert definitions.asked == [f"{DEFINITION}:42"]
    definitions.error = None
    assert logs.located(crashed()).log == PLACE


def test_a_revision_that_cannot_be_read() -> None:
    """It is asked for once, and the others are asked for all the same."""
    refusal = TerminalError("Unable to describe task definition.")
    definitions = Definitions(error=refusal)
    logs = new_logs(definitions)
    assert logs.located(crashed()).log is None
    definitions.error = None
    assert logs.located(crashed()).log is None
    assert logs.located(crashed(revision=43)).log == PLACE
    assert definitions.asked == [f"{DEFINITION}:42", f"{DEFINITION}:43"]
    assert logs.take_failed() == {f"{DEFINITION}:42": refusal}


def test_lines_of_a_group_that_refuses() -> None:
    """It is not asked again in this run, and another group is."""
    refusal = AccessDenied("no")
    streams = Streams({PLACE.group: refusal, OTHER.group: ["a line"]})
    logs = new_logs(streams=streams)
    assert [len(logs.lines(place)) for place in (PLACE, PLACE, OTHER)] == [0, 0, 1]
    assert streams.asked == [PLACE, OTHER]
    assert logs.take_failed() == {"log lines of /ecs/checkout": refusal}


def test_lines_of_what_does_not_answer() -> None:
    """Nothing more is asked of any group: each would be waited for."""
    streams = Streams({PLACE.group: TransientError("slow"), OTHER.group: ["a line"]})
    logs = new_logs(streams=streams)
    assert [len(logs.lines(place)) for place in (PLACE, OTHER)] == [0, 0]
    assert streams.asked == [PLACE]
    assert logs.take_failed().keys() == {"log lines"}


@pytest.mark.parametrize(
    ("line", "number"), [("x" * 500, 8), ("\u00fc" * 500, 4), ("x", 20), ("x" * 5000, 0)]
)
def test_lines_have_so_many_bytes(line: str, number: int) -> None:
    """And there are so many; the newest are kept."""
    lines = new_logs(streams=Streams({PLACE.group: ["older", *[line] * 25]})).lines(PLACE)
    assert [one.text for one in lines] == [line] * number


def published(
    logs: TaskLogs, incident: Incident, *types: NotificationType, policy: Policy = LOGS
) -> list[bool]:
    """Whether each of these messages about the incident has lines of a log."""
    notifier, store = MemoryNotifier(lambda: START), MemoryIncidents()
    pending = tuple(PendingNotification(one, f"{incident.incident_id}|{one}") for one in types)
    incident = replace(incident, outbox=replace(incident.outbox, pending=pending))
    store.save(incident, None, (), START)
    alerts = replace(new_alerts(lambda: START, incidents=store, notifier=notifier, policy=policy), logs=logs)
    alerts.publish(incident)
    return [one.message.document["log"] is not None for one in notifier.sent]


def test_only_what_opens_has_lines() -> None:
    """The end of an incident, and that it goes on, say nothing about its newest task."""
    logs = new_logs(streams=Streams({PLACE.group: ["a line"]}))
    types = (NotificationType.OPENED, NotificationType.ONGOING, NotificationType.RESOLVED)
    assert published(logs, logging_to(PLACE, crashed()), *types) == [True, False, False]


@pytest.mark.parametrize(
    "policy",
    [
        Policy(),
        Policy(logs=((Scope(service="payments"), frozenset({PLACE.group})),)),
        Policy(logs=((Scope(service="checkout"), frozenset({"/ecs/other"})),)),
    ],
    ids=["none", "of another service", "another group"],
)
def test_no_line_is_read_without_a_rule(policy: Policy) -> None:
    """By default none is, and a rule is for its services and groups alone."""
    streams = Streams({PLACE.group: ["a line"]})
    incident = logging_to(PLACE, crashed())
    assert published(new_logs(streams=streams), incident, NotificationType.OPENED, policy=policy) == [False]
    assert streams.asked == []


@dataclass
class Silent:
    """An ECS that answers about no task and no service."""

    def __getattr__(self, name: str) -> Callable[..., object]:
        def refuse(*_: object) -> object:
            raise TransientError("not now")

        return refuse


def test_an_incident_is_stored_with_its_stream() -> None:
    """As it opens; or by the watch, where ECS did not answer then."""
    for error in (None, TransientError("slow")):
        incidents, clock, definitions = MemoryIncidents(), Clock(at(1)), Definitions(error=error)
        alerts = new_alerts(lambda clock=clock: clock.now, incidents=incidents, policy=LOUD)
        alerts = replace(alerts, logs=new_logs(definitions))
        alerts.notify(new_findings(killed(1), DEFAULT))
        assert [one.log for one in incidents.everything()] == [None if error else PLACE]
        alerts.take_refused()
        definitions.error = None
        clock.advance(300)
        maintain(alerts, Silent())  # type: ignore[arg-type]  # as little as it answers
        assert [one.log for one in incidents.everything()] == [PLACE]
