"""A volume that could not be created, attached or mounted."""

from ...model import Cause, Kind
from ..record import CauseRecord, phrases
from .shared import DISK_FULL

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
        CreateVolume | AttachVolume | CannotInspectVolume | CannotRemoveVolume | InvalidVolumeError
        VolumeError | EmptyVolumeError | create empty volume | volume resources | volume mounts
        Timeout waiting for EphemeralStorage | EphemeralStorage | EBS volume | EBS attachment | EBS config
        EFS volume | EFS utils | mount.nfs | nfs mount | mount operation timed out | file system mount
        elasticfilesystem: | S3 Files | FSx for Windows | FSx volume | fsxwindowsfileserver | fsx:Describe
        SmbGlobalMapping | volume attachment | mount volume | VolumeDriver | volume driver | volume plugin
        mounting volume | mount local volume | ECS Infrastructure Role | IdempotentParameterMismatch
        InvalidSnapshot | credentialsParameter | fsx credential | task volume
    """),
    refines=dict.fromkeys(
        ("CannotStart", "CannotCreateContainer"), ("VolumeDriver", "mounting volume", "mount local volume")
    ),
    remedies_by_text={
        **DISK_FULL,
        "fsx+credential smb+password credentialsparameter": "The credentials for the FSx file system were not"
        " read: check credentialsParameter (a secret or parameter with username and password), and the"
        " execution role's permission to read it.",
        "fsx+notauthorized fsx+accessdenied": "Allow the execution role fsx:DescribeFileSystems and the"
        " reading of the credentials.",
        "fsx smbglobalmapping": "The FSx share was not mounted: check the file system's ID and share, port"
        " 445 in the security groups, the domain and DNS of its Active Directory.",
        "failedtoresolve nameresolution resolve+efs": "The EFS file system's name does not resolve: check its"
        " ID, that it has a mount target in the task's zone, and DNS resolution and hostnames in the VPC.",
        "accessdeniedbyserver efs+accessdenied nfs+accessdenied elasticfilesystem:": "EFS refused the mount:"
        " allow the task role elasticfilesystem:ClientMount (and ClientWrite) in its policy and the file"
        " system's, with IAM authorization and transitEncryption enabled in the volume.",
        "accesspoint": "Check the EFS access point: it must belong to that file system, and needs"
        " transitEncryption.",
        "efs+nosuchfile nfs+nosuchfile": "rootDirectory does not exist in the EFS file system: create it, or"
        " use an access point, which creates it.",
        "mount.efs+notfound unknownfilesystem": "The instance lacks amazon-efs-utils: install it, or use the"
        " ECS-optimized AMI.",
        "retrievingregion": "amazon-efs-utils does not know its Region: set region in efs-utils.conf, or let"
        " the host reach the instance metadata.",
        "dockerfile+volumeinstruction": "A Docker volume can't be made over a VOLUME instruction of the"
        " image's Dockerfile: take it out there, or use another containerPath.",
        "volumeplugin+deadlineexceeded": "The EFS mount did not answer: check the mount target in the task's"
        " zone and port 2049 in the security groups.",
        "efs nfs mountoperation localvolume": "Check the EFS mount targets in the task's zones, port 2049 in"
        " the security groups (in at the file system, out at the task), DNS in the VPC and the file system's"
        " policy.",
        "infrastructurerole createvolume+notauthorized attachvolume+notauthorized"
        " volume+unauthorizedoperation volume+accessdenied": "ECS could not use the infrastructure role:"
        " check its trust in ecs.amazonaws.com and its EBS permissions"
        " (AmazonECSInfrastructureRolePolicyForVolumes).",
        "idempotentparameter kmskey kms": "The volume's KMS key was refused: check the key and its policy,"
        " and that the infrastructure role may use it.",
        "snapshot": "The snapshot can't be used: check its ID, state and sharing, and that size, file system"
        " type and zone of the volume fit it.",
        "limitexceeded maximumnumber": "A limit for EBS volumes is reached: raise it in Service Quotas, use"
        " instance types that attach more, or run fewer tasks on one.",
        "availabilityzone": "The volume and the task are in different zones: place the task in the volume's,"
        " or make the volume anew from a snapshot.",
        "volumedriver plugin": "The volume driver failed or is not on the instance: install and enable it"
        " (docker plugin ls) and check driverOpts, then restart the ECS agent.",
        "ephemeralstorage": "Fargate did not get the ephemeral storage in time: start the task again; if it"
        " repeats, check the KMS key of the storage and ask AWS Support.",
        "ebs": "The EBS volume was not attached in time: start the task again; if it repeats, check its"
        " configuration (size, IOPS, file system type), and how many volumes the instance type takes.",
        "copyexisting unabletocopy copycontents mirror": "The image's files could not be copied into the"
        " volume: make the VOLUME of the image smaller or empty, and check ephemeralStorage.",
        "invalidvolume volumeerror emptyvolume volumemounts": "Compare the volumes and mountPoints of the"
        " task definition (name, sourcePath, driver) with the instance, whose agent log says more.",
    },
)
