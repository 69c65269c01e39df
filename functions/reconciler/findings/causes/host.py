"""What takes a task's host away: its kind is CAPACITY_INTERRUPTED."""

from ..model import Cause, Kind, Severity
from .record import CauseRecord, phrases

SPOT = CauseRecord(
    cause=Cause("SPOT"),
    title="Spot interruption",
    heals=True,
    shared="Look at what they share: the Spot capacity of a zone or instance type. More zones, or a base of"
    " on-demand capacity, spread the risk.",
    kind=Kind.CAPACITY_INTERRUPTED,
    severity=(Severity.LOW, Severity.HIGH),  # the price of Spot
    summary="Spot capacity was taken back",
    remedy="Nothing is broken: if it hurts, use more Availability Zones or give the capacity provider"
    " strategy a base of on-demand capacity. A standalone task must be started again.",
    phrases=phrases("""
        Your Spot Task was interrupted | Spot Task was interrupted | SpotInterruption
        Spot capacity reclaimed | Spot Instance was | Spot Instance interrupt | Spot Instance terminat
    """),
)

HOST_TERMINATED = CauseRecord(
    cause=Cause("HOST_TERMINATED"),
    title="container instance ended",
    heals=True,
    shared="Look at what they share: the container instance, its Auto Scaling group and what that did at"
    " that time.",
    kind=Kind.CAPACITY_INTERRUPTED,
    only_aws_writes=True,
    summary="its container instance was stopped, terminated or deregistered",
    remedy="Find out who ended the instance (Auto Scaling activity, Spot, CloudTrail), and drain instances"
    " before they end. A standalone task must be started again.",
    phrases=phrases("""
        Host EC2 (instance | Container instance deregistration forced | Container instance was deregistered
    """),
    remedies_by_text={
        "deregist": "Someone deregistered the container instance by force: CloudTrail says who; drain"
        " instances instead.",
    },
)

MAINTENANCE = CauseRecord(
    cause=Cause("MAINTENANCE"),
    title="AWS maintenance",
    heals=True,
    shared="Look at the AWS Health Dashboard: it says what is retired, where and until when.",
    kind=Kind.CAPACITY_INTERRUPTED,
    only_aws_writes=True,
    severity=(Severity.LOW, Severity.MEDIUM),  # announced, and a service's task is replaced first
    summary="AWS retired the infrastructure under it",
    remedy="A service's task is replaced by itself; start a standalone task again. AWS Health announces the"
    " next retirement.",
    phrases=phrases("""
        ECS is performing maintenance on the underlying infrastructure
        performing maintenance on the underlying infrastructure
    """),
)

INFRASTRUCTURE_HEALTH = CauseRecord(
    cause=Cause("INFRASTRUCTURE_HEALTH"),
    title="infrastructure impaired",
    heals=True,
    shared="Look at what they share, the container instance or its zone, and at the AWS Health Dashboard.",
    kind=Kind.CAPACITY_INTERRUPTED,
    summary="the infrastructure under it was impaired",
    remedy="Look at the container instance's health and at AWS Health; replace the instance if it stays"
    " impaired, and start a standalone task again.",
    phrases=phrases("""
        InfrastructureHealth | infrastructure is unhealthy | infrastructure is impaired
        instance is impaired | instance became impaired | Unhealthy container instance
    """),
)
