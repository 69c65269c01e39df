"""Stop codes in short, for lists that people read."""

from collections.abc import Mapping

# All that ECS documents of a task's stopCode.
SHORT: Mapping[str, str] = {
    "EssentialContainerExited": "container exited",
    "ServiceSchedulerInitiated": "scheduler",
    "SpotInterruption": "Spot",
    "TaskFailedToStart": "failed to start",
    "TerminationNotice": "termination notice",
    "UserInitiated": "user",
}


def in_short(stop_code: str | None) -> str:
    """`container exited`; one that is not known here as it is, `-` where there is none."""
    return SHORT.get(stop_code, stop_code) if stop_code else "-"
