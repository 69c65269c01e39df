"""A container that could not be created or started."""

from ...model import Cause, Kind
from ..record import CauseRecord, WeakPhrases, phrases
from .shared import DISK_FULL, DOCKER_DOWN, LOG_DAEMON, LOG_GROUP

CONTAINER_START = CauseRecord(
    cause=Cause("CONTAINER_START"),
    title="container can't be started",
    kind=Kind.TASK_FAILED_TO_START,
    summary="a container could not be created or started",
    remedy="Compare command, devices, mounts, ports and log driver in the task definition with the image and"
    " the host; the host's agent and Docker logs say more.",
    phrases=phrases("""
        CannotStart | CannotCreateContainer | DockerStateError | TaskDependencyError
        dependencies cannot be resolved | dependency graph | dependent container | OCI runtime
        create shim task | create new container runtime task | create task for container
        starting container process | exec format error | executable file not found | invalid mount config
        programming external connectivity | port is already allocated | gathering device information
        failed to get container status | devmapper | devicemapper | nvidia-container | UnparsablePort
        docker port | UnrecognizedTransportProtocol
    """),
    weak_phrases=WeakPhrases(2, ("HostConfigError", "DockerClientConfigError")),
    remedies_by_text={
        **DOCKER_DOWN,
        "memoryreservation": "Windows containers take no soft limit: set memory in place of"
        " memoryReservation.",
        "credentialsendpoint": "The log driver has no credentials: the host's agent does not answer at"
        " 169.254.170.2; restart it, or give the container instance a role that may write logs.",
        "nvidia prestarthook runninghook": "The host has no usable GPU or driver: use an instance type with a"
        " GPU and the GPU-optimized AMI, and ask for the GPU in resourceRequirements.",
        "deviceinformation customdevice": "The host lacks a device of the task definition: use an instance"
        " type that has it, or take it out.",
        "execformaterror": "The image is built for another CPU architecture: build it for the task's, or"
        " change runtimePlatform.",
        "windowsversion incompatiblewith operatingsystemdoesnotmatch": "The image is built for another"
        " version of Windows: use the tag for the host's.",
        "alreadyallocated addressalreadyinuse": "The host port is taken: use a dynamic host port, or place"
        " one such task on an instance.",
        "iptables": "Docker's firewall rules on the host are gone: restart Docker there (and don't flush"
        " iptables), or replace the instance.",
        "externalconnectivity": "The host port is taken: use a dynamic host port, or place one such task on"
        " an instance.",
        "unknowndevice deviceresume dm_task_run": "Docker's storage on the container instance is damaged:"
        " replace the instance.",
        **DISK_FULL,
        "devmapper devicemapper": "The container instance's Docker storage is full: remove unused images and"
        " containers (docker system prune), or enlarge it.",
        **LOG_DAEMON,
        **LOG_GROUP,
        "loggroup loggingdriver logstream": "The log driver did not start: check that the log group exists in"
        " that Region (or set awslogs-create-group), and that the role may write to it.",
        "allocatememory outofmemory oom-kill memorylimittoolow minimummemory": "The container got too little"
        " memory to start with: raise its memory limit, or free memory on the host.",
        "copyfileinfo chown": "Docker may not change the owner of files in the volume: take PosixUser out of"
        " the EFS access point, or make the directory in the image belong to that user.",
        "mountconfig bindsource mountsource mounting+rootfs errormounting volumemounts": "A mount can't be"
        " made: check that sourcePath exists on the host, that file meets file and directory directory, and"
        " that containerPath is not below a read-only one.",
        "rlimit ulimit": "The host refuses the ulimits: lower them in the task definition, or raise Docker's"
        " own on the instance.",
        "sysctl": "The host refuses a sysctl of systemControls: take it out, or use a network mode and kernel"
        " that allow it.",
        "unabletofinduser unabletofindgroup passwd": "The image has no such user: correct `user` in the task"
        " definition, or add it to the image.",
        "nocommandspecified": "The image has no command: set command or entryPoint in the task definition.",
        "chdir workingdir": "The working directory is not there or not readable: correct workingDirectory or"
        " the image.",
        "executablefilenotfound nosuchfileordirectory permissiondenied systemcannotfind": "The command was"
        " not found or is not executable: compare entryPoint and command with the image, and check that no"
        " mount hides the file.",
        "conflictingoptions": "Two settings exclude each other, often those of the text with the network"
        " mode: take one out of the task definition.",
        "alreadyinusebycontainer": "An old container still has the name: remove it on the instance, then"
        " restart the ECS agent.",
        "dependen linkto": "A container it depends on did not become ready: look at the containers in"
        " dependsOn first.",
        "dockerport transportprotocol unparsableport": "A port mapping can't be read: correct containerPort,"
        " hostPort and protocol (tcp or udp).",
        "cgroup containerd ttrpc": "The container runtime on the host failed: restart Docker and the ECS"
        " agent, or replace the instance; on Fargate start the task again.",
    },
)
