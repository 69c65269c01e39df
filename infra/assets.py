"""The two things that are uploaded: the functions' code, and the layer with what it imports."""

from pathlib import Path

from aws_cdk import Annotations, AssetHashType, IgnoreMode, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from . import layer

FUNCTIONS = layer.ROOT / "functions"
RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


def function_code(folder: Path = FUNCTIONS) -> lambda_.AssetCode:
    """The package `reconciler` and nothing that lies about beside it, so that its hash is its content's."""
    return lambda_.Code.from_asset(
        str(folder),
        exclude=["/*", "!/reconciler", "__pycache__", "*.pyc", ".*"],
        ignore_mode=IgnoreMode.GIT,
    )


def dependencies(scope: Construct, architecture: str) -> lambda_.LayerVersion:
    """The layer of the locked requirements; where nothing is to be uploaded, a stand-in.

    The two never share a hash: what lies in cdk.out or in the bucket under a hash is not made again, so after
    `cdk bootstrap` a stand-in by the layer's name would be deployed as the layer.
    """
    needed = Stack.of(scope).bundling_required
    if needed and not layer.compiles():
        Annotations.of(scope).add_info(layer.NOT_COMPILED)
    content = layer.build(layer.LOCK, architecture) if needed else FUNCTIONS
    fingerprint = layer.fingerprint(layer.LOCK, architecture)
    return lambda_.LayerVersion(
        scope,
        "Dependencies",
        description="What the functions of Task Ledger import",
        code=lambda_.Code.from_asset(
            str(content),
            asset_hash=fingerprint if needed else f"stand-in for {fingerprint}",
            asset_hash_type=AssetHashType.CUSTOM,
        ),
        compatible_architectures=[ARCHITECTURES[architecture]],
        compatible_runtimes=[RUNTIME],
    )
