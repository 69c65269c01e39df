"""How a container that ran ended."""

from typing import Final

from ..model import Cause, Kind, Severity
from .record import CauseRecord, phrases

# SIGKILL and SIGTERM: what ECS sends to the other containers when an essential one has ended.
STOPPED_ALONG: Final = frozenset({137, 143})

_SIGNALS = {
    1: "SIGHUP",
    2: "SIGINT",
    3: "SIGQUIT",
    4: "SIGILL",
    5: "SIGTRAP",
    6: "SIGABRT",
    7: "SIGBUS",
    8: "SIGFPE",
    9: "SIGKILL",
    11: "SIGSEGV",
    13: "SIGPIPE",
    14: "SIGALRM",
    15: "SIGTERM",
}
_BY_EXIT_CODE = {
    125: "The container runtime could not run the container (125): look at its definition and the host's"
    " Docker log.",
    126: "The command is not executable (126): check the file's mode and its first line.",
    127: "The command was not found (127): check entryPoint, command and PATH in the image.",
    132: "SIGILL (132): the image uses CPU instructions that this architecture lacks.",
    134: "SIGABRT (134): the process gave up itself (assertion, allocator, runtime); its log ends with why.",
    135: "SIGBUS (135): look at the size of shared memory and at memory-mapped files.",
    136: "SIGFPE (136): an arithmetic fault in native code; its log or a core dump says where.",
    137: "SIGKILL (137), though ECS had not asked it to stop: often the kernel's out-of-memory killer;"
    " compare MemoryUtilization with the limits.",
    139: "SIGSEGV (139): a fault in native code; look at what changed in the image, and take a core dump.",
    143: "SIGTERM (143), though ECS had not asked it to stop: find what in the container or on the host sent"
    " it.",
    255: "The process failed outside of the usual codes, or the runtime lost it (255): read its log and the"
    " host's.",
}

OUT_OF_MEMORY = CauseRecord(
    cause=Cause("OUT_OF_MEMORY"),
    title="out of memory",
    kind=Kind.ESSENTIAL_CONTAINER_FAILED,
    severity=(Severity.HIGH, Severity.HIGH),  # the replacement will need as much
    summary="a container was killed for the memory it used",
    remedy="Compare the memory limits of container and task with MemoryUtilization before the stop, then"
    " raise the limit or fix the leak.",
    phrases=phrases("""
        OutOfMemory | Container killed due to memory usage | killed due to memory usage
        OOMKilled | oom-kill | memory limit exceeded
    """),
)

EXIT_CODE = CauseRecord(
    cause=Cause("EXIT_CODE"),
    title="crashed",
    often="crash loop",
    names_exit=True,
    kind=Kind.ESSENTIAL_CONTAINER_FAILED,
    summary="a container failed",
    remedy="Read the last lines of the container's log before the stop.",
    remedies_by_exit_code=_BY_EXIT_CODE,
)

SIGNAL = CauseRecord(
    cause=Cause("SIGNAL"),
    title="crashed",
    often="crash loop",
    names_exit=True,
    kind=Kind.ESSENTIAL_CONTAINER_FAILED,
    summary="a container was ended by a signal",
    remedy="The code less 128 is the signal: find in the container's log what sent or raised it.",
    remedies_by_exit_code=_BY_EXIT_CODE,
)

UNEXPECTED_EXIT = CauseRecord(
    cause=Cause("UNEXPECTED_EXIT"),
    title="ended by itself",
    often="ends by itself again and again",
    names_exit=True,
    kind=Kind.ESSENTIAL_CONTAINER_FAILED,
    severity=(Severity.LOW, Severity.LOW),  # nothing failed, but it is not what a service does
    summary="a container of a service ended by itself, without an error",
    remedy="Find out why the container's command returns: a service's process must stay in the foreground;"
    " work that ends belongs in a standalone task.",
)


def exit_words(code: int) -> str:
    """How a container ended: `exit 1`, or `killed by SIGSEGV` where the code stands for a signal."""
    signal = _SIGNALS.get(code - 128)
    return f"killed by {signal}" if signal else f"exit {code}"
