"""Faults of ECS and the container runtime, at any time in the life of a task."""

from ..model import Cause
from .record import CauseRecord, WeakPhrases, phrases

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
    weak_phrases=WeakPhrases(2, ("timed out", "timeout", "deadline exceeded")),
    refines={
        "CannotInspectContainer": ("timed out", "timeout"),
        "CannotStopContainer": ("timed out", "timeout"),
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
    phrases=phrases("""
        ContainerRuntimeError | InternalError | ImpossibleStateTransition | ContainerVanished
        NoSuchContainer | CannotGetDocker | No container matching saved ID
    """),
)

OTHER = CauseRecord(
    cause=Cause("OTHER"),
    title="unknown reason",
    kind=None,
    summary="the reason is none that is known here",
    remedy="Look at the service's events, the containers' logs and DescribeTasks, which keeps a stopped task"
    " for about an hour.",
    phrases=("CannotStopContainer",),
    weak_phrases=WeakPhrases(
        6, ("error", "exception", "failed to", "unable to", "could not", "cannot", "can't", "denied")
    ),
)
