"""The layer's content: the locked requirements of the functions, installed for Lambda without Docker.

Only wheels are taken, so any machine can build for either processor. What no function calls is left out.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import bytecode
from .bytecode import PYTHON

ROOT = Path(__file__).parents[3]
LOCK = ROOT / "requirements" / "runtime.txt"
BUILDS = ROOT / "build" / "layer"
SERVICES = ("dynamodb", "ecs", "sns", "sts")  # what boto3 can call in the functions

_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}


class LayerError(Exception):
    """The layer can't be built; the message says what pip said, and what to do about it."""


def fingerprint(lock: Path, architecture: str) -> str:
    """The same for the same lock, processor and recipe on any machine; known before anything is installed.

    The recipe is this very file.
    """
    recipe = [lock.read_text("utf-8"), architecture, Path(__file__).read_text("utf-8"), bytecode.recipe()]
    return hashlib.sha256("\n".join(recipe).encode()).hexdigest()


def build(lock: Path, architecture: str, builds: Path = BUILDS) -> Path:
    """The folder with the layer's content, made if it is not there yet; it is there whole or not at all."""
    finished = builds / fingerprint(lock, architecture)
    if finished.is_dir():
        return finished
    builds.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=builds, prefix="unfinished-") as unfinished:
        content = Path(unfinished) / "content"
        _install(lock, architecture, content / "python")
        _remove_traces_of_this_machine(content / "python")
        _remove_other_services(content / "python")
        if bytecode.possible():
            bytecode.compile_all(content, unpacked="/opt", may_change=False)
        return publish(content, finished)


def _install(lock: Path, architecture: str, target: Path) -> None:
    quietly = ["--quiet", "--no-color", "--no-input", "--disable-pip-version-check"]
    command = [
        "install",
        *_options(architecture),
        *quietly,
        "--target",
        str(target),
        "--requirement",
        str(lock),
    ]
    pip = subprocess.run(
        [sys.executable, "-m", "pip", *command],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if pip.returncode:
        raise LayerError(_explanation(pip.stderr, lock, architecture))


def _options(architecture: str) -> Sequence[str]:
    machine = _MACHINES[architecture]
    platforms = [f"--platform={family}_{machine}" for family in ("manylinux_2_28", "manylinux2014")]
    wheels = ["--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}", *platforms]
    return [*wheels, "--require-hashes", "--no-compile"]


def _remove_traces_of_this_machine(target: Path) -> None:
    """Drops the scripts, which name this machine's Python, and the records that have their checksums."""
    shutil.rmtree(target / "bin", ignore_errors=True)
    for record in target.glob("*.dist-info/RECORD"):
        record.unlink()


def _remove_other_services(target: Path) -> None:
    """Drops what describes services that no function calls: two thirds of the layer."""
    for described in target.glob("botocore/data/*/"):
        if described.name not in SERVICES:
            shutil.rmtree(described)


def publish(content: Path, finished: Path) -> Path:
    """Puts the content in its place at one stroke; a build that was faster leaves just the same there."""
    try:
        return content.rename(finished)
    except OSError:
        if finished.is_dir():
            return finished
        raise


def _explanation(said: str, lock: Path, architecture: str) -> str:
    last = [line for line in said.splitlines() if line.strip()][-3:]
    lines = "\n".join(f"  {line}" for line in last)
    return (
        f"The layer for {architecture} can't be built from {lock.name}. pip says:\n\n{lines}\n\n"
        '"from versions: none" mostly means that the package index was not reached: look at the network and\n'
        "at pip's own settings. A list of other versions means that this one has no wheel for Python\n"
        f"{PYTHON} on {architecture}."
    )
