"""What to look at next, most special first: by exit code, by a part of the deciding text, by cause."""

from collections.abc import Iterable, Mapping

from .model import Cause

BY_CAUSE: Mapping[Cause, str] = {
    Cause.IMAGE_PULL: "Check the image's name and tag, the execution role's pull permissions and the task's"
    " route to the registry, in this order.",
    Cause.RESOURCE_INIT: "Check what the task definition refers to (secrets, log group, environment files,"
    " roles), the execution role's permissions for it and the route to those services.",
    Cause.CONTAINER_START: "Compare command, devices, mounts, ports and log driver in the task definition"
    " with the image and the host; the host's agent and Docker logs say more.",
    Cause.NETWORK: "Look at the attachment in DescribeTasks, the subnet's free addresses and the task's"
    " security groups; a single failure usually passes when the task is started again.",
    Cause.VOLUME: "Look at the volume's attachment in DescribeTasks, and check its configuration, its"
    " Availability Zone and the role that attaches it.",
    Cause.CAPACITY: "Compare what the task asks for with what the cluster or capacity provider has left, and"
    " add capacity or another subnet.",
    Cause.PLACEMENT: "Compare the placement constraints, required attributes and launch type of the task"
    " with the container instances in the cluster.",
    Cause.AGENT: "Restart the ECS agent on the container instance, or replace the instance; its log is"
    " /var/log/ecs/ecs-agent.log.",
    Cause.TIMEOUT: "Look at the load of the host (disk first) and at the agent and Docker logs; on Fargate"
    " start the task again, and ask AWS Support if it repeats.",
    Cause.INTERNAL: "Start the task again; if it repeats, look at AWS Health and ask AWS Support, naming the"
    " task's ARN.",
    Cause.OTHER: "Look at the service's events, the containers' logs and DescribeTasks, which keeps a"
    " stopped task for about an hour.",
    Cause.OUT_OF_MEMORY: "Compare the memory limits of container and task with MemoryUtilization before the"
    " stop, then raise the limit or mend the leak.",
    Cause.EXIT_CODE: "Read the last lines of the container's log before the stop.",
    Cause.SIGNAL: "The code less 128 is the signal: find in the container's log what sent or raised it.",
    Cause.UNEXPECTED_EXIT: "Find out why the container's command returns: a service's process must stay in"
    " the foreground; work that ends belongs in a standalone task.",
    Cause.LOAD_BALANCER: "Compare the target group's health check (path, port, codes, time-out) with the"
    " container's log, and the service's grace period with the time it needs to start.",
    Cause.CONTAINER: "Run the health check's command in the container; check that its tools are in the image"
    " and that startPeriod covers the start.",
    Cause.SPOT: "Nothing is broken: if it hurts, use more Availability Zones or give the capacity provider"
    " strategy a base of on-demand capacity. A standalone task must be started again.",
    Cause.HOST_TERMINATED: "Find out who ended the instance (Auto Scaling activity, Spot, CloudTrail), and"
    " drain instances before they end. A standalone task must be started again.",
    Cause.MAINTENANCE: "A service's task is replaced by itself; start a standalone task again. AWS Health"
    " announces the next retirement.",
    Cause.INFRASTRUCTURE_HEALTH: "Look at the container instance's health and at AWS Health; replace the"
    " instance if it stays impaired, and start a standalone task again.",
    Cause.UNKNOWN_CODE: "Look the stop code up in the ECS documentation, judge the stop by hand and report"
    " the code to this project.",
    Cause.NO_CODE: "Look at the containers' logs, the service's events and CloudTrail around the time of the"
    " stop.",
}

