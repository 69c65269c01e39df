"""The policy file: checked by the functions' own reader, and laid where the functions find it."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from .assets import FUNCTIONS
from .layer import ROOT

NAME = "task-ledger-policy.toml"
_BUILDS = ROOT / "build" / "policy"

# In a process of its own, since what deploys and what is deployed don't import each other.
_CHECK = """\
import json
import sys
from reconciler.errors import InvalidInput
from reconciler.settings.alerting import read_policy
try:
    policy = read_policy({"POLICY_FILE": sys.argv[1]})
except InvalidInput as error:
    sys.exit(str(error))
print(json.dumps(sorted({group for _, groups in policy.logs for group in groups})))
"""


class PolicyError(Exception):
    """The policy file is wrong; the message names the key, what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class DeployedPolicy:
    """A layer of the policy file, and the log groups that its rules name."""

    layer: lambda_.LayerVersion
    log_groups: Sequence[str]


def deployed_policy(scope: Construct, file: str, builds: Path = _BUILDS) -> DeployedPolicy:
    """The policy file as it is deployed; raises `PolicyError` when the functions could not read it."""
    path = ROOT / file
    return DeployedPolicy(log_groups=_log_groups(path), layer=_layer(scope, path, builds))


def _layer(scope: Construct, path: Path, builds: Path) -> lambda_.LayerVersion:
    """Of this one file, by its content."""
    content = path.read_bytes()
    folder = builds / hashlib.sha256(content).hexdigest()
    laid = folder / "python" / NAME  # where functions look for modules, once Lambda has laid it there
    laid.parent.mkdir(parents=True, exist_ok=True)
    laid.write_bytes(content)
    return lambda_.LayerVersion(
        scope,
        "Policy",
        description="What this deployment of Task Ledger alerts of",
        code=lambda_.Code.from_asset(str(folder)),
    )


def _log_groups(path: Path) -> Sequence[str]:
    """Of a file that the functions can read."""
    checked = subprocess.run(
        [sys.executable, "-c", _CHECK, str(path)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(FUNCTIONS)},
        check=False,
    )
    if checked.returncode:
        raise PolicyError(
            f"The policy file {path} is wrong, so nothing was built:\n\n  {checked.stderr.strip()}"
        )
    groups: Sequence[str] = json.loads(checked.stdout)
    return groups
