"""What the steps of a scenario do to tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...simulator.api.protection import DEFAULT_MINUTES
from ...simulator.engine.errors import ApiError
from .words import state_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...simulator.engine.shapes import Answer
    from .play import Play

    Values = Mapping[str, Any]


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
    on.report("ecs", f"{name} of {group} starts in {cluster}: {_state(on, name)}")


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
    _call(on, name, "SubmitTaskStateChange", task=on.tasks[name], **reported)
    ended = f", its container ended with {values['exit']}" if "exit" in values else ""
    on.report("ecs", f"{name}: {_state(on, name)}{ended}")


def stop(on: Play, values: Values) -> None:
    """A person asks the task to stop, or by another stop code something else does."""
    name = values["stop"]
    code, reason = values.get("code", "UserInitiated"), values.get("reason", "Task stopped by user")
    on.simulated.interrupt(on.tasks[name], code, reason)
    on.report("ecs", f"{name}: {_state(on, name)}, {code}: {reason}")


def protect(on: Play, values: Values) -> None:
    """The task is protected from scale-in from now on, for so many minutes."""
    name, minutes = values["protect"], values.get("minutes", DEFAULT_MINUTES)
    _update_protection(on, name, protectionEnabled=True, expiresInMinutes=minutes)
    on.report("ecs", f"{name} is protected from scale-in for {minutes} minutes from now")


def unprotect(on: Play, values: Values) -> None:
    """Somebody clears the task's protection."""
    _update_protection(on, values["unprotect"], protectionEnabled=False)
    on.report("ecs", f"{values['unprotect']} is not protected any more: it was cleared")


def _call(on: Play, name: str, operation: str, **request: object) -> Answer:
    """What ECS answers to a call on that task, whatever is wrong with the API for others."""
    asked = {"cluster": on.tasks[name].rsplit("/", 2)[1], **request}
    answer = on.simulated.call(operation, asked)
    if failures := answer.get("failures"):
        raise ApiError(failures[0]["reason"], f"{operation} has no answer for {name}.")
    return answer


def _update_protection(on: Play, name: str, **wanted: object) -> None:
    _call(on, name, "UpdateTaskProtection", tasks=[on.tasks[name]], **wanted)


def _state(on: Play, name: str) -> str:
    """How ECS sees the task now, in words."""
    return state_words(_call(on, name, "DescribeTasks", tasks=[on.tasks[name]])["tasks"][0])
