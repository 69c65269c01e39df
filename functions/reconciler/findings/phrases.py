"""What the texts of a stop say: the phrases that ECS, its agent and Docker are known to use.

Texts arrive lower-cased, without their spaces, and cut anywhere, so both sides are squeezed before they are
compared, and a text may end within a phrase. In one text the phrase that stands first decides:
"CannotStartContainerError: failed to initialize logging driver" is a container that could not be started.
A text is framed by `:` and `;`, so that a phrase can ask for its start or its end.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache

from .model import Cause


class Saying(StrEnum):
    """What a text can say without naming a fault."""

    PLANNED = "PLANNED"
    EXITED = "EXITED"
    NOT_STARTED = "NOT_STARTED"


Meaning = Cause | Saying


def _phrases(table: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for line in table.strip().splitlines() for phrase in line.split(" | "))


PHRASES: Mapping[Meaning, tuple[str, ...]] = {
    Saying.PLANNED: _phrases("""
        Scaling activity initiated | initiated by deployment | (deployment ecs-svc/ | deployment ecs-svc/
        deployment circuit breaker | rolling back to deployment | deployment rolled back
        deployment was rolled back | deployment failed: tasks failed to start | AZ rebalanc
        Availability Zone rebalanc | Task stopped by user | stopped by user | service was deleted
    """),
    Cause.SPOT: _phrases("""
        Your Spot Task was interrupted | Spot Task was interrupted | SpotInterruption
        Spot capacity reclaimed | Spot Instance was | Spot Instance interrupt | Spot Instance terminat
    """),
    Cause.HOST_TERMINATED: _phrases("""
        Host EC2 (instance | Container instance deregistration forced | Container instance was deregistered
    """),
    Cause.MAINTENANCE: ("performing maintenance on the underlying infrastructure",),
    Cause.INFRASTRUCTURE_HEALTH: _phrases("""
        InfrastructureHealth | infrastructure is unhealthy | infrastructure is impaired
        instance is impaired | instance became impaired | Unhealthy container instance
    """),
    Cause.LOAD_BALANCER: _phrases("""
        Task failed ELB health check | failed ELB health check | ELB health check | is unhealthy in
        is not healthy in | health checks failed with these codes | load balancer health check
        target group health check | TARGET IS NOT FOUND | TARGET GROUP IS NOT FOUND
    """),
    Cause.CONTAINER: _phrases("""
        Task failed container health check | failed container health check | container health check
        container is unhealthy | container became unhealthy
    """),
    Cause.OUT_OF_MEMORY: _phrases("""
        OutOfMemory | Container killed due to memory usage | killed due to memory usage
        OOMKilled | oom-kill | memory limit exceeded
    """),
    Cause.IMAGE_PULL: _phrases("""
        CannotPull | The task cannot pull | The task can't pull | pull the image | pull image manifest
        image manifest | inspect image has been retried | ref pull has been retried | failed to resolve ref
        pull access denied | manifest unknown | manifest for | toomanyrequests | pull rate limit
        You have reached your pull rate limit | httpReadSeeker | httpReaderSeeker | error pulling image
        failed to pull | unable to pull image | failed to unpack image | failed to register layer
        GetImageBlob | no basic auth credentials | repository does not exist | image not found
        no such image | unauthorized: authentication required | requested access to the resource is denied
        ecr:BatchGetImage | ecr:GetDownloadUrlForLayer | ecr:GetAuthorizationToken | daemon: Get http
        invalid reference format | API error (500): Get http | API error (404): repository
        API error (404): pull | pull command failed: panic
    """),
    Cause.RESOURCE_INIT: _phrases("""
        ResourceInitialization | ResourceNotFoundException | pull secrets | registry auth | retrieve secret
        The task cannot pull registry auth | The task cannot pull secrets | The task can't pull secrets
        The task can't pull the secret | The task cannot pull the secret | retrieve the secret | fetch secret
        fetching secret | secretsmanager: | from Secrets Manager | from AWS Secrets Manager | Parameter Store
        ssm:GetParameter | invalid ssm parameters | download env file | environment variable file
        environment file | logging driver | logger args | log group | log stream | logs:Create | kms:Decrypt
        unable to assume the role | execution role | execution resource retrieval | credentialspec
        credential spec | firelens | ASM secret | SSM secret
    """),
    Cause.CONTAINER_START: _phrases("""
        CannotStart | CannotCreateContainer | CannotInspectContainer | CannotDescribeContainer
        HostConfigError | DockerClientConfigError | DockerStateError | TaskDependencyError
        dependencies cannot be resolved | dependency graph: | dependent container | OCI runtime
        create shim task | create new container runtime task | create task for container
        starting container process | exec format error | executable file not found | invalid mount config
        programming external connectivity | port is already allocated | gathering device information
        failed to get container status | devmapper | devicemapper
    """),
    Cause.NETWORK: _phrases("""
        ContainerNetworkingError | NetworkNamespaceError | ENIInformationError | network interface
        Timeout waiting for network interface | Unexpected EC2 error while attempting
        InsufficientFreeAddresses | waiting for ENI | ENI attachment | configure ENI | regular eni
        network namespace | CNI plugin | cni setup | netplugin | free IP addresses
    """),
    Cause.VOLUME: _phrases("""
        CannotCreateVolume | CannotInspectVolume | InvalidVolumeError | Timeout waiting for EphemeralStorage
        EphemeralStorage | EBS volume | EFS volume | EFS utils | mount.nfs | FSx for Windows | FSx volume
        volume attachment | VolumeDriver | mounting volume | ECS Infrastructure Role
        IdempotentParameterMismatch
    """),
    Cause.CAPACITY: _phrases("""
        :RESOURCE: | encountered error RESOURCE: | EMPTY CAPACITY PROVIDER | NO ACTIVE INSTANCES
        Capacity is unavailable at this time | No Container Instances were found | insufficient capacity
        reached the limit on the number of | is above your limit | insufficient CPU | insufficient memory
        insufficient GPU | InsufficientInstanceCapacity | VcpuLimitExceeded | MaxSpotInstanceCountExceeded
        Unable to launch instance | port required by your task | available ENI attachment
        provisioning capacity limit
    """),
    Cause.PLACEMENT: _phrases("""
        MemberOf placement | placement constraint | distinctInstance | :ATTRIBUTE; | :LOCATION;
        encountered error ATTRIBUTE | missing an attribute | not compatible with the selected compute
    """),
    Cause.AGENT: _phrases("""
        :AGENT; | encountered error AGENT | agent is disconnected | agent disconnected | ECS agent failed
        agent is not connected | agent not connected | waiting for Amazon ECS Agent
    """),
    Cause.TIMEOUT: _phrases("""
        ContainerRuntimeTimeout | DockerTimeout | Could not transition to | timed out after waiting
    """),
    Cause.INTERNAL: _phrases("""
        ContainerRuntimeError | InternalError | ImpossibleStateTransition | ContainerVanished
        NoSuchContainer | CannotGetDocker | No container matching saved ID
    """),
    Cause.OTHER: ("CannotStopContainer",),
}

# Heard only in a text that says nothing of the above; the first that is in the text decides.
WEAK_PHRASES: tuple[tuple[Meaning, tuple[str, ...]], ...] = (
    (Saying.EXITED, ("Essential container in task exited", "Essential container")),
    (Cause.TIMEOUT, ("timed out", "timeout", "deadline exceeded")),
    (Saying.NOT_STARTED, ("Task failed to start",)),
    (Cause.PLACEMENT, ("no container instance met", "unable to place a task")),
    (Cause.CONTAINER, ("health check", "unhealthy")),
    (Cause.OTHER, ("error", "exception", "failed to", "unable to", "could not", "cannot", "can't", "denied")),
)

# Categories of AWS that mean one thing or another by what the rest of the text says.
REFINEMENTS: Mapping[str, tuple[tuple[str, Cause], ...]] = {
    "ContainerRuntimeError": (("OCI runtime", Cause.CONTAINER_START), ("shim task", Cause.CONTAINER_START)),
    "CannotInspectContainer": (("timed out", Cause.TIMEOUT), ("timeout", Cause.TIMEOUT)),
    "CannotStopContainer": (("timed out", Cause.TIMEOUT), ("timeout", Cause.TIMEOUT)),
    "ResourceInitialization": (("Unable to launch instance", Cause.CAPACITY),),
}

SHORTEST_CUT = 10  # characters of a phrase that a cut text must still hold

_DROPPED = str.maketrans("", "", "\\'\"`\u2018\u2019\u201c\u201d")


def squeeze(text: str) -> str:
    """The text as texts are compared: lower-cased, without white space, quotes and backslashes."""
    return "".join(text.lower().translate(_DROPPED).split())


_WHOLE = {squeeze(phrase): meaning for meaning, phrases in PHRASES.items() for phrase in phrases}
_WEAK = {squeeze(phrase): meaning for meaning, phrases in WEAK_PHRASES for phrase in phrases}
_CUTTABLE = {phrase: meaning for phrase, meaning in (_WHOLE | _WEAK).items() if len(phrase) > SHORTEST_CUT}
_REFINED = {squeeze(name): [(squeeze(part), to) for part, to in parts] for name, parts in REFINEMENTS.items()}
# Leftmost, and of those that begin there the longest.
_FIRST = re.compile("|".join(re.escape(phrase) for phrase in sorted(_WHOLE, key=len, reverse=True)))
_EXIT_CODE = re.compile(r"exit(?:ed)?(?:with)?(?:code|status)[:=]?(-?\d{1,10})")


@lru_cache(maxsize=256)  # most stops say one of few sentences
def read(text: str) -> Meaning | None:
    """What the text says; None when it says nothing that is known, as the free text of a StopTask call."""
    squeezed = squeeze(text).rstrip(".\u2026")
    framed = f":{squeezed};"
    found = _FIRST.search(framed)
    cut = min(_cuts(squeezed), default=None, key=lambda candidate: candidate[:2])
    if cut and (not found or cut[0] < found.start()):
        return cut[2]
    if found:
        return _refined(found[0], framed)
    return next((meaning for phrase, meaning in _WEAK.items() if phrase in framed), None)


def exit_code_in(text: str) -> int | None:
    """The exit code that a text tells in words."""
    found = _EXIT_CODE.search(squeeze(text))
    return int(found[1]) if found else None


def _refined(phrase: str, text: str) -> Meaning:
    refinements = _REFINED.get(phrase, [])
    return next((meaning for part, meaning in refinements if part in text), _WHOLE[phrase])


def _cuts(squeezed: str) -> Iterator[tuple[int, bool, Meaning]]:
    """Where the text's end begins a phrase, whether it leaves some of it out, and what the phrase means."""
    for phrase, meaning in _CUTTABLE.items():
        place = squeezed.rfind(phrase[:SHORTEST_CUT])
        if place >= 0 and phrase.startswith(squeezed[place:]):
            yield place, phrase != squeezed[place:], meaning
