"""The network interface that ECS itself makes for a task in awsvpc mode; the agent has no part in it."""

from .shapes import Fields

_TYPE = "ElasticNetworkInterface"


def precreated(attachment_id: str, subnet: str) -> Fields:
    """The attachment as it is at PROVISIONING."""
    return {
        "id": attachment_id,
        "type": _TYPE,
        "status": "PRECREATED",
        "details": [{"name": "subnetId", "value": subnet}],
    }


def attached(task: Fields) -> Fields:
    """The task with its interface in place, and its containers on it."""
    attachments = [_attached(a) if a["status"] == "PRECREATED" else a for a in task["attachments"]]
    interfaces = [_interface(a) for a in attachments if a["type"] == _TYPE]
    containers = [{**container, "networkInterfaces": interfaces} for container in task["containers"]]
    return {**task, "attachments": attachments, "containers": containers}


def _attached(attachment: Fields) -> Fields:
    digits = attachment["id"].replace("-", "")
    mac = ":".join(digits[at : at + 2] for at in range(0, 10, 2))
    told = {
        "networkInterfaceId": f"eni-0{digits[:16]}",
        "macAddress": f"0a:{mac}",
        "privateIPv4Address": _address(attachment),
    }
    details = [{"name": name, "value": value} for name, value in told.items()]
    return {**attachment, "status": "ATTACHED", "details": [*attachment["details"], *details]}


def _interface(attachment: Fields) -> Fields:
    return {"attachmentId": attachment["id"], "privateIpv4Address": _address(attachment)}


def _address(attachment: Fields) -> str:
    digits = attachment["id"].replace("-", "")
    return "10.0." + ".".join(str(int(digits[at : at + 2], 16)) for at in (0, 2))
