"""Encryption by a key of the deployer's own, whose policy somebody else keeps: docs/data.md prints it."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct


def own_key(scope: Construct, arn: str | None) -> kms.IKey | None:
    """The key of that ARN, where there is one."""
    return kms.Key.from_key_arn(scope, "Key", arn) if arn else None


def encrypt(queue: sqs.Queue, key: kms.IKey | None) -> None:
    """Has the queue use this key, where there is one, in the place of SQS's own.

    By the resource, not by the construct: that would admit a whole account to the queue in the place of one
    rule, and grant more of the key than is used.
    """
    resource = queue.node.default_child
    if key and isinstance(resource, sqs.CfnQueue):
        resource.sqs_managed_sse_enabled = None
        resource.kms_master_key_id = key.key_arn
