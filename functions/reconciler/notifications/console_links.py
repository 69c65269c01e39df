"""Addresses in the AWS console, for the partitions whose console is known; pure."""

from .. import arns

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_LONGEST = 2000  # characters: no name that AWS would give comes near it, and browsers take no more
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


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


def _quoted(part: str) -> str:
    """Percent-encoded, so that a name stays one part of the address."""
    encoded = part.encode("utf-8", "replace")
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in encoded)
