"""The verbs of a scenario: what a step of each may say beside its time, and what it does.

run, report, stop, protect, unprotect      what happens to a task in ECS
create, update, delete, continue           what is wished of a service in ECS
plan, alarm                                what becomes of its tasks and deployments
api, events, release                       faults of the API and of the delivery of events
sweep, watch                               what is deployed on a schedule
expect                                     what the ledger must have by then
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...simulator.api.protection import DEFAULT_MINUTES, MAX_MINUTES
from ...simulator.engine.lifecycle import STATUSES
from ...simulator.faults.api import ApiState
from ...simulator.faults.delivery import Fate
from ...simulator.services.configuration import LONGEST_PAUSE, STAGES
from . import emitted, fields, service
from .expect import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .fields import Reader
    from .play import Play

    Values = Mapping[str, Any]

OLDEST, NEWEST = "oldest first", "newest first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """How the verb's own value is read, which options it has, and what it does.

    One of the options that it `needs` must be there. `of_task` when its value is the name of a task that must
    have been run before, `of_service` when it is that of a service that must have been created. Whatever else
    stands in a step of a verb with `any_facts` is what is expected of it.
    """

    value: Reader
    act: Callable[[Play, Values], None]
    options: Mapping[str, Reader] = field(default_factory=dict)
    needs: Sequence[str] = ()
    of_task: bool = False
    of_service: bool = False
    any_facts: bool = False


def run(on: Play, values: Values) -> None:
    """ECS starts a Fargate task: one of a service, or else a standalone one of the family of its name."""
    name, service, cluster = values["run"], values.get("service"), values.get("cluster", "default")
    ecs = on.simulated
    ecs.call("CreateCluster", {"clusterName": cluster})
    if service:
        arn = ecs.start_service_task(service, f"{service}:1", cluster=cluster)
    else:
        asked = {"cluster": cluster, "taskDefinition": f"{name}:1", "launchType": "FARGATE"}
        arn = ecs.call("RunTask", asked)["tasks"][0]["taskArn"]
    on.tasks[name] = arn
    group = f"service:{service}" if service else f"family:{name}"
    on.report("ecs", f"{name} of {group} starts in {cluster}: {on.state(name)}")


def report(on: Play, values: Values) -> None:
    """The agent reports a status of the task, or that its container has ended."""
    name, reported = values["report"], {}
    if "status" in values:
        reported["status"] = values["status"]
    if "exit" in values:
        why = {"reason": values["reason"]} if "reason" in values else {}
        reported["containers"] = [
            {"containerName": "app", "status": "STOPPED", "exitCode": values["exit"], **why}
        ]
    on.ecs(name, "SubmitTaskStateChange", task=on.tasks[name], **reported)
    ended = f", its container ended with {values['exit']}" if "exit" in values else ""
    on.report("ecs", f"{name}: {on.state(name)}{ended}")


def stop(on: Play, values: Values) -> None:
    """A person asks the task to stop, or by another stop code something else does."""
    name = values["stop"]
    code, reason = values.get("code", "UserInitiated"), values.get("reason", "Task stopped by user")
    on.simulated.interrupt(on.tasks[name], code, reason)
    on.report("ecs", f"{name}: {on.state(name)}, {code}: {reason}")


def protect(on: Play, values: Values) -> None:
    """The task is protected from scale-in from now on, for so many minutes."""
    name, minutes = values["protect"], values.get("minutes", DEFAULT_MINUTES)
    on.update_protection(name, protectionEnabled=True, expiresInMinutes=minutes)
    on.report("ecs", f"{name} is protected from scale-in for {minutes} minutes from now")


def unprotect(on: Play, values: Values) -> None:
    """Somebody clears the task's protection."""
    on.update_protection(values["unprotect"], protectionEnabled=False)
    on.report("ecs", f"{values['unprotect']} is not protected any more: it was cleared")


def api(on: Play, values: Values) -> None:
    """The API answers like this from now on, for one cluster or for all."""
    on.api.switch(ApiState(values["api"]), values.get("cluster"))
    of = f" for {values['cluster']}" if "cluster" in values else ""
    on.report("fault", f"from now on the API is {values['api']}{of}")


def events(on: Play, values: Values) -> None:
    """Events are delivered, doubled, lost or held from now on."""
    fate, of = Fate(values["events"]), values.get("of")
    on.fates |= dict.fromkeys([of] if of else emitted.DETAIL_TYPES, fate)
    on.report("fault", f"from now on {f'{of} events' if of else 'events'} are {fate}")


def release(on: Play, values: Values) -> None:
    """The events that were held arrive."""
    on.delivery.flush()
    held = on.take_arrived()
    on.report("fault", f"{len(held)} events that were held are released, {values['release']}")
    on.deliver(held[::-1] if values["release"] == OLDEST else held)


_WISHES: Mapping[str, Reader] = {
    "taskDefinition": fields.definition,
    "desiredCount": fields.number(0, 100),
    "minimumHealthyPercent": fields.number(0, 100),
    "maximumPercent": fields.number(100, 200),
    "circuitBreaker": fields.choice(service.BREAKERS),
    "alarmName": fields.name,
    "pause": fields.choice(STAGES),
    "minutes": fields.number(1, LONGEST_PAUSE),
}

VERBS = {
    "run": Verb(value=fields.name, act=run, options={"service": fields.name, "cluster": fields.name}),
    "report": Verb(
        value=fields.name,
        act=report,
        options={
            "status": fields.choice(STATUSES),
            "exit": fields.number(0, 255),
            "reason": fields.sentence,
        },
        needs=("status", "exit"),
        of_task=True,
    ),
    "stop": Verb(
        value=fields.name,
        act=stop,
        options={"code": fields.name, "reason": fields.sentence},
        of_task=True,
    ),
    "protect": Verb(
        value=fields.name, act=protect, options={"minutes": fields.number(1, MAX_MINUTES)}, of_task=True
    ),
    "unprotect": Verb(value=fields.name, act=unprotect, of_task=True),
    "api": Verb(value=fields.choice(list(ApiState)), act=api, options={"cluster": fields.name}),
    "events": Verb(
        value=fields.choice(list(Fate)), act=events, options={"of": fields.choice(emitted.DETAIL_TYPES)}
    ),
    "create": Verb(
        value=fields.name,
        act=service.create,
        options={"cluster": fields.name, "capacityProvider": fields.name, **_WISHES},
    ),
    "update": Verb(
        value=fields.name,
        act=service.update,
        options={**_WISHES, "forceNewDeployment": fields.yes},
        needs=(*_WISHES, "forceNewDeployment"),
        of_service=True,
    ),
    "delete": Verb(value=fields.name, act=service.delete, of_service=True),
    "plan": Verb(
        value=fields.definition,
        act=service.plan,
        options={
            "outcome": fields.choice(service.OUTCOMES),
            "after": fields.span,
            "exit": fields.number(0, 255),
            "reason": fields.sentence,
        },
        needs=("outcome",),
    ),
    "continue": Verb(
        value=fields.name, act=service.proceed, options={"rollback": fields.yes}, of_service=True
    ),
    "alarm": Verb(value=fields.name, act=service.alarm),
    "release": Verb(value=fields.choice((OLDEST, NEWEST)), act=release),
    "sweep": Verb(value=fields.yes, act=lambda on, _: on.sweep(), options={"every": fields.interval}),
    "watch": Verb(value=fields.yes, act=lambda on, _: on.watch(), options={"every": fields.interval}),
    "expect": Verb(value=fields.name, act=expect, of_task=True, any_facts=True),
}
