"""Why a deployment failed, was rolled back, or makes no progress: the causes of DEPLOYMENT_FAILED."""

from ..model import Cause, Severity
from .record import phrases
from .service_record import ServiceCauseRecord

CIRCUIT_BREAKER = ServiceCauseRecord(
    cause=Cause("CIRCUIT_BREAKER"),
    title="circuit breaker",
    severity=Severity.HIGH,
    summary="the circuit breaker ended it, as its tasks did not start or stay healthy",
    remedy="Read why the deployment's tasks stopped (`taskledger tasks --closed --service NAME`, then"
    " `taskledger show TASK`), and fix that before deploying again.",
    phrases=phrases("circuit breaker | tasks failed to start | task failed to start"),
)

ALARM = ServiceCauseRecord(
    cause=Cause("ALARM"),
    title="CloudWatch alarm",
    severity=Severity.HIGH,
    summary="a CloudWatch alarm of the deployment rang",
    remedy="Look at the alarms of the service's deploymentConfiguration, and at the metrics and logs of its"
    " new tasks since the deployment began.",
    phrases=("alarm",),
)

HOOK = ServiceCauseRecord(
    cause=Cause("HOOK"),
    title="lifecycle hook",
    severity=Severity.HIGH,
    summary="a lifecycle hook failed or ran out of time",
    remedy="Read the log of the hook's function for the stage in the reason; nothing says that the new tasks"
    " themselves are broken.",
    phrases=phrases("lifecycle hook | hook(s) failed | hook failed | hook timed out"),
)

STOPPED = ServiceCauseRecord(
    cause=Cause("STOPPED"),
    title="stopped by a person",
    severity=Severity.HIGH,
    summary="somebody stopped it",
    remedy="Find out who called StopServiceDeployment (CloudTrail) and why: until another deployment the"
    " service may run two versions side by side.",
    phrases=phrases("StopServiceDeployment | stopped by user | requested by user | initiated by user"),
)

STALLED = ServiceCauseRecord(
    cause=Cause("STALLED"),
    title="no progress",
    severity=Severity.HIGH,
    summary="ECS has not ended it",
    remedy="Read the stop reasons of the deployment's tasks and the service's events, then deploy what worked"
    " before. The deployment circuit breaker with rollback would end the next one by itself.",
)

OTHER = ServiceCauseRecord(
    cause=Cause("OTHER"),
    title="unknown reason",
    severity=Severity.HIGH,
    summary="the reason is none that is known here",
    remedy="Look at DescribeServiceDeployments, the service's events, and the stop reasons of the"
    " deployment's tasks.",
)
