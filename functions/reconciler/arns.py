"""What ARNs and groups of ECS say, taken apart in this one place; None for what is no such ARN or group.

arn:PARTITION:ecs:REGION:ACCOUNT:cluster/CLUSTER
arn:PARTITION:ecs:REGION:ACCOUNT:task/CLUSTER/TASK      until 2018 without the cluster
arn:PARTITION:ecs:REGION:ACCOUNT:task-definition/FAMILY:REVISION
arn:PARTITION:ecs:REGION:ACCOUNT:service/CLUSTER/SERVICE      until 2018 without the cluster
arn:PARTITION:ecs:REGION:ACCOUNT:service-deployment/CLUSTER/SERVICE/DEPLOYMENT
"""


def partition(arn: str) -> str | None:
    return _part(arn, 1)


def region(arn: str) -> str | None:
    return _part(arn, 3)


def account(arn: str) -> str | None:
    return _part(arn, 4)


def cluster_name(cluster_arn: str) -> str | None:
    return _named(cluster_arn, "cluster")


def task_id(task_arn: str) -> str | None:
    path = _named(task_arn, "task")
    return path and path.rpartition("/")[2]


def service_name(service_arn: str) -> str | None:
    path = _named(service_arn, "service")
    return path and path.rpartition("/")[2]


def service_arn(cluster_arn: str, service: str) -> str:
    """The ARN, in its present form, of a service of the cluster."""
    return f"{cluster_arn.replace(':cluster/', ':service/', 1)}/{service}"


def cluster_of_service(service_arn: str) -> str | None:
    """The ARN of the cluster that a service's ARN names; None for one in the older form."""
    path = _named(service_arn, "service") or ""
    cluster, slash, _ = path.partition("/")
    return cluster_arn(cluster, beside=service_arn) if slash and cluster else None


def is_in_cluster(service_arn: str, cluster_arn: str) -> bool:
    """Whether the service can be of the cluster; in the older form its ARN names only the place of both."""
    named = cluster_of_service(service_arn)
    place = cluster_arn.partition(":cluster/")[0]
    return named == cluster_arn if named else service_arn.startswith(f"{place}:service/")


def deployed_service(service_deployment_arn: str) -> str | None:
    """The ARN of the service that a service deployment's ARN names."""
    cluster, slash, rest = (_named(service_deployment_arn, "service-deployment") or "").partition("/")
    service = rest.partition("/")[0]
    named = slash and cluster_arn(cluster, beside=service_deployment_arn)
    return service_arn(named, service) if named and service else None


def family(task_definition_arn: str | None) -> str | None:
    """The name that all revisions of a task definition share."""
    named = revision(task_definition_arn)
    return named and named.partition(":")[0]


def revision(task_definition_arn: str | None) -> str | None:
    """`FAMILY:REVISION`, as people call a task definition."""
    return _named(task_definition_arn or "", "task-definition")


def deployment_id(started_by: str | None) -> str | None:
    """The deployment that started a service's task; None where the task names none."""
    return started_by if (started_by or "").startswith("ecs-svc/") else None


def service_of(group: str | None) -> str | None:
    """The service of a group `service:NAME`; None for that of a standalone task."""
    kind, _, name = (group or "").partition(":")
    return name if kind == "service" and name else None


def cluster_arn(name: str, beside: str) -> str | None:
    """The ARN of a cluster that may be named only, in the account and Region of any other ARN."""
    if name.startswith("arn:"):
        return name
    place = f"{region(beside)}:{account(beside)}"
    return f"arn:{partition(beside)}:ecs:{place}:cluster/{name}" if account(beside) is not None else None


def _named(arn: str, kind: str) -> str | None:
    found, _, name = (_part(arn, 5) or "").partition("/")
    return name if found == kind and name else None


def _part(arn: str, index: int) -> str | None:
    parts = arn.split(":", 5)
    return parts[index] if parts[0] == "arn" and len(parts) == 6 else None
