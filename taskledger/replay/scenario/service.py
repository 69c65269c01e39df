"""What the steps of a scenario do to services, and to what becomes of their tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput

from ...simulator.services import outcomes
from ...simulator.services.configuration import DEFAULT_PAUSE
from ...simulator.services.outcomes import HEALTHY, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .play import Play

    Values = Mapping[str, Any]

BREAKERS = ("off", "on", "rollback")
OUTCOMES = ("healthy", "fails to start", "crashes", "no place", "role refused")
_SAME = ("taskDefinition", "desiredCount", "forceNewDeployment")
_PERCENTS = ("minimumHealthyPercent", "maximumPercent")


def create(on: Play, values: Values) -> None:
    """A service of one task, on Fargate or on a capacity provider of it, unless it says otherwise."""
    name, cluster = values["create"], values.get("cluster", "default")
    provider = values.get("capacityProvider")
    capacity = {"capacityProviderStrategy": [{"capacityProvider": provider}]} if provider else _FARGATE
    wanted = {"taskDefinition": f"{name}:1", "desiredCount": 1, **_wanted(values)}
    on.simulated.call("CreateCluster", {"clusterName": cluster})
    on.services[name] = cluster
    on.report("ecs", f"{name} is created in {cluster}: {_words(wanted)}")
    on.simulated.call("CreateService", {"cluster": cluster, "serviceName": name, **capacity, **wanted})


def update(on: Play, values: Values) -> None:
    """The service is wished otherwise from now on."""
    wanted = _wanted(values)
    on.report("ecs", f"{values['update']} is updated: {_words(wanted)}")
    _call(on, values["update"], "UpdateService", **wanted)


def delete(on: Play, values: Values) -> None:
    """The service is deleted with all its tasks."""
    on.report("ecs", f"{values['delete']} is deleted")
    _call(on, values["delete"], "DeleteService", force=True)


def plan(on: Play, values: Values) -> None:
    """What becomes of the tasks that services start of this task definition from now on."""
    of, outcome = values["plan"], values["outcome"]
    on.simulated.plan(of, _outcome(outcome, values))
    on.report("ecs", f"from now on tasks of {of} are planned: {outcome}")


def proceed(on: Play, values: Values) -> None:
    """Somebody ends the pause that the service's deployment is in."""
    name, action = values["continue"], "ROLLBACK" if values.get("rollback") else "CONTINUE"
    arn = _call(on, name, "DescribeServices", services=[name])["services"][0]["currentServiceDeployment"]
    asked = {"serviceDeploymentArns": [arn]}
    (found,) = on.simulated.call("DescribeServiceDeployments", asked)["serviceDeployments"]
    waiting = [h["hookId"] for h in found["lifecycleHookDetails"] if h["status"] == "AWAITING_ACTION"]
    if not waiting:
        raise InvalidInput("continue", f"the deployment of {name} is not paused by then")
    on.report("ecs", f"the pause of {name} is ended: {action}")
    request = {"serviceDeploymentArn": arn, "hookId": waiting[0], "action": action}
    on.simulated.call("ContinueServiceDeployment", request)


def alarm(on: Play, values: Values) -> None:
    """A CloudWatch alarm of that name goes to ALARM."""
    on.report("ecs", f"the alarm {values['alarm']} goes to ALARM")
    on.simulated.alarm(values["alarm"])


_FARGATE: Mapping[str, object] = {"launchType": "FARGATE"}


def _call(on: Play, name: str, operation: str, **request: object) -> Mapping[str, Any]:
    return on.simulated.call(operation, {"cluster": on.services[name], "service": name, **request})


def _wanted(values: Values) -> dict[str, object]:
    """The request of these options, in which all of how to deploy is one field."""
    wanted = {name: values[name] for name in _SAME if name in values}
    how: dict[str, object] = {name: values[name] for name in _PERCENTS if name in values}
    if breaker := values.get("circuitBreaker"):
        how["deploymentCircuitBreaker"] = {"enable": breaker != "off", "rollback": breaker == "rollback"}
    if alarm_name := values.get("alarmName"):
        how["alarms"] = {"alarmNames": [alarm_name], "enable": True, "rollback": True}
    if stage := values.get("pause"):
        timeout = {"timeoutInMinutes": values.get("minutes", DEFAULT_PAUSE)}
        hook = {"targetType": "PAUSE", "lifecycleStages": [stage], "timeoutConfiguration": timeout}
        how["lifecycleHooks"] = [hook]
    return wanted | ({"deploymentConfiguration": how} if how else {})


def _outcome(outcome: str, values: Values) -> Outcome:
    after = {"after": values["after"].total_seconds()} if "after" in values else {}
    reason = {"reason": values["reason"]} if "reason" in values else {}
    made = {
        "healthy": lambda: HEALTHY,
        "fails to start": lambda: outcomes.fails_to_start(**reason, **after),
        "crashes": lambda: outcomes.crashes(values.get("exit", 1), **after),
        "no place": lambda: outcomes.no_place(**reason),
        "role refused": lambda: outcomes.role_refused(**reason),
    }
    return made[outcome]()


def _words(wanted: Mapping[str, object]) -> str:
    shown = [f"{name} {value}" for name, value in wanted.items() if name in _SAME[:2]]
    shown += ["forced"] if wanted.get("forceNewDeployment") else []
    return ", ".join(shown) or "how it deploys"
