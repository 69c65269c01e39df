"""The sentences of `Service.events[]`, in ECS's own words; all but one put the service's name first."""

from collections.abc import Iterable, Mapping

from ..lives import ServiceTask

_SEE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
_NO_PLACE: Mapping[str, str] = {
    "RESOURCE:FARGATE": (
        "was unable to place a task. Reason: Capacity is unavailable at this time. "
        "Please try again later or in a different availability zone."
    ),
    "RESOURCE:CPU": (
        "was unable to place a task because no container instance met all of its requirements. "
        f"The closest matching container-instance has insufficient CPU units available. {_SEE}"
    ),
    "RESOURCE:MEMORY": (
        "was unable to place a task because no container instance met all of its requirements. "
        f"The closest matching container-instance has insufficient memory available. {_SEE}"
    ),
}
STEADY = "has reached a steady state."
IMPAIRED = f"is unable to consistently start tasks successfully. {_SEE}"


def started(tasks: Iterable[ServiceTask]) -> str:
    ids = _ids(tasks)
    return f"has started {len(ids)} tasks: {' '.join(ids)}."


def stopped(tasks: Iterable[ServiceTask]) -> str:
    ids = _ids(tasks)
    return f"has stopped {len(ids)} running tasks: {' '.join(ids)}."


def refused(name: str, reason: str) -> str:
    """Why there is no task at all, by the event's name and reason."""
    if name == "SERVICE_TASK_CONFIGURATION_FAILURE":
        return f"failed to launch a task with (error {reason})."
    unknown = f"was unable to place a task. Reason: {reason}."
    return _NO_PLACE.get(reason, unknown)


def blocked(service: str, deployment_id: str) -> str:
    return (
        f"service ({service}) was unable to reach steady state because task set ({deployment_id}) was "
        "unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks"
    )


def completed(deployment_id: str) -> str:
    return f"(deployment {deployment_id}) deployment completed."


def failed(deployment_id: str, why: str) -> str:
    return f"(deployment {deployment_id}) deployment failed: {why}"


def rolling_back(deployment_id: str) -> str:
    return f"rolling back to deployment {deployment_id}."


def _ids(tasks: Iterable[ServiceTask]) -> list[str]:
    return [f"(task {each.task.arn.rsplit('/', 1)[-1]})" for each in tasks]
