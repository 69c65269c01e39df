"""A text from outside in every place from which the commands print any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from reconciler.errors import InvalidInput, TransientError
from reconciler.findings.model import Cause, Finding, Kind, Severity
from reconciler.findings.policy import DEFAULT, Scope
from reconciler.gate import history_row, succeed
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.reported import report_finding
from reconciler.model.deployment import Began, Deployment, Image, Report, Rollout, ServiceDeployment
from reconciler.model.entry import HistoryRow, LedgerEntry
from reconciler.model.hook import Hook
from reconciler.model.service import Message, ServiceRecord, ServiceState
from reconciler.model.task import Container, Source
from reconciler.notifications import message
from reconciler.notifications.body import Body
from reconciler.ports.mutes import Mute
from reconciler.services.signs import FAILED
from taskledger.analysis.differences import Difference as LivesDifference
from taskledger.analysis.states import StateThen
from taskledger.audit.clusters import Audit, ClusterAudit
from taskledger.audit.difference import Difference, DifferenceKind
from taskledger.audit.missed_events import MissedEvents
from taskledger.deployed.tasks.past import Past
from taskledger.local.memory_incidents import SentMessage
from taskledger.replay.captures import Unreadable
from taskledger.replay.counts import Counts
from taskledger.replay.delivery import Outcome, Rejected
from taskledger.replay.run import Replayed
from taskledger.replay.scenario.play import Failure, Moment
from tests.support.findings import finding
from tests.support.values import CLUSTER, START, TASK, at, event

NO_SLASH = str.maketrans("/", "|")
SERVICE = "a-service"  # for which `show` finds the service,
INCIDENT = "an-incident"  # for this the incident, and for all else the task


class World:
    """A text in every field of a task, its history, a service, findings, and all else that has texts."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.id = f"x{text.translate(NO_SLASH)}"
        self.arn = f"{TASK.rsplit('/', 1)[0]}/{self.id}"
        self.cluster_arn = f"{CLUSTER}{text}"
        container = Container(
            name=text, last_status=text, exit_code=3, reason=text, health_status=text, image=text
        )
        observation = event(
            3,
            **dict.fromkeys(
                ("last_status", "desired_status", "group", "started_by", "launch_type", "availability_zone"),
                text,
            ),
            **dict.fromkeys(("health_status", "stop_code", "stopped_reason", "task_definition_arn"), text),
            task_arn=self.arn,
            cluster_arn=self.cluster_arn,
            tags={text: text},
            containers=(container,),
            connectivity_at=at(4),
        )
        self.entry: LedgerEntry = succeed(None, observation)
        self.rows: list[HistoryRow] = [history_row(observation)]
        self.service = _service(text, self.cluster_arn)
        self.finding: Finding = finding(
            task_arn=self.arn,
            cluster_arn=self.cluster_arn,
            group=text,
            kind=Kind(text),
            cause=Cause(text),
            severity=Severity(text),
            summary=text,
            remedy=text,
        )
        reported = report_finding(self.finding, START, self.entry.state)
        scope = Scope(cluster=text, service=text)
        self.mute = Mute(mute_id=text, scope=scope, until=at(60), created_at=START, note=text)
        self.incident = replace(add_findings(None, [reported], START, DEFAULT), summary=text, remedy=text)
        self.refusal = InvalidInput(text, text)

    def audit(self, *_: Any) -> Audit:
        return Audit(
            stack=self.text,
            at=START,
            clusters=[
                ClusterAudit(
                    cluster_arn=self.cluster_arn,
                    tasks={
                        self.arn: [
                            Difference(
                                task_arn=self.arn,
                                field=self.text,
                                ledger=self.text,
                                ecs={self.text: self.text},  # as tags are
                                kind=DifferenceKind.MISSED,
                            )
                        ]
                    },
                    missed=MissedEvents(tasks=1, sampled=True),
                    error=TransientError(self.text),
                )
            ],
            errors=[TransientError(self.text)],
        )

    def sweep(self, *_: Any) -> dict[str, Any]:
        found = {"tasks": 1, self.text: 2, "stuck": [self.arn], "errors": [self.text]}
        return {"complete": True, "errors": [self.text], "clusters": {self.cluster_arn: found}}

    @property
    def past(self) -> Past:
        """Of which one cluster is not known."""
        return Past(since=START, known_since={self.cluster_arn: at(1)}, lives=[])

    @property
    def then(self) -> StateThen:
        return StateThen(
            entry=self.entry, at=at(60), last_status=self.text, desired_status=f"not {self.text}", version=3
        )

    @property
    def difference(self) -> LivesDifference:
        states = [self.then]
        return LivesDifference(
            before=states,
            after=states,
            began=states,
            ended=states,
            came_and_went=[self.entry],
            changed=[(self.then, self.then)],
        )

    @property
    def sent(self) -> SentMessage:
        """A message whose subject nobody has cleaned."""
        sent = message.Message(
            notification_id="1", subject=self.text, body=Body(head=()), document={}, attributes={}, thread="1"
        )
        return SentMessage(START, sent)

    def replayed(self, *_: Any, **__: Any) -> Replayed:
        rejected = Rejected(file=self.text, index=0, field=self.text, error=self.text)
        failure = Failure(index=0, at=START, task=self.text, field=self.text, expected=1, found=2)
        play = SimpleNamespace(
            moments=[Moment(START, self.text, self.text), Moment(at(1), "check", self.text, wrong=True)],
            name=lambda _: self.text,
            failures=[failure],
            expectations=1,
            tasks={self.text: self.arn},
            counts=Counts(),
        )
        played: Any = SimpleNamespace(
            scenario=SimpleNamespace(title=self.text, file=self.text, story=f"a {self.text}"),
            play=play,
            tasks=[(self.entry, self.rows)],
            services=[self.service],
            incidents=[self.incident],
            findings=[self.finding],
            notifications=[],
            ended_at=START,
            passed=False,
        )
        return Replayed(
            policy=DEFAULT,
            outcome=Outcome(read=1, rejected=[rejected]),
            now=START,
            ended_at=START,
            tasks=[(self.entry, self.rows)],
            services=[(self.service, [self.finding])],
            findings=[self.finding],
            incidents=[self.incident],
            notifications=[self.sent],
            scenarios=[played],
        )

    def patches(self) -> dict[str, Any]:
        """What stands in the commands for AWS and for files."""
        ledger = SimpleNamespace(
            unreadable=[self.refusal], clusters=list, history=lambda _: self.rows, with_tags=list
        )
        incidents = SimpleNamespace(unreadable=[self.refusal])
        services = SimpleNamespace(unreadable=[self.refusal], readable=lambda *_: self.service)
        queue = SimpleNamespace(url=self.text, send=lambda events: ((each, None) for each in events))
        one: dict[str, Any] = {
            "deployed.stack.find": lambda _: SimpleNamespace(name=self.text, home=None),
            "verbs.tasks.query_tasks": lambda *_: ([self.entry], True),
            "verbs.tasks.findings": lambda *_, **__: [self.finding],
            "verbs.services.query_services": lambda *_: [(self.service, [self.finding])],
            "verbs.show.find_service": lambda *names: self.service if names[-1] == SERVICE else None,
            "verbs.show.find_incident": lambda *names: self.incident if names[2] == INCIDENT else None,
            "verbs.show.judge_service": lambda *_: [self.finding],
            "verbs.show.find_task": lambda *_: self.entry,
            "verbs.show.findings": lambda *_: [self.finding],
            "verbs.findings._select": lambda *_: [(START, self.finding)],
            "verbs.incidents._select": lambda *_: [self.incident],
            "verbs.incidents.policy_with_mutes": lambda *_: DEFAULT,
            "verbs.show.policy_with_mutes": lambda *_: DEFAULT,
            "verbs.latency.lives": lambda *_: [self.entry],
            "verbs.at.read_past": lambda *_: self.past,
            "verbs.at._states": lambda *_: [self.then],
            "verbs.diff.read_past": lambda *_: self.past,
            "verbs.diff.difference": lambda *_: self.difference,
            "verbs.mute.mutes_in_force": lambda *_: [self.mute],
            "verbs.audit.run_audit": self.audit,
            "verbs.sweep._run": self.sweep,
            "verbs.replay.replay_paths": self.replayed,
            "verbs.send.Queue": lambda _: queue,
            "verbs.send.RepeatedEvents": lambda _: [Unreadable(self.text, 0, self.refusal)],
        }
        for verb in ("tasks", "services", "show", "findings", "incidents", "at", "diff", "latency"):
            one[f"verbs.{verb}.deployed_ledger"] = lambda *_, **__: ledger
        for verb in ("services", "show"):
            one[f"verbs.{verb}.deployed_services"] = lambda *_: services
        for verb in ("tasks", "services", "show"):
            one[f"verbs.{verb}.policy_in_force"] = lambda _: DEFAULT
        for verb in ("findings", "incidents", "show"):
            one[f"verbs.{verb}.deployed_incidents"] = lambda _: incidents
        return one


