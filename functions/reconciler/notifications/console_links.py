"""Addresses in the AWS console, for the partitions whose console is known; pure."""

from .. import arns
from ..incidents.model import Incident
from ..model.logs import Place

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_LONGEST = 2000  # characters: no name that AWS would give comes near it, and browsers take no more
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


def links(incident: Incident) -> dict[str, str | None]:
    """The pages about the incident: its newest task, the service, and the deployment that it names."""
    cluster_arn, service = incident.key.cluster_arn, incident.service
    newest = next(iter(incident.samples), None)
    task = arns.task_id(newest.task_arn) if newest else None
    deployed = service if incident.blame and incident.blame.deployment_id else None
    target_group_arn = incident.target_group_arn
    return {
        "task": cluster_link(cluster_arn, "tasks", task) if task else None,
        "service": cluster_link(cluster_arn, "services", service, "health") if service else None,
        "logs": cluster_link(cluster_arn, "tasks", task, "logs") if task else None,
        "logStream": log_link(cluster_arn, newest.log) if newest and newest.log else None,
        "deployment": cluster_link(cluster_arn, "services", deployed, "deployments") if deployed else None,
        "targetGroup": target_group_link(target_group_arn) if target_group_arn else None,
        "runbook": None,
    }


def cluster_link(cluster_arn: str, *path: str) -> str | None:
    """The page below that of the cluster; None in a partition whose console is not known."""
    console = _CONSOLES.get(arns.partition(cluster_arn) or "")
    region, cluster = arns.region(cluster_arn), arns.cluster_name(cluster_arn)
    if not (console and region and cluster):
        return None
    region = _quoted(region)
    parts = "/".join(map(_quoted, (cluster, *path)))
    link = f"https://{region}.{console}/ecs/v2/clusters/{parts}?region={region}"
    return link if len(link) <= _LONGEST else None


def log_link(cluster_arn: str, place: Place) -> str | None:
    """The page of a log stream, which outlives its task; the console reads names that are encoded twice."""
    group, stream = (_quoted(_quoted(name)).replace("%", "$") for name in (place.group, place.stream))
    page = f"logsV2:log-groups/log-group/{group}/log-events/{stream}"
    return _home(arns.partition(cluster_arn), place.region, "cloudwatch", page)


def target_group_link(target_group_arn: str) -> str | None:
    """The page of a load balancer's target group, which shows the health of its targets."""
    named = _quoted(target_group_arn).replace("%3A", ":").replace("%2F", "/")
    page = f"TargetGroup:targetGroupArn={named}"
    return _home(arns.partition(target_group_arn), arns.region(target_group_arn), "ec2", page)


def _home(partition: str | None, region: str | None, service: str, page: str) -> str | None:
    """A page of a service whose console is one document."""
    console = _CONSOLES.get(partition or "")
    if not (console and region):
        return None
    region = _quoted(region)
    link = f"https://{region}.{console}/{service}/home?region={region}#{page}"
    return link if len(link) <= _LONGEST else None


def _quoted(part: str) -> str:
    """Percent-encoded, so that a name stays one part of the address."""
    encoded = part.encode("utf-8", "replace")
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in encoded)
