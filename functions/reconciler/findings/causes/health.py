"""Health checks that a task failed."""

from ..model import Cause, Kind
from .record import CauseRecord, WeakPhrases, phrases

LOAD_BALANCER = CauseRecord(
    cause=Cause("LOAD_BALANCER"),
    title="load balancer health check failed",
    kind=Kind.HEALTH_CHECK_FAILED,
    summary="it failed the health checks of its load balancer",
    remedy="Compare the target group's health check (path, port, codes, time-out) with the container's log,"
    " and the service's grace period with the time it needs to start.",
    phrases=phrases("""
        Task failed ELB health check | failed ELB health check | ELB health check | is unhealthy in
        is not healthy in | health checks failed with these codes | load balancer health check
        target group health check | TARGET IS NOT FOUND | TARGET GROUP IS NOT FOUND
    """),
    remedies_by_text={
        "codes:[5": "The application answers the health check with a server error: read the container's log"
        " at that time.",
        "codes:[3 codes:[4": "The application answers, but not with success: correct the health check's path,"
        " or the codes it accepts.",
        "timedout timeout": "The application does not answer in time: check the container's port, the"
        " security groups and CPU load at that time.",
        "notfound notenabled": "The target is not set up for the task: check the target group and the load"
        " balancer's zones.",
    },
)

CONTAINER = CauseRecord(
    cause=Cause("CONTAINER"),
    title="container health check failed",
    kind=Kind.HEALTH_CHECK_FAILED,
    summary="it failed the health check of a container",
    remedy="Run the health check's command in the container; check that its tools are in the image and that"
    " startPeriod covers the start.",
    phrases=phrases("""
        Task failed container health check | failed container health check | container health check
        container is unhealthy | container became unhealthy
    """),
    weak_phrases=WeakPhrases(6, ("health check", "unhealthy")),
)
