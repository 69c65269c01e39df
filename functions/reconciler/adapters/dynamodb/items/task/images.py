"""The images of containers in few bytes, and back to the letter.

    imageRef     /shop/api:7     in the registry of this account and Region
                 nginx@          by the digest that `imageDigest` has
                 32 or 64 bytes  the tag of an image that the CDK put there, and its digest, if it is known
    image        anything else, as version 0.1.0 always held it

What would not come back as it was is not shortened.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .....arns import account, partition, region
from ..values import digest as digest_value
from ..values import read_digest

if TYPE_CHECKING:
    from .....model.task import Container
    from ..values import Item, Value

_TAG = re.compile(r"[0-9a-f]{64}")
_TAG_BYTES = 32


def image_values(container: Container, cluster_arn: str) -> dict[str, Value]:
    """The attributes that hold the image and its digest; none for what is not known."""
    image, assets = container.image or "", _assets(cluster_arn)
    digest = {"imageDigest": digest_value(container.image_digest)} if container.image_digest else {}
    if image.startswith(assets) and _TAG.fullmatch(tag := image.removeprefix(assets)):
        known = digest.get("imageDigest", {}).get("B")
        held = bytes.fromhex(tag) + (known or b"")
        return {"imageRef": {"B": held}} | ({} if known else digest)
    short = _shortened(image, container.image_digest, cluster_arn)
    if short != image and _expanded(short, container.image_digest, cluster_arn) == image:
        return digest | {"imageRef": {"S": short}}
    return digest | ({"image": {"S": image}} if image else {})


def read_image(values: Item, cluster_arn: str) -> tuple[str | None, str | None]:
    """The image and its digest; None for what is not known."""
    digest = read_digest(values["imageDigest"]) if "imageDigest" in values else None
    if "imageRef" not in values:
        return values.get("image", {}).get("S"), digest
    if "S" in values["imageRef"]:
        return _expanded(values["imageRef"]["S"], digest, cluster_arn), digest
    held = bytes(values["imageRef"]["B"])
    tag, own = held[:_TAG_BYTES], held[_TAG_BYTES:]
    return _assets(cluster_arn) + tag.hex(), read_digest({"B": own}) if own else digest


def _shortened(image: str, digest: str | None, cluster_arn: str) -> str:
    registry = _registry(cluster_arn)
    short = f"/{image.removeprefix(registry)}" if image.startswith(registry) else image
    return short.removesuffix(digest) if digest and short.endswith(f"@{digest}") else short


def _expanded(short: str, digest: str | None, cluster_arn: str) -> str:
    image = _registry(cluster_arn) + short[1:] if short.startswith("/") else short
    return image + (digest or "") if image.endswith("@") else image


def _registry(cluster_arn: str) -> str:
    """Amazon ECR's registry beside the cluster."""
    china = ".cn" if partition(cluster_arn) == "aws-cn" else ""
    return f"{account(cluster_arn)}.dkr.ecr.{region(cluster_arn)}.amazonaws.com{china}/"


def _assets(cluster_arn: str) -> str:
    """The repository of images that the CDK builds, by its default name, up to the tag."""
    place = f"{account(cluster_arn)}-{region(cluster_arn)}"
    return f"{_registry(cluster_arn)}cdk-hnb659fds-container-assets-{place}:"
