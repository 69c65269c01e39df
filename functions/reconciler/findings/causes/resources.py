"""What a task was not given: network, volumes, capacity, a place, an agent."""

from ..model import Cause, Kind, Severity
from .record import CauseRecord, WeakPhrases, phrases

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
        network namespace | CNI plugin | cni setup | netplugin | free IP addresses
    """),
    remedies_by_text={
        "insufficientfreeaddresses freeipaddress publicipassignment": "The subnet has no free addresses left:"
        " add a subnet, or end what holds addresses in this one.",
        "tagpolic": "A tag policy forbids the tags of the network interface: correct the task's tags.",
        "deviceindex": "The instance has no slot for another network interface: use awsvpcTrunking or a"
        " larger instance type.",
    },
)

VOLUME = CauseRecord(
    cause=Cause("VOLUME"),
    title="volume can't be attached",
    shared="Look at what they share: the file system or volume type, its zone and mount targets, and the key"
    " that encrypts it.",
    kind=Kind.TASK_FAILED_TO_START,
    summary="a volume could not be created, attached or mounted",
    remedy="Look at the volume's attachment in DescribeTasks, and check its configuration, its Availability"
    " Zone and the role that attaches it.",
    phrases=phrases("""
        CannotCreateVolume | CannotInspectVolume | InvalidVolumeError | Timeout waiting for EphemeralStorage
        EphemeralStorage | EBS volume | EFS volume | EFS utils | mount.nfs | FSx for Windows | FSx volume
        volume attachment | VolumeDriver | mounting volume | ECS Infrastructure Role
        IdempotentParameterMismatch
    """),
    remedies_by_text={
        "efsutils efsvolume mount.nfs": "Check the EFS mount targets in the task's zones, port 2049 in the"
        " security groups, DNS in the VPC and the file system's policy.",
        "infrastructurerole": "ECS could not use the infrastructure role: check its trust in"
        " ecs.amazonaws.com and its EBS permissions.",
        "idempotentparameter kmskey": "The volume's KMS key was refused: check the key and its policy.",
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
        :RESOURCE: | encountered error RESOURCE: | EMPTY CAPACITY PROVIDER | NO ACTIVE INSTANCES
        Capacity is unavailable at this time | No Container Instances were found | insufficient capacity
        reached the limit on the number of | is above your limit | insufficient CPU | insufficient memory
        insufficient GPU | InsufficientInstanceCapacity | VcpuLimitExceeded | MaxSpotInstanceCountExceeded
        Unable to launch instance | port required by your task | available ENI attachment
        provisioning capacity limit
    """),
    refines={"ResourceInitialization": ("Unable to launch instance",)},
    remedies_by_text={
        "resource:eni eniattachment": "The instances have no network interface left: use awsvpcTrunking,"
        " larger instances or more of them.",
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
    """),
    weak_phrases=WeakPhrases(4, ("no container instance met", "unable to place a task")),
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
        agent is not connected | agent not connected | waiting for Amazon ECS Agent
    """),
)
