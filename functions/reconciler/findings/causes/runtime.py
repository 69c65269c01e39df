"""Faults of ECS and the container runtime, at any time in the life of a task."""

from ..model import Cause
from .record import CauseRecord, WeakPhrases, phrases
from .starts.shared import DOCKER_DOWN

# What the agent asks Docker of a container: its failure is no fault of the task's.
_CALLS = (
    *("CannotStopContainer", "CannotInspectContainer", "CannotDescribeContainer", "CannotRemoveContainer"),
    *("CannotListContainers", "CannotGetContainerTop"),
    *("CannotCreateContainerExec", "CannotStartContainerExec"),
)

TIMEOUT = CauseRecord(
    cause=Cause("TIMEOUT"),
    title="time-out",
    heals=True,
    shared="Look at what they share, the container instance or its zone, and at the AWS Health Dashboard.",
    kind=None,
    summary="a step took longer than ECS or the container runtime waits",
    remedy="Look at the load of the host (disk first) and at the agent and Docker logs; on Fargate start the"
    " task again, and ask AWS Support if it repeats.",
    phrases=phrases("""
        ContainerRuntimeTimeout | DockerTimeout | Could not transition to | timed out after waiting
    """),
    weak_phrases=WeakPhrases(3, ("timed out", "timeout", "deadline exceeded")),
    refines=dict.fromkeys(_CALLS, ("timed out", "timeout", "deadline exceeded")),
    remedies_by_text={
        "transitiontopulled": "The image did not arrive in time: look at its size, at the route to the"
        " registry and the disk of the host; on EC2 ECS_IMAGE_PULL_INACTIVITY_TIMEOUT allows more.",
        "transitiontostopped cannotstop": "Docker did not stop the container in time: look at the load of the"
        " host (disk first), and restart Docker and the ECS agent, or replace the instance.",
        "transitiontostart transitiontorunning": "The container did not start in time: look at the load of"
        " the host (disk first), at the log driver and at dependsOn with startTimeout; on Fargate also at the"
        " route to the registry, secrets and logs (NAT gateway or VPC endpoints).",
    },
)

INTERNAL = CauseRecord(
    cause=Cause("INTERNAL"),
    title="internal error",
    heals=True,
    shared="Look at the AWS Health Dashboard for ECS in this Region.",
    kind=None,
    summary="ECS or the container runtime met an internal error",
    remedy="Start the task again; if it repeats, look at AWS Health and ask AWS Support, naming the task's"
    " ARN.",
    phrases=(
        *_CALLS,
        *phrases("""
            CannotListImages | CannotListPlugins | CannotCopyFromContainer | CannotGetDocker
            connect to the Docker daemon | error during connect | ImpossibleStateTransition
            Cannot transition to | ContainerVanished | No container matching saved ID | NoSuchContainer
            Container not found: | TaskStateError | Agent could not progress | UnrecognizedTask
            Error loading task
        """),
    ),
    weak_phrases=WeakPhrases(2, ("ContainerRuntimeError", "InternalError")),
    remedies_by_text={
        **DOCKER_DOWN,
        "unrecognizedtask errorloadingtask": "The agent does not understand the task: update the ECS agent of"
        " the container instance.",
        "reason:internal": "Start the task again; if it repeats and the subnet is new, its zone may not be"
        " supported: use a subnet in another zone.",
        "cannot container agentcould": "Docker on the container instance failed the ECS agent: look at the"
        " logs of both, restart them or replace the instance; on Fargate start the task again.",
    },
)

OTHER = CauseRecord(
    cause=Cause("OTHER"),
    title="unknown reason",
    kind=None,
    summary="the reason is none that is known here",
    remedy="Look at the service's events, the containers' logs and DescribeTasks, which keeps a stopped task"
    " for about an hour.",
    phrases=phrases("TaskStoppedBeforePullBegin | Task stopped before image pull"),
    weak_phrases=WeakPhrases(
        7,
        (
            *("error", "exception", "failed to", "unable to", "could not", "cannot", "can't", "denied"),
            *("context canceled", "context cancelled"),
        ),
    ),
)
