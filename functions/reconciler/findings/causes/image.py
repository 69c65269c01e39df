"""What keeps a container from being made: its image, what it refers to, its start."""

from ..model import Cause, Kind
from .record import CauseRecord, phrases

NO_ROUTE = (
    "timeout timedout requestcanceled nosuchhost dialtcp connectionissue deadlineexceeded"
    " connectionrefused connectionreset networkconfiguration contextcanceled signal:killed"
)

IMAGE_PULL = CauseRecord(
    cause=Cause("IMAGE_PULL"),
    title="image can't be pulled",
    shared="Look at what they share: the registry and its limits, and the NAT gateway or VPC endpoints"
    " (ecr.api, ecr.dkr, S3) on the way to it.",
    kind=Kind.TASK_FAILED_TO_START,
    summary="an image could not be pulled",
    remedy="Check the image's name and tag, the execution role's pull permissions and the task's route to the"
    " registry, in this order.",
    phrases=phrases("""
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
    remedies_by_text={
        "toomanyrequests ratelimit": "The registry limits pulls: give the container repositoryCredentials, or"
        " pull from Amazon ECR (a pull through cache keeps the names).",
        "nospaceleft": "The disk is full: raise the task's ephemeralStorage, or free or enlarge the container"
        " instance's disk.",
        "matchingplatform nomatchingmanifest": "The image is not built for the task's platform: build it for"
        " that CPU architecture, or change runtimePlatform.",
        "notauthorizedtoperform accessdeniedexception 403forbidden nobasicauth": "The role may not pull:"
        " allow the execution role (on EC2 the instance's role) the ecr: action in the text, and check the"
        " repository's policy.",
        "notfound manifestunknown doesnotexist imageexists nosuchimage": "The image or tag does not exist, or"
        " the registry hides it from this role: compare the task definition's image with what the registry"
        " lists.",
        NO_ROUTE: "The task has no route to the registry: a public subnet needs a public IP address, a"
        " private one a NAT gateway or endpoints for ecr.api, ecr.dkr and S3.",
    },
)

RESOURCE_INIT = CauseRecord(
    cause=Cause("RESOURCE_INIT"),
    title="secrets or logging can't be set up",
    shared="Look at what they share: the execution role, its secrets and their key, and the NAT gateway or"
    " VPC endpoints on the way to them.",
    kind=Kind.TASK_FAILED_TO_START,
    summary="its secrets, logging, environment files or roles could not be prepared",
    remedy="Check what the task definition refers to (secrets, log group, environment files, roles), the"
    " execution role's permissions for it and the route to those services.",
    phrases=phrases("""
        ResourceInitialization | ResourceNotFoundException | pull secrets | registry auth | retrieve secret
        The task cannot pull registry auth | The task cannot pull secrets | The task can't pull secrets
        The task can't pull the secret | The task cannot pull the secret | retrieve the secret | fetch secret
        fetching secret | secretsmanager: | from Secrets Manager | from AWS Secrets Manager | Parameter Store
        ssm:GetParameter | invalid ssm parameters | download env file | environment variable file
        environment file | logging driver | logger args | log group | log stream | logs:Create | kms:Decrypt
        unable to assume the role | execution role | execution resource retrieval | credentialspec
        credential spec | firelens | ASM secret | SSM secret
    """),
    remedies_by_text={
        "jsonkey": "The secret has no such JSON key: compare the key in the task definition's valueFrom with"
        " the secret's current value.",
        "invalidcharacter": "The secret's value is not the JSON that valueFrom expects: store valid JSON, or"
        " refer to the whole secret.",
        "efsutils efsvolume mount.nfs": "The EFS volume was not mounted: check mount targets in the task's"
        " zones, port 2049 in the security groups, DNS in the VPC and the file system's policy.",
        "assumetherole": "ECS may not assume the role: its trust policy must name ecs-tasks.amazonaws.com.",
        "notauthorizedtoperform accessdenied 403forbidden": "The execution role lacks the action in the text"
        " (for an encrypted secret kms:Decrypt too): add it to the role.",
        NO_ROUTE: "The task has no route to the service in the text: a public subnet needs a public IP"
        " address, a private one a NAT gateway or the VPC endpoint (ecr, secretsmanager, ssm, logs, s3).",
        "loggroup loggingdriver loggerargs logstream": "The log group is missing or in another Region: create"
        " it, or set awslogs-create-group and allow logs:CreateLogGroup.",
        "envfile environmentfile": "The environment file was not read: check the object in S3 and"
        " s3:GetObject for the execution role.",
        "resourcenotfound specifiedsecret invalidparameters invalidssmparameters parameternotfound": "The"
        " secret or parameter does not exist in that Region: compare its ARN in the task definition with"
        " what is there.",
    },
)

CONTAINER_START = CauseRecord(
    cause=Cause("CONTAINER_START"),
    title="container can't be started",
    kind=Kind.TASK_FAILED_TO_START,
    summary="a container could not be created or started",
    remedy="Compare command, devices, mounts, ports and log driver in the task definition with the image and"
    " the host; the host's agent and Docker logs say more.",
    phrases=phrases("""
        CannotStart | CannotCreateContainer | CannotInspectContainer | CannotDescribeContainer
        HostConfigError | DockerClientConfigError | DockerStateError | TaskDependencyError
        dependencies cannot be resolved | dependency graph: | dependent container | OCI runtime
        create shim task | create new container runtime task | create task for container
        starting container process | exec format error | executable file not found | invalid mount config
        programming external connectivity | port is already allocated | gathering device information
        failed to get container status | devmapper | devicemapper
    """),
    refines={"ContainerRuntimeError": ("OCI runtime", "shim task")},
    remedies_by_text={
        "deviceinformation customdevice": "The host lacks a device of the task definition: use an instance"
        " type that has it, or take it out.",
        "execformaterror": "The image is built for another CPU architecture: build it for the task's, or"
        " change runtimePlatform.",
        "alreadyallocated addressalreadyinuse externalconnectivity": "The host port is taken: use a dynamic"
        " host port, or place one such task on an instance.",
        "nospaceleft devmapper devicemapper": "The container instance's Docker storage is full: remove unused"
        " images and containers, or enlarge it.",
        "loggroup loggingdriver logstream": "The log driver did not start: check that the log group exists in"
        " that Region and that the role may write to it.",
        "allocatememory outofmemory": "The container got no memory to start with: raise its memory limit, or"
        " free memory on the host.",
        "executablefilenotfound nosuchfileordirectory permissiondenied": "The command was not found or is not"
        " executable: compare entryPoint and command with the image, and check that no mount hides the file.",
        "dependen": "A container it depends on did not become ready: look at the containers in dependsOn"
        " first.",
    },
)
