"""The CDK entry. No AWS call, no clock, no git: what it synthesises follows from files and context alone.

Account and Region, where the CDK's command line knows them, only refuse choices that are of others.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

_NO_CDK = """\
The Python that runs app.py has no aws-cdk-lib. `make check` sets up an environment that has it; activate it:

  . .venv/bin/activate"""


def main() -> None:
    if not find_spec("aws_cdk"):
        sys.exit(_NO_CDK)
    _prefer_own_node()
    sys.path.insert(0, str(Path(__file__).with_name("infra")))
    from task_ledger_cdk.build.layer import LayerError  # noqa: PLC0415
    from task_ledger_cdk.build.policy_file import PolicyError  # noqa: PLC0415
    from task_ledger_cdk.config import ConfigError  # noqa: PLC0415 - not before it is known that there is a CDK
    from task_ledger_cdk.parts.placement import Place  # noqa: PLC0415
    from task_ledger_cdk.synth import build  # noqa: PLC0415

    environment = os.environ.get
    place = Place(account=environment("CDK_DEFAULT_ACCOUNT"), region=environment("CDK_DEFAULT_REGION"))
    try:
        build(place=place).synth()
    except (ConfigError, LayerError, PolicyError) as error:
        sys.exit(str(error))


def _prefer_own_node() -> None:
    """Lets the CDK run on the Node.js of this environment, where it has one, rather than on any in PATH."""
    node = Path(sys.executable).with_name("node")
    if node.exists():
        os.environ.setdefault("JSII_NODE", str(node))


if __name__ == "__main__":
    main()
