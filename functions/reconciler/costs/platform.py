"""What a task runs on, as far as prices differ by it: how it was launched, its platform and its processor."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ..model.task import TaskState

_VERSION = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})(?:\.[0-9]{1,4})?")
_LINUX_ONLY: Final = (1, 3)  # from here on: those of Windows are 1.0.0
# The first with Arm, and with ephemeral storage of a size that can be chosen.
_ANY_PROCESSOR: Final = (1, 4)


class Launch(StrEnum):
    """By the prefix of its keys; ELSEWHERE is EC2, Managed Instances or one's own host."""

    ON_DEMAND = ""
    SPOT = "spot_"
    ELSEWHERE = "elsewhere"


class Platform(StrEnum):
    """By the prefix of its keys."""

    X86 = ""
    ARM = "arm_"
    WINDOWS = "windows_"


_PROVIDERS: Mapping[str | None, Launch] = {"FARGATE": Launch.ON_DEMAND, "FARGATE_SPOT": Launch.SPOT}
_PROCESSORS = {"x86_64": Platform.X86, "arm64": Platform.ARM}


def launch_of(state: TaskState) -> Launch | None:
    """How it was launched; None where the task does not say, or says what contradicts itself."""
    launch, provider = state.launch_type, state.capacity_provider_name
    if launch not in (None, "FARGATE"):
        return Launch.ELSEWHERE
    if provider in _PROVIDERS:
        return _PROVIDERS[provider]
    if launch:
        return None if provider else Launch.ON_DEMAND
    return Launch.ELSEWHERE if provider else None


def platform_of(state: TaskState) -> Platform | None:
    """What a task on Fargate runs on; None where it is not known.

    Events lack the family. Before platform version 1.4 there was x86_64 alone; else a task that does not name
    its processor may have either.
    """
    if (state.platform_family or "").upper().startswith("WINDOWS"):
        return Platform.WINDOWS if state.cpu_architecture in (None, "x86_64") else None
    if not _is_linux(state):
        return None
    if state.cpu_architecture is None and is_early(state):
        return Platform.X86
    return _PROCESSORS.get(state.cpu_architecture or "")


def is_early(state: TaskState) -> bool:
    """Whether it is of a Linux platform version that had neither Arm nor storage to choose."""
    version = _version(state)
    return _is_linux(state) and version is not None and version < _ANY_PROCESSOR


def _is_linux(state: TaskState) -> bool:
    if state.platform_family:
        return state.platform_family.upper() == "LINUX"
    version = _version(state)
    return version is not None and version >= _LINUX_ONLY


def _version(state: TaskState) -> tuple[int, int] | None:
    found = _VERSION.fullmatch(state.platform_version or "")
    return (int(found[1]), int(found[2])) if found else None
