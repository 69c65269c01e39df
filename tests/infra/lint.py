"""`python -m tests.infra.lint`: cfn-lint finds nothing in the template of any context.

.cfnlintrc has the Regions, and what is left out with its reason.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.infra.conftest import synthesised
from tests.infra.contexts import CONTEXTS


def main() -> int:
    """The exit code of cfn-lint, which prints what it finds."""
    with TemporaryDirectory() as folder:
        command = [Path(sys.executable).with_name("cfn-lint"), "--", *templates(Path(folder))]
        return subprocess.run(command, check=False).returncode


def templates(folder: Path) -> Iterator[str]:
    """The file of each template, in a folder by the name of its context."""
    for name, context in CONTEXTS.items():
        yield str(synthesised(folder / name, **context).template_file)


if __name__ == "__main__":
    sys.exit(main())
