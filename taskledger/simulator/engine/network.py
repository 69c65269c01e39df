"""The network interface that ECS itself makes for a task on Fargate; the agent has no part in it."""

import uuid

from .shapes import Fields

_TYPE = "ElasticNetworkInterface"


def precreated(attachment_id: str, subnet: str) -> Fields:
    """The attachment as it is at PROVISIONING."""
    details = [{"name": "subnetId", "value": subnet}]
    return {"id": attachment_id, "type": _TYPE, "status": "PRECREATED", "details": details}


def attached(task: Fields) -> Fields:
    """The task with the interface that was to come in place, and its containers on it."""
    coming = [a["id"] for a in task["attachments"] if a.get("status") == "PRECREATED"]
    if not coming:
        return task
    interfaces = [{"attachmentId": each, "privateIpv4Address": _address(each)} for each in coming]
    return {
        **task,
        "attachments": [_attached(a) if a["id"] in coming else a for a in task["attachments"]],
        "containers": [{**container, "networkInterfaces": interfaces} for container in task["containers"]],
    }


def _attached(attachment: Fields) -> Fields:
    values = {
        "networkInterfaceId": f"eni-{_digits(attachment['id'])[:17]}",
        "privateIPv4Address": _address(attachment["id"]),
    }
    details = [{"name": name, "value": value} for name, value in values.items()]
    return {**attachment, "status": "ATTACHED", "details": [*attachment.get("details", ()), *details]}


def _address(attachment_id: str) -> str:
    return "10.0.{}.{}".format(*bytes.fromhex(_digits(attachment_id))[:2])


def _digits(attachment_id: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_OID, attachment_id).hex