BY_EXIT_CODE: Mapping[int, str] = {
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

_NO_ROUTE = (
    "timeout timedout requestcanceled nosuchhost dialtcp connectionissue deadlineexceeded connectionrefused"
    " connectionreset networkconfiguration contextcanceled signal:killed"
)

# By parts of texts, as `stop_texts.squeeze` leaves them: the first row with a part that stands in the text.
BY_TEXT: Mapping[Cause, Mapping[str, str]] = {
    Cause.IMAGE_PULL: {
        "toomanyrequests ratelimit": "The registry limits pulls: give the container repositoryCredentials,"
        " or pull from Amazon ECR (a pull through cache keeps the names).",
        "nospaceleft": "The disk is full: raise the task's ephemeralStorage, or free or enlarge the"
        " container instance's disk.",
        "matchingplatform nomatchingmanifest": "The image is not built for the task's platform: build it for"
        " that CPU architecture, or change runtimePlatform.",
        "notauthorizedtoperform accessdeniedexception 403forbidden nobasicauth": "The role may not pull:"
        " allow the execution role (on EC2 the instance's role) the ecr: action in the text, and check the"
        " repository's policy.",
        "notfound manifestunknown doesnotexist imageexists nosuchimage": "The image or tag does not exist,"
        " or the registry hides it from this role: compare the task definition's image with what the"
        " registry lists.",
        _NO_ROUTE: "The task has no route to the registry: a public subnet needs a public IP address, a"
        " private one a NAT gateway or endpoints for ecr.api, ecr.dkr and S3.",
    },
    Cause.RESOURCE_INIT: {
        "jsonkey": "The secret has no such JSON key: compare the key in the task definition's valueFrom with"
        " the secret's current value.",
        "invalidcharacter": "The secret's value is not the JSON that valueFrom expects: store valid JSON, or"
        " refer to the whole secret.",
        "efsutils efsvolume mount.nfs": "The EFS volume was not mounted: check mount targets in the task's"
        " zones, port 2049 in the security groups, DNS in the VPC and the file system's policy.",
        "assumetherole": "ECS may not assume the role: its trust policy must name ecs-tasks.amazonaws.com.",
        "notauthorizedtoperform accessdenied 403forbidden": "The execution role lacks the action in the text"
        " (for an encrypted secret kms:Decrypt too): add it to the role.",
        _NO_ROUTE: "The task has no route to the service in the text: a public subnet needs a public IP"
        " address, a private one a NAT gateway or the VPC endpoint (ecr, secretsmanager, ssm, logs, s3).",
        "loggroup loggingdriver loggerargs logstream": "The log group is missing or in another Region:"
        " create it, or set awslogs-create-group and allow logs:CreateLogGroup.",
        "envfile environmentfile": "The environment file was not read: check the object in S3 and"
        " s3:GetObject for the execution role.",
        "resourcenotfound specifiedsecret invalidparameters invalidssmparameters parameternotfound": "The"
        " secret or parameter does not exist in that Region: compare its ARN in the task definition with"
        " what is there.",
    },
    Cause.CONTAINER_START: {
        "deviceinformation customdevice": "The host lacks a device of the task definition: use an instance"
        " type that has it, or take it out.",
        "execformaterror": "The image is built for another CPU architecture: build it for the task's, or"
        " change runtimePlatform.",
        "alreadyallocated addressalreadyinuse externalconnectivity": "The host port is taken: use a dynamic"
        " host port, or place one such task on an instance.",
        "nospaceleft devmapper devicemapper": "The container instance's Docker storage is full: remove"
        " unused images and containers, or enlarge it.",
        "loggroup loggingdriver logstream": "The log driver did not start: check that the log group exists"
        " in that Region and that the role may write to it.",
        "allocatememory outofmemory": "The container got no memory to start with: raise its memory limit, or"
        " free memory on the host.",
        "executablefilenotfound nosuchfileordirectory permissiondenied": "The command was not found or is"
        " not executable: compare entryPoint and command with the image, and check that no mount hides the"
        " file.",
        "dependen": "A container it depends on did not become ready: look at the containers in dependsOn"
        " first.",
    },
    Cause.NETWORK: {
        "insufficientfreeaddresses freeipaddress publicipassignment": "The subnet has no free addresses"
        " left: add a subnet, or end what holds addresses in this one.",
        "tagpolic": "A tag policy forbids the tags of the network interface: correct the task's tags.",
        "deviceindex": "The instance has no slot for another network interface: use awsvpcTrunking or a"
        " larger instance type.",
    },
    Cause.VOLUME: {
        "efsutils efsvolume mount.nfs": "Check the EFS mount targets in the task's zones, port 2049 in the"
        " security groups, DNS in the VPC and the file system's policy.",
        "infrastructurerole": "ECS could not use the infrastructure role: check its trust in"
        " ecs.amazonaws.com and its EBS permissions.",
        "idempotentparameter kmskey": "The volume's KMS key was refused: check the key and its policy.",
    },
    Cause.CAPACITY: {
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
    Cause.LOAD_BALANCER: {
        "codes:[5": "The application answers the health check with a server error: read the container's log"
        " at that time.",
        "codes:[3 codes:[4": "The application answers, but not with success: correct the health check's"
        " path, or the codes it accepts.",
        "timedout timeout": "The application does not answer in time: check the container's port, the"
        " security groups and CPU load at that time.",
        "notfound notenabled": "The target is not set up for the task: check the target group and the load"
        " balancer's zones.",
    },
    Cause.HOST_TERMINATED: {
        "deregist": "Someone deregistered the container instance by force: CloudTrail says who; drain"
        " instances instead.",
    },
}


def advise(cause: Cause, squeezed: str, exit_codes: Iterable[int]) -> str:
    """The remedy for a cause, given the squeezed text that decided and the failed containers' exit codes."""
    if cause in (Cause.EXIT_CODE, Cause.SIGNAL):
        special = (BY_EXIT_CODE[exit_code] for exit_code in exit_codes if exit_code in BY_EXIT_CODE)
    else:
        rows = BY_TEXT.get(cause, {}).items()
        special = (remedy for parts, remedy in rows if any(part in squeezed for part in parts.split()))
    return next(special, BY_CAUSE[cause])
