"""What becomes of the tasks that a service starts, as a script has planned it for a task definition."""

from dataclasses import dataclass, field

from ..engine.definitions import Definitions

PULL_FAILED = (
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref "
    "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:none: not found"
)
ROLE_REFUSED = (
    "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/task' that was provided for this "
    "task. Please verify that the role being passed has the proper trust relationship and permissions and "
    "that your IAM user has permissions to pass this role."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a task goes on once ECS wants it: nothing said, it runs until ECS wants it no more.

    | | |
    | --- | --- |
    | `refused` | there is no task: the reason of that event |
    | `unstarted` | it never runs, for this reason, `after` seconds from its start |
    | `exit_code` | its first container ends so, `after` seconds from when it runs |
    """

    refused: tuple[str, str] | None = None
    unstarted: str | None = None
    exit_code: int | None = None
    after: float = 20


HEALTHY = Outcome()


def fails_to_start(reason: str = PULL_FAILED, after: float = 60) -> Outcome:
    """TaskFailedToStart, for instance as the image can't be pulled."""
    return Outcome(unstarted=reason, after=after)


def crashes(exit_code: int = 1, after: float = 5) -> Outcome:
    """EssentialContainerExited; a task that crashes later than it takes to be healthy was healthy."""
    return Outcome(exit_code=exit_code, after=after)


def no_place(reason: str = "RESOURCE:FARGATE") -> Outcome:
    """SERVICE_TASK_PLACEMENT_FAILURE at each try."""
    return Outcome(refused=("SERVICE_TASK_PLACEMENT_FAILURE", reason))


def role_refused(reason: str = ROLE_REFUSED) -> Outcome:
    """SERVICE_TASK_CONFIGURATION_FAILURE at each try."""
    return Outcome(refused=("SERVICE_TASK_CONFIGURATION_FAILURE", reason))


@dataclass(slots=True)
class Plans:
    """The outcome of each task definition's tasks; healthy where none is planned."""

    definitions: Definitions
    _outcomes: dict[str, Outcome] = field(default_factory=dict)

    def plan(self, task_definition: str, outcome: Outcome) -> None:
        self._outcomes[self.definitions.find(task_definition).arn] = outcome

    def of(self, definition_arn: str) -> Outcome:
        return self._outcomes.get(definition_arn, HEALTHY)