def _service(text: str, cluster_arn: str) -> ServiceRecord:
    """One that deployed twice, with the text in all fields that have any."""
    image = Image(container=text, image=text, digest=text)
    joined = ServiceDeployment(
        service_deployment_arn=text,
        status=text,
        created_at=START,
        images=(image,),
        source_images=(replace(image, image=f"{text}2"),),
    )
    deployments = [
        Deployment(
            deployment_id=f"{text}{number}",
            began=Began(at=at(number), source=Source.DESCRIBE),
            task_definition_arn=text,
            reports={FAILED: Report(at=at(number), reason=text)},
            rollout=Rollout(status=text, rollout_state=text, reason=text),
            service_deployment=joined,
        )
        for number in (2, 1)
    ]
    state = ServiceState(
        service_arn=text,
        cluster_arn=cluster_arn,
        service=text,
        status=text,
        desired_count=4,
        running_count=2,
        pending_count=1,
        scheduling_strategy=text,
        deployment_controller=text,
        launch_type=text,
        task_definition_arn=text,
        messages=(Message(at=START, text=text),),
    )
    hook = Hook(
        hook_id=text, status=text, at=START, hook_type=text, stage=text, expires_at=at(1), timeout_action=text
    )
    return ServiceRecord(
        service_arn=text,
        cluster_arn=cluster_arn,
        state=state,
        read_at=START,
        below_desired_since=START,
        hooks=(hook,),
        deployments=tuple(deployments),
    )


@contextmanager
def world(text: str) -> Iterator[World]:
    made = World(text)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.patches().items():
            patch.setattr(f"taskledger.{name}", value)
        yield made
