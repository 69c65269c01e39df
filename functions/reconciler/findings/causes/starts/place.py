"""What a task was not given: network, capacity, a place, an agent."""

from ...model import Cause, Kind, Severity
from ..record import CauseRecord, WeakPhrases, phrases

NETWORK = CauseRecord(
    cause=Cause("NETWORK"),
    title="no network interface",
    heals=True,
    shared="Look at what they share: the zone, the subnet and its free addresses, and the AWS Health"
    " Dashboard.",
    kind=Kind.TASK_FAILED_TO_START,
    summary="its network interface could not be set up",
    remedy="Look at the attachment in DescribeTasks, the subnet's free addresses and the task's security"
    " groups; a single failure usually passes when the task is started again.",
    phrases=phrases("""
        ContainerNetworkingError | NetworkNamespaceError | ENIInformationError | network interface
        Timeout waiting for network interface | Unexpected EC2 error while attempting
        InsufficientFreeAddresses | waiting for ENI | ENI attachment | configure ENI | regular eni
        network namespace | CNI plugin | cni config | cni setup | netplugin | netns | free IP addresses
        container networking | container resource provisioning | BridgeIP | Bridge IP | bridge mode
        CreateNetworkInterface | AttachNetworkInterface | veth pair
    """),
    remedies_by_text={
        "vethpair": "A network interface of an earlier task is left on the instance: restart the ECS agent"
        " there, or replace the instance.",
        "insufficientfreeaddresses freeipaddress": "The subnet has no free addresses left: add a subnet, or"
        " end what holds addresses in this one.",
        "deviceindex attachmentlimit": "The instance has no slot for another network interface: use"
        " awsvpcTrunking or a larger instance type.",
        "limitexceeded ratelimit requestlimit": "EC2 throttles or limits network interfaces in this account:"
        " start fewer tasks at once, or raise the quota.",
        "notauthorized unauthorizedoperation accessdenied": "ECS may not make network interfaces: check the"
        " service-linked role AWSServiceRoleForECS, and that no service control policy denies it.",
        "securitygroup subnetid invalidsubnet invalidgroup": "The network configuration names a subnet or"
        " security group that is not there, or of another VPC: correct it in the service or the call.",
        "tagpolic": "A tag policy forbids the tags of the network interface: correct the task's tags.",
        "cni netplugin regulareni linkofthe namespace netns provisioning: bridge": "The agent could not set"
        " up the task's network on the host: look at its log (/var/log/ecs), restart it, or replace the"
        " instance; on Fargate start the task again.",
        "reason:internal internalerror": "EC2 failed to make the interface: start the task again; if the"
        " subnet is new, its zone may not be supported, so use one in another zone.",
    },
)

CAPACITY = CauseRecord(
    cause=Cause("CAPACITY"),
    title="no capacity",
    heals=True,
    shared="Look at what they share: the capacity provider, its limits, and the zones that it may use.",
    kind=Kind.TASK_FAILED_TO_START,
    severity=(Severity.MEDIUM, Severity.HIGH),  # the scheduler tries again
    summary="there was no capacity for it",
    remedy="Compare what the task asks for with what the cluster or capacity provider has left, and add"
    " capacity or another subnet.",
    phrases=phrases("""
        :RESOURCE: | RESOURCE:CPU | RESOURCE:MEMORY | RESOURCE:GPU | RESOURCE:ENI | RESOURCE:PORTS
        RESOURCE:FARGATE | encountered error RESOURCE: | EMPTY CAPACITY PROVIDER | NO ACTIVE INSTANCES
        Capacity is unavailable at this time | No Container Instances were found | insufficient capacity
        reached the limit on the number of | is above your limit | insufficient CPU | insufficient memory
        insufficient GPU | InsufficientInstanceCapacity | VcpuLimitExceeded | MaxSpotInstanceCountExceeded
        Unable to launch instance | port required by your task | available ENI attachment
        provisioning capacity limit
    """),
    remedies_by_text={
        "resource:eni eniattachment": "The instances have no network interface left: use awsvpcTrunking,"
        " larger instances or more of them.",
        "resource:memory resource:cpu insufficientmemory insufficientcpu": "No instance has so much memory or"
        " CPU free: ask for less in the task definition (cpu, memory, memoryReservation), or add larger or"
        " more instances.",
        "resource:port portrequired": "The host port is taken on every instance: use a dynamic host port, or"
        " add instances.",
        "resource:gpu insufficientgpu": "No instance has a GPU free: add instances of a type with GPUs, or"
        " ask for fewer in resourceRequirements.",
        "reachedthelimit aboveyourlimit limitexceeded countexceeded capacitylimit": "An account quota is"
        " reached: raise it in Service Quotas, or run fewer tasks at once.",
        "emptycapacityprovider noactiveinstances nocontainerinstances": "The capacity provider has no"
        " registered instance: look at the Auto Scaling group's activity, and at the agent's log and cluster"
        " name on one.",
        "capacityisunavailable resource:fargate insufficientcapacity insufficientinstancecapacity": "AWS has"
        " no such capacity in these zones now: add subnets in other zones or another capacity provider, and"
        " try again.",
    },
)

PLACEMENT = CauseRecord(
    cause=Cause("PLACEMENT"),
    title="no place for the task",
    shared="Look at what they share: the capacity provider and the attributes of its container instances.",
    kind=Kind.TASK_FAILED_TO_START,
    severity=(Severity.MEDIUM, Severity.HIGH),  # the scheduler tries again
    summary="no place satisfied its placement rules",
    remedy="Compare the placement constraints, required attributes and launch type of the task with the"
    " container instances in the cluster.",
    phrases=phrases("""
        MemberOf placement | placement constraint | distinctInstance | :ATTRIBUTE; | :LOCATION;
        encountered error ATTRIBUTE | missing an attribute | not compatible with the selected compute
        platform version
    """),
    weak_phrases=WeakPhrases(5, ("no container instance met", "unable to place a task")),
    remedies_by_text={
        "platformversion selectedcompute": "The launch type can't run the task definition: use a platform"
        " version (LATEST) and a capacity provider that support its operating system, architecture and"
        " features.",
    },
)

AGENT = CauseRecord(
    cause=Cause("AGENT"),
    title="ECS agent disconnected",
    heals=True,
    shared="Look at what they share: the container instances, their machine image, and their way to the ECS"
    " endpoint.",
    kind=Kind.TASK_FAILED_TO_START,
    summary="the ECS agent of its container instance was disconnected",
    remedy="Restart the ECS agent on the container instance, or replace the instance; its log is"
    " /var/log/ecs/ecs-agent.log.",
    phrases=phrases("""
        :AGENT; | encountered error AGENT | agent is disconnected | agent disconnected | ECS agent failed
        agent is not connected | agent not connected | agent has been disconnected
        waiting for Amazon ECS Agent
    """),
)
