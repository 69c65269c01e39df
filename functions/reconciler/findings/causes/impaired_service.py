"""Why a service can't run what it should: the causes of SERVICE_IMPAIRED and SCALE_IN_BLOCKED."""

from ..model import Cause, Severity
from .service_record import ServiceCauseRecord

PLACEMENT = ServiceCauseRecord(
    cause=Cause("PLACEMENT"),
    title="no place for its tasks",
    shared="Look at what they share: the capacity provider, and what is left of its container instances.",
    severity=Severity.MEDIUM,
    summary="there is no place for a task of it",
    remedy="The reason names what is short: add capacity to the cluster or its capacity provider, or ask for"
    " less in the task definition. With AGENT, restart the agents of the container instances.",
    stops_starts=True,
    actions=("SERVICE_TASK_PLACEMENT_FAILURE", "SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED"),
)

CONFIGURATION = ServiceCauseRecord(
    cause=Cause("CONFIGURATION"),
    title="tasks can't be configured",
    severity=Severity.MEDIUM,
    summary="its tasks can't be started as they are configured",
    remedy="Check that the task role and the execution role exist and that ecs-tasks.amazonaws.com may assume"
    " them, then the network configuration of the service.",
    stops_starts=True,
    actions=("SERVICE_TASK_CONFIGURATION_FAILURE",),
)

START_IMPAIRED = ServiceCauseRecord(
    cause=Cause("START_IMPAIRED"),
    title="tasks fail to start",
    severity=Severity.MEDIUM,
    summary="its tasks fail to start again and again, and ECS waits longer between its tries",
    remedy="Read the stop reasons of its latest tasks. Once that is fixed, a new deployment makes ECS try at"
    " once.",
    actions=("SERVICE_TASK_START_IMPAIRED",),
)

THROTTLED = ServiceCauseRecord(
    cause=Cause("THROTTLED"),
    title="AWS throttles ECS",
    shared="Look at what calls so much in this account at once: deployments, scaling, or a tool of your own.",
    severity=Severity.LOW,  # passes by itself: where it does not, tasks are missing
    summary="AWS throttles what ECS calls for it",
    remedy="ECS tries again by itself. If it repeats, find what makes so many calls in this account, or"
    " spread deployments and scaling over time.",
    actions=("ECS_OPERATION_THROTTLED", "SERVICE_DISCOVERY_OPERATION_THROTTLED"),
)

DISCOVERY = ServiceCauseRecord(
    cause=Cause("DISCOVERY"),
    title="unhealthy in service discovery",
    shared="Look at what they share: the namespace or target group, and the zone or subnet of the tasks.",
    severity=Severity.LOW,  # ECS replaces the task, whose stop is a finding of its own
    summary="a task of it is unhealthy in the service registry or the target group",
    remedy="Look at the health of the instances in Cloud Map, or of the targets in VPC Lattice, and at what"
    " their health check asks.",
    actions=("SERVICE_DISCOVERY_INSTANCE_UNHEALTHY", "VPC_LATTICE_TARGET_UNHEALTHY"),
)

OTHER = ServiceCauseRecord(
    cause=Cause("OTHER"),
    title="impaired for an unknown reason",
    severity=Severity.MEDIUM,
    summary="ECS reports a fault that is not known here",
    remedy="Look the event's name up in the ECS documentation, and at the service's events around that time.",
)

BELOW_DESIRED = ServiceCauseRecord(
    cause=Cause("BELOW_DESIRED"),
    title="too few tasks",
    severity=Severity.MEDIUM,
    remedy="Look at the service's events for why ECS starts no more tasks, and at the stop reasons of those"
    " that it started.",
    stops_starts=True,
)

PROTECTION = ServiceCauseRecord(
    cause=Cause("PROTECTION"),
    title="scale-in waits for protected tasks",
    severity=Severity.MEDIUM,
    remedy="Let these tasks finish their work, or clear their protection if they are done: ECS stops none of"
    " them before.",
)
