"""Failed starts as ECS, its agent and Docker word them: the cause, and that the remedy names the fix."""

import pytest

from reconciler.findings.model import Kind
from reconciler.findings.stop import explain
from tests.reconciler.findings.test_stop import ENDED, EXITED, FAILED, c, found, stopped

START = "CannotStartContainerError: Error response from daemon: "
CREATE = "CannotCreateContainerError: Error response from daemon: "
PULL = "CannotPullContainerError: "
RESOURCE = "ResourceInitializationError: "
SECRETS = RESOURCE + "unable to pull secrets or registry auth: "
EFS = RESOURCE + "failed to invoke EFS utils commands to set up EFS volumes: stderr: "
RI = "RESOURCE_INIT"

ROWS: list[tuple[str, str, str]] = [
    # image
    (PULL + "error during connect: Post http://%2F%2F.%2Fpipe%2Fdocker_engine/v1", "IMAGE_PULL", "Docker"),
    (PULL + "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "IMAGE_PULL", "Docker"),
    (PULL + "write \\\\?\\C:\\x: There is not enough space on the disk. (0x70)", "IMAGE_PULL", "disk"),
    (PULL + "failed to register layer: ApplyLayer exit status 1 stdout: stderr:", "IMAGE_PULL", "disk"),
    (PULL + "for application/vnd.in-toto+json: no processor for media-type", "IMAGE_PULL", "provenance"),
    (PULL + 'failed to normalize image reference "https://r/a"', "IMAGE_PULL", "malformed"),
    ('InternalError: failed to normalize image reference "arn:aws:ecr:a"', "IMAGE_PULL", "ARN"),
    (PULL + "invalid reference format: repository name must be lowercase", "IMAGE_PULL", "lower case"),
    (PULL + "RequestError: send request failed", "IMAGE_PULL", "NAT gateway"),
    (PULL + "toomanyrequests: Rate exceeded", "IMAGE_PULL", "ECR throttles"),
    (PULL + 'Get "https://r/v2/": x509: certificate signed by unknown authority', "IMAGE_PULL", "CA"),
    (PULL + "proxyconnect tcp: dial tcp 10.0.0.9:3128: connection refused", "IMAGE_PULL", "HTTP_PROXY"),
    (PULL + "unexpected status from HEAD request to https://r: 403 Forbidden", "IMAGE_PULL", "policies"),
    (PULL + "unauthorized: incorrect username or password", "IMAGE_PULL", "repositoryCredentials"),
    ("CannotPullECRContainerError: engine ecr credentials: not found", "IMAGE_PULL", "execution role"),
    (
        "CannotPullContainerAuthError: engine docker private registry credentials: not found",
        "IMAGE_PULL",
        "repositoryCredentials",
    ),
    ("CannotPullImageManifestError: failed to find a repo digest matching a", "IMAGE_PULL", "image's name"),
    (CREATE + "No such image: shop:9", "IMAGE_PULL", "image or tag"),
    (
        PULL + 'image operating system "windows" cannot be used on this platform',
        "IMAGE_PULL",
        "runtimePlatform",
    ),
    (PULL + "received unexpected HTTP status: 503 Service Unavailable", "IMAGE_PULL", "status page"),
    # secrets, logging, files, roles
    (
        SECRETS
        + "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging"
        " label: AWSCURRENT",
        RI,
        "no value",
    ),
    (SECRETS + "InvalidRequestException: it was marked for deletion", RI, "RestoreSecret"),
    (
        SECRETS + "The task can't retrieve the secret from a. Check whether the secret exi",
        RI,
        "compare its ARN",
    ),
    (SECRETS + "Check your network connection", RI, "NAT gateway"),
    (SECRETS + "AccessDeniedException: Access to KMS is not allowed", RI, "kms:Decrypt"),
    (
        "secret arn:aws:secretsmanager:a: AccessDeniedException: not authorized to perform: x",
        RI,
        "GetSecretValue",
    ),
    ("invalid character 'h' looking for the start of the value of secretsmanager:", RI, "valid JSON"),
    ("unable to create ASM client: no route", RI, "execution role"),
    ("ASM secret resource: unable to find execution role credentials", RI, "executionRoleArn"),
    ("asm fetching username: AuthorizationData is malformed, empty field", RI, "username"),
    (SECRETS + "ThrottlingException: Rate exceeded", RI, "fewer tasks"),
    ("unable to download env file with key a.env from bucket b, error: AccessDenied", RI, "s3:GetObject"),
    ("unable to parse bucket and key from s3 ARN specified in environmentFile a", RI, "S3"),
    (RESOURCE + "failed to validate logger args: signal: killed", RI, "NAT gateway"),
    ("cannot find the log group. There is a connection issue", RI, "endpoint for logs"),
    (SECRETS + "AccessDeniedException: The ciphertext refers to a customer master key", RI, "kms:Decrypt"),
    (
        RESOURCE + "failed to create Cloudwatch log group: not authorized to perform: logs:CreateLogGroup",
        RI,
        "logs:",
    ),
    (
        RESOURCE + "failed to initialize logging driver: dial udp: lookup syslog.x: no such host",
        RI,
        "log daemon",
    ),
    ("unable to download firelens s3 config file: AccessDenied", RI, "firelensConfiguration"),
    ("invalid firelens configuration type: fluentx", RI, "fluentbit"),
    ("unsupported credentialspec ARN, only s3/ssm ARNs are valid", RI, "credential spec"),
    ("credentialspec resource: unable to find execution role credentials", RI, "executionRoleArn"),
    ("failed to retrieve credentials for domainless gMSA user arn:aws:x: AccessDenied", RI, "execution role"),
    ("failed to connect with credentials fetcher daemon: connection refused", RI, "credentials-fetcher"),
    ("DockerClientConfigError: unable to fetch valid credentialspec mapping", RI, "credential spec"),
    ("HostConfigError: No execution credentials set for the task", RI, "executionRoleArn"),
    ("CgroupError: Agent could not create task's platform resources", RI, "control group"),
    ("cgroup resource: setup cgroup: unable to create cgroup taskARN=a", RI, "control group"),
    ("TaskResourceError: Agent could not create task's platform resources", RI, "repositoryCredentials"),
    ("MPS control daemon is not responding on this instance", RI, "MPS"),
    ("UnknownError: failed to configure Service Connect for container app", RI, "Service Connect"),
    (RESOURCE + "something that nobody has seen", RI, "execution role"),
    (
        RESOURCE
        + "Unable to launch instance(s) for capacity provider a. UnauthorizedOperation: not authorized to"
        " perform: iam:PassRole on resource: arn:aws:iam::1:role/worker",
        RI,
        "ecsInstanceRole*",
    ),
    (
        "ECS was unable to assume the ECS Infrastructure Role of the capacity provider a",
        RI,
        "infrastructure role",
    ),
    (RESOURCE + "Unable to launch instance(s): InsufficientInstanceCapacity", "CAPACITY", "other zones"),
    # container
    (
        START
        + "failed to initialize logging driver: dial unix /x/fluent.sock: connect: no such file or direct",
        "CONTAINER_START",
        "log daemon",
    ),
    (
        START + "failed to initialize logging driver: dial tcp 10.0.0.9:514: syslog: connection refused",
        "CONTAINER_START",
        "log daemon",
    ),
    (
        START + "failed to initialize logging driver: no log driver named 'splunk'",
        "CONTAINER_START",
        "log driver",
    ),
    (CREATE + "devmapper: Unknown device 5d1", "CONTAINER_START", "replace the instance"),
    (CREATE + "devmapper: Thin Pool has 0 free data blocks", "CONTAINER_START", "docker system prune"),
    (START + "exec: 'a': stat a: no such file or direct", "CONTAINER_START", "entryPoint"),
    (START + "nvidia-container-cli: initialization error", "CONTAINER_START", "GPU"),
    (START + "error setting rlimit type 7: operation not permitted", "CONTAINER_START", "ulimits"),
    (START + "unable to find user app: no matching entries in passwd file", "CONTAINER_START", "`user`"),
    (
        START + 'chdir to cwd ("/srv") failed: no such file or directory',
        "CONTAINER_START",
        "workingDirectory",
    ),
    (START + 'error mounting "/a" to rootfs at "/b": not a directory', "CONTAINER_START", "sourcePath"),
    (
        START + "iptables: No chain/target/match by that name: programming external connectivity",
        "CONTAINER_START",
        "restart Docker",
    ),
    (
        CREATE + "Conflict. The container name is already in use by container 5",
        "CONTAINER_START",
        "remove it",
    ),
    (
        CREATE + "a Windows version 10.0.1-based image is incompatible with a 10.0.2 host",
        "CONTAINER_START",
        "Windows",
    ),
    (
        "CannotCreateContainerError: failed to copy file info for /x: failed to chown /x",
        "CONTAINER_START",
        "PosixUser",
    ),
    (
        "dependency graph: container ordering dependency [a] for target [b] has timed out.",
        "CONTAINER_START",
        "dependsOn",
    ),
    (CREATE + "conflicting options: hostname and the network mode", "CONTAINER_START", "exclude"),
    # network, place
    ("RESOURCE:MEMORY", "CAPACITY", "memoryReservation"),
    ("platform version 1.3.0 is not supported", "PLACEMENT", "LATEST"),
    (
        RESOURCE + "failed to configure ENI: failed to setup regular eni: netplugin failed",
        "NETWORK",
        "replace",
    ),
    ("container resource provisioning: unable to build cni configuration, a", "NETWORK", "restart"),
    ("DockerClientConfigError: unable to get BridgeIP for task in bridge mode", "NETWORK", "restart"),
    (
        "Unexpected EC2 error while attempting to Create Network Interface: UnauthorizedOperation",
        "NETWORK",
        "AWSServiceRole",
    ),
    ("Unable to create network interface in subnet-1. Reason: Internal error", "NETWORK", "zone"),
    ("Unable to attach network interface to unused device index", "NETWORK", "awsvpcTrunking"),
    # volume
    (EFS + "mount.nfs4: Connection timed out", "VOLUME", "2049"),
    (EFS + "b'mount.nfs4: access denied by server while mounting 127.0.0.1:/'", "VOLUME", "ClientMount"),
    (EFS + 'Failed to resolve "fs-1.efs.a.amazonaws.com"', "VOLUME", "mount target"),
    (
        EFS + "mount.nfs4: mounting fs-1:/a failed, reason given by server: No such file or directory",
        "VOLUME",
        "rootDirectory",
    ),
    ("no IP Address set for nfs mount", "VOLUME", "2049"),
    ("VolumeError: Agent could not create task's volume resources", "VOLUME", "mountPoints"),
    (
        "fsxwindowsfileserver resource: unable to find execution role credentials",
        "VOLUME",
        "credentialsParameter",
    ),
    (
        "invalid credentials for mounting fsxwindowsfileserver volume on the container instance",
        "VOLUME",
        "credentialsParameter",
    ),
    ("failed to verify fsxwindowsfileserver resource map on the container instance", "VOLUME", "445"),
    (
        "unsupported credentialsParameter, only ssm/secretsmanager ARNs are valid",
        "VOLUME",
        "credentialsParameter",
    ),
    ("failed to parse task ebs attachment: missing volumeId in the EBS config", "VOLUME", "EBS"),
    ("ECS was unable to assume the configured ECS Infrastructure Role 'a'", "VOLUME", "trust"),
    ("create a: found as v1 plugin error: volume plugin not found", "VOLUME", "docker plugin ls"),
    ("InvalidSnapshot.NotFound: The snapshot 'snap-1' does not exist", "VOLUME", "snapshot"),
    ("HostConfigError: Unable to resolve volume mounts; invalid path: a", "VOLUME", "mountPoints"),
    (CREATE + "error while mounting volume '/x': VolumeDriver.Mount: a", "VOLUME", "driver"),
    # agent, runtime
    ("CannotStopContainerError: Error response from daemon: a", "INTERNAL", "Docker"),
    ("CannotInspectContainerError: Error response from daemon: a", "INTERNAL", "Docker"),
    ("CannotInspectContainerError: context deadline exceeded", "TIMEOUT", "load of the host"),
    ("CannotDescribeContainerError: Could not transition to described; timed out", "TIMEOUT", "host"),
    ("TaskStateError: Agent could not progress task's state to stopped", "INTERNAL", "restart"),
    ("UnrecognizedTaskError: Error loading task - bad field", "INTERNAL", "update the ECS agent"),
    ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock", "INTERNAL", "restart its service"),
    ("(service a) was refused. Reason: Internal error", "INTERNAL", "another zone"),
    ("ContainerRuntimeTimeoutError: Could not transition to running; timed out", "TIMEOUT", "NAT gateway"),
    ("Context canceled", "OTHER", "containers' logs"),
    (
        "TaskStoppedBeforePullBeginError: Task stopped before image pull could begin for task: a",
        "OTHER",
        "logs",
    ),
]


@pytest.mark.parametrize(("text", "cause", "fix"), ROWS, ids=[text[:70] for text, _, _ in ROWS])
def test_a_failed_start(text: str, cause: str, fix: str) -> None:
    """The subject of the text decides, by its phrase or else by the type of error; the fix is named."""
    squeezed = "".join(text.lower().split())
    for reason, said in ((text, None), (squeezed, None), ("Task failed to start", text)):
        stop = found(stopped(FAILED, reason, c("app", None, said), ran=False))
        assert (stop.kind, stop.cause) == (Kind.TASK_FAILED_TO_START, cause)
        assert fix in stop.remedy


@pytest.mark.parametrize(("text", "cause", "fix"), ROWS, ids=[text[:70] for text, _, _ in ROWS])
def test_no_failed_start_is_silent_without_a_code(text: str, cause: str, fix: str) -> None:
    """What never ran has its finding without a stop code too, by the same text."""
    assert found(stopped(None, text, c("app"), ran=False)).cause == cause


def test_a_container_says_why_the_context_was_cancelled() -> None:
    """A cancelled context is a failed start; a container knows of which step."""
    stop = found(stopped(None, "Context canceled", c("app", None, PULL + "context canceled"), ran=False))
    assert (stop.kind, stop.cause, stop.containers) == (Kind.TASK_FAILED_TO_START, "IMAGE_PULL", ("app",))
    alone = found(stopped(None, "Context canceled", ran=False, created_at=None))
    assert (alone.kind, alone.cause) == (Kind.TASK_FAILED_TO_START, "OTHER")


@pytest.mark.parametrize("code", [FAILED, ENDED, None])
@pytest.mark.parametrize("text", ["UnknownError: words", "Task failed to start: words", "words of next year"])
def test_the_worst_is_other_with_its_text(text: str, code: str | None) -> None:
    """What nobody knows is shown as ECS said it, wherever it said it."""
    for reason, container in ((text, None), ("Task failed to start", text)):
        stop = found(stopped(code, reason, c("app", None, container), ran=False))
        assert (stop.kind, stop.cause) == (Kind.TASK_FAILED_TO_START, "OTHER")
        assert f'ECS says "{text}"' in stop.summary


SIDECAR = c("sidecar", None, PULL + "pull access denied for sidecar")


def test_a_finished_job_did_start() -> None:
    """A job that ended with 0 is done, though a sidecar could not be pulled; a service's 0 is low at most."""
    done = c("app", 0)
    assert explain(stopped(ENDED, EXITED, done, SIDECAR, service=False)) is None
    assert explain(stopped(None, EXITED, done, SIDECAR, service=False)) is None
    assert found(stopped(ENDED, EXITED, done, SIDECAR)).severity == "low"


def test_what_ended_by_itself_had_started() -> None:
    """How the program of a task that was RUNNING ended is the fault, whatever was not pulled beside it."""
    stop = found(stopped(ENDED, EXITED, c("app", 3), SIDECAR))
    assert (stop.kind, stop.cause) == (Kind.ESSENTIAL_CONTAINER_FAILED, "EXIT_CODE")
    never = found(stopped(ENDED, EXITED, c("init", 0), SIDECAR, service=False, ran=False))
    assert (never.kind, never.cause) == (Kind.TASK_FAILED_TO_START, "IMAGE_PULL")
