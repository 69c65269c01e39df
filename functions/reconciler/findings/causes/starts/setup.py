"""What a task refers to and is prepared before its containers: secrets, logging, files, roles."""

from ...model import Cause, Kind
from ..record import CauseRecord, WeakPhrases, phrases
from .shared import LOG_DAEMON, LOG_GROUP, NO_ROUTE

_REFUSED = ("not authorized", "UnauthorizedOperation", "AccessDenied", "iam:PassRole")

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
        ResourceNotFoundException | pull secrets | registry auth | retrieve secret | secret value
        The task cannot pull registry auth | The task cannot pull secrets | The task can't pull secrets
        The task can't pull the secret | The task cannot pull the secret | retrieve the secret | fetch secret
        fetching secret | secretsmanager: | from Secrets Manager | from AWS Secrets Manager | Secrets Manager
        Parameter Store | ssm:GetParameter | invalid ssm parameters | invalid parameters: | ASM secret
        SSM secret | ASM client | asm fetching | Check whether the secret exists | json key
        download env file | environment variable file | environment file | environmentFile | envfile
        logging driver | logger args | log group | log stream | logs:Create | kms:Decrypt
        unable to assume the role | execution role | execution credentials | execution resource retrieval
        credentialspec | credential spec | gMSA | kerberos | credentials fetcher | credentials-fetcher
        firelens | setup cgroup | control daemon | Service Connect | AppNet
    """),
    weak_phrases=WeakPhrases(
        2, ("ResourceInitialization", "TaskResourceError", "CgroupError", "platform resources")
    ),
    refines={
        "Unable to launch instance": _REFUSED,
        "ECS Infrastructure Role": ("capacity provider",),
    },
    remedies_by_text={
        "passrole unabletolaunch infrastructurerole": "The infrastructure role of the capacity provider may"
        " not do what the text says: allow it, with iam:PassRole for the instance role. AWS's managed policy"
        " covers only roles named ecsInstanceRole*.",
        "jsonkey": "The secret has no such JSON key: compare the key in the task definition's valueFrom with"
        " the secret's current value.",
        "staginglabel awscurrent versionstage": "The secret has no value for that version: store one"
        " (PutSecretValue sets AWSCURRENT), or correct stage and version in the task definition's valueFrom.",
        "markedfordeletion scheduledfordeletion": "The secret is marked for deletion: restore it"
        " (RestoreSecret), or refer to another one.",
        "invalidcharacter unmarshal endofjson invalidschema malformed,emptyfield asmsecretdata": "The"
        " secret's value is not the JSON that is expected: store valid JSON (for a registry or a gMSA user"
        " with username and password), or refer to the whole secret.",
        **LOG_DAEMON,
        "credentialsfetcher credentials-fetcher kerberos": "The credentials-fetcher daemon on the instance"
        " got no Kerberos ticket: check that it runs, and that the instance or the user in the secret may"
        " use the gMSA.",
        "controldaemon": "The NVIDIA MPS daemon of the container instance does not run: start it, then"
        " restart the ECS agent, or replace the instance.",
        "loggroup+connectionissue": "The log group was not reached: give the task a route to CloudWatch Logs"
        " (a public IP address, a NAT gateway or the VPC endpoint for logs), and check that the group exists"
        " in that Region.",
        NO_ROUTE: "The task has no route to the service in the text: a public subnet needs a public IP"
        " address, a private one a NAT gateway or the VPC endpoint (ecr, secretsmanager, ssm, logs, s3).",
        "throttl rateexceeded": "AWS throttled the call: start fewer tasks at once, and bundle secrets so"
        " that a start needs fewer calls.",
        "executionrolecredentials executioncredentials": "The agent has no credentials of an execution role:"
        " set executionRoleArn in the task definition to a role that trusts ecs-tasks.amazonaws.com, and"
        " restart the ECS agent if it is set.",
        "assumetherole assumerole": "ECS may not assume the role: its trust policy must name"
        " ecs-tasks.amazonaws.com.",
        "kms masterkey ciphertext": "The key refuses: allow the execution role kms:Decrypt, in the role and"
        " in the key's policy, and check that the key is enabled.",
        "envfile environmentfile environmentvariablefile": "The environment file was not read: check bucket"
        " and key in S3 and the file's form (NAME=VALUE), and allow the execution role s3:GetObject and"
        " s3:GetBucketLocation.",
        "firelens": "Check firelensConfiguration: its type (fluentd or fluentbit), its options, and the"
        " config file, which the execution role must be allowed to read (s3:GetObject,"
        " s3:GetBucketLocation).",
        **LOG_GROUP,
        "notauthorizedtoperform accessdenied 403forbidden": "The execution role lacks the action in the text"
        " (secretsmanager:GetSecretValue, ssm:GetParameters; for an encrypted secret kms:Decrypt too): add it"
        " to the role, and check the policy of the VPC endpoint.",
        "awslogs-region": "The log driver lacks a Region: set awslogs-region in the container's"
        " logConfiguration.",
        "loggroup loggingdriver loggerargs logstream": "The log group is missing or in another Region: create"
        " it, or set awslogs-create-group and allow logs:CreateLogGroup.",
        "credentialspec gmsa": "Check the credential spec: its ARN (S3 or SSM; domainless with a secret) or"
        " file, its content, and the execution role's permission to read it.",
        "resourcenotfound specifiedsecret whetherthesecret secretarn invalidparameters invalidssmparameters"
        " parameternotfound arnformat": "The secret or parameter does not exist in that Region: compare its"
        " ARN in the task definition with what is there.",
        "cgroup": "The host could not make the task's control group: restart Docker and the ECS agent, or"
        " replace the container instance.",
        "taskresource platformresources": "The login of the private registry was not read: check the secret"
        " in repositoryCredentials (username and password) and the execution role's permission to read it.",
        "serviceconnect appnet": "Check the Service Connect configuration (namespace, port names, TLS role);"
        " restart the ECS agent, or replace the container instance, whose proxy may be stuck.",
    },
)
