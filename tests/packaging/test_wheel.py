"""What `pip install .` installs: the two packages, complete, and nothing that lies about beside them."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.tracked import ROOT, tracked

BIN = Path(sys.executable).parent
ROOTS = ("functions/reconciler/", "taskledger/")
LITTER = ("build/lib/taskledger/gone.py", "taskledger/__pycache__/gone.pyc", "notes.txt")
AROUND = {"pyproject.toml", "README.md", "LICENSE", ".gitignore", "PKG-INFO"}
METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}


def run(*command: str | Path, cwd: Path) -> str:
    """What the command prints; PYTHONPATH and the like don't reach it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def put(folder: Path, names: Iterable[str], source: Path | None = None) -> None:
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((source / name).read_bytes() if source else b"")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel and the source distribution of a checkout in which something was built before."""
    folder = tmp_path_factory.mktemp("built")
    put(folder / "checkout", tracked(), ROOT)
    put(folder / "checkout", LITTER)
    build = (BIN / "uv", "build", "--quiet", "--no-build-isolation", "--offline", "--python", sys.executable)
    run(*build, "--sdist", "--wheel", "--out-dir", folder, cwd=folder / "checkout")
    shutil.rmtree(folder / "checkout")
    return folder


@pytest.fixture(scope="module")
def installed(built: Path) -> Path:
    """An environment that holds the lock of the command and the wheel, and nothing else."""
    uv, python = BIN / "uv", built / "env" / "bin" / "python"
    run(uv, "venv", "--quiet", "--python", sys.executable, built / "env", cwd=built)
    install = (uv, "pip", "install", "--quiet", "--system-certs", "--python", python)
    run(*install, "--require-hashes", "-r", ROOT / "requirements" / "replay.txt", cwd=built)
    run(*install, "--no-deps", *built.glob("*.whl"), cwd=built)
    return python.parent


def sources() -> set[str]:
    return {name for name in tracked() if name.startswith(ROOTS)}


def test_the_wheel_is_the_one_of_the_readme(built: Path) -> None:
    """Its name is the one that the README says to install."""
    (wheel,) = built.glob("*.whl")
    assert f"pipx install ./{wheel.name}\n" in (ROOT / "README.md").read_text("utf-8")


def test_the_wheel_holds_the_packages(built: Path) -> None:
    """The wheel is the modules of the functions and of the command, with their metadata and licence."""
    (wheel,) = built.glob("*.whl")
    info = f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info"
    expected = {name.removeprefix("functions/") for name in sources()} | {
        f"{info}/{name}" for name in METADATA
    }
    assert set(zipfile.ZipFile(wheel).namelist()) == expected


def test_the_source_holds_what_the_wheel_is_built_from(built: Path) -> None:
    """The source distribution is the same modules, and what building them takes."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {member.name.partition("/")[2] for member in opened.getmembers() if member.isfile()}
    assert names == sources() | AROUND


def test_the_locks_lie_within_the_ranges(installed: Path) -> None:
    """What the package says that it needs is satisfied by what `make` installs."""
    run(BIN / "uv", "pip", "check", "--quiet", "--python", installed / "python", cwd=installed)


def test_the_installed_command_replays_the_samples(installed: Path, tmp_path: Path) -> None:
    """From another directory it accepts every sample, and every scenario's expectations hold."""
    command = (installed / "taskledger", "replay", "--json", "--ledger", "dynamodb", ROOT / "events")
    printed = json.loads(run(*command, cwd=tmp_path))
    assert printed["events"]["accepted"] == printed["events"]["read"] > 150
    assert len(printed["scenarios"]) == len(list((ROOT / "events" / "scenarios").glob("*.toml")))
