"""The two things that are uploaded: the functions' code, and the layer with what it imports."""

import shutil
import tempfile
from pathlib import Path

from aws_cdk import Annotations, AssetHashType, FileSystem, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from . import bytecode, layer

FUNCTIONS = layer.ROOT / "functions"
BUILDS = layer.ROOT / "build" / "functions"
RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64, "x86_64": lambda_.Architecture.X86_64}


def function_code(folder: Path = FUNCTIONS, builds: Path = BUILDS) -> lambda_.AssetCode:
    """The package `reconciler` and nothing that lies about beside it, so that its hash is its content's.

    Whoever edits it on the console runs what was edited, compiled ahead or not.
    """
    builds.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=builds, prefix="unfinished-") as unfinished:
        content = Path(unfinished) / "content"
        litter = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
        shutil.copytree(folder / "reconciler", content / "reconciler", ignore=litter)
        fingerprint = FileSystem.fingerprint(str(content), extra_hash=bytecode.recipe())
        if not (finished := builds / fingerprint).is_dir():
            _finish(content, finished)
    hashed = AssetHashType.CUSTOM
    return lambda_.Code.from_asset(str(finished), asset_hash=fingerprint, asset_hash_type=hashed)


def _finish(content: Path, finished: Path) -> None:
    if bytecode.possible():
        bytecode.compile_all(content, unpacked="/var/task", may_change=True)
    layer.publish(content, finished)


def dependencies(scope: Construct, architecture: str) -> lambda_.LayerVersion:
    """The layer of the locked requirements; where nothing is to be uploaded, a stand-in.

    The two never share a hash: what lies in cdk.out or in the bucket under a hash is not made again, so after
    `cdk bootstrap` a stand-in by the layer's name would be deployed as the layer.
    """
    needed = Stack.of(scope).bundling_required
    if needed and not bytecode.possible():
        Annotations.of(scope).add_info(bytecode.NOT_COMPILED)
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
