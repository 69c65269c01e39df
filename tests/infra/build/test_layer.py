"""The layer: built by pip without Docker, the same everywhere, or refused with a reason."""

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from task_ledger_cdk.build import bytecode
from task_ledger_cdk.build.assets import FUNCTIONS
from task_ledger_cdk.build.layer import LOCK, SERVICES, LayerError, build, fingerprint


@pytest.fixture(autouse=True)
def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip asks no package index, and no settings of this machine."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")


@pytest.fixture(autouse=True)
def runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any Python passes for the functions' own."""
    monkeypatch.setattr(bytecode, "possible", lambda: True)


@pytest.fixture
def another_python(runtime: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bytecode, "possible", lambda: False)


def wheel(folder: Path, platform: str, others: Iterable[str] = ()) -> str:
    """Makes a wheel of `gadget` for that platform in the folder; the line of a lock that asks for it."""
    path = folder / f"gadget-1.0-py3-none-{platform}.whl"
    about = "Metadata-Version: 2.1\nName: gadget\nVersion: 1.0\n"
    kind = f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-{platform}\n"
    scripts = "[console_scripts]\ngadget = gadget:main\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("gadget.py", "def main():\n    return 0\n")
        for name in others:
            archive.writestr(name, "{}")
        archive.writestr("gadget-1.0.dist-info/METADATA", about)
        archive.writestr("gadget-1.0.dist-info/WHEEL", kind)
        archive.writestr("gadget-1.0.dist-info/entry_points.txt", scripts)
        archive.writestr("gadget-1.0.dist-info/RECORD", "")
    return f"gadget @ {path.as_uri()} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


def lock(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "runtime.txt"
    path.write_text(text)
    return path


def files(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def modules(content: Path) -> set[str]:
    return {name for name in files(content) if ".dist-info/" not in name}


def test_the_layer_holds_the_lock_for_lambda(tmp_path: Path) -> None:
    """Wheels of the functions' processor, whatever this machine's is, in the folder that Lambda imports from.

    What would differ from machine to machine is left out: scripts, and the records of all files.
    """
    content = build(lock(tmp_path, wheel(tmp_path, "manylinux2014_aarch64")), "arm64", tmp_path / "builds")
    assert modules(content) == {"python/gadget.py", cache_from_source("python/gadget.py")}
    assert not any(name.endswith("RECORD") for name in files(content))


def test_no_cold_start_compiles(tmp_path: Path) -> None:
    """What was compiled is used, whatever became of the module's time, and names no path of this machine."""
    content = build(lock(tmp_path, wheel(tmp_path, "any")), "arm64", tmp_path / "builds")
    compiled = content / cache_from_source("python/gadget.py")
    assert b"/opt/python/gadget.py" in compiled.read_bytes()
    assert bytes(tmp_path) not in compiled.read_bytes()

    (content / "python" / "gadget.py").write_text("raise SystemExit('compiled anew')")
    command = [sys.executable, "-c", "import gadget; print(gadget.main())"]
    environment = {**os.environ, "PYTHONPATH": str(content / "python")}
    assert subprocess.run(command, env=environment, capture_output=True, check=True).stdout == b"0\n"


@pytest.mark.usefixtures("another_python")
def test_another_python_does_not_compile(tmp_path: Path) -> None:
    """The functions could not use what another Python than theirs has compiled."""
    content = build(lock(tmp_path, wheel(tmp_path, "any")), "arm64", tmp_path / "builds")
    assert modules(content) == {"python/gadget.py"}


def test_services_that_nobody_calls_are_left_out(tmp_path: Path) -> None:
    """Of boto3's descriptions of services only a few stay; what all services share does, too."""
    data = [
        f"botocore/data/{name}"
        for name in ("ec2/1/service-2.json.gz", "ecs/1/service-2.json.gz", "endpoints.json")
    ]
    content = build(lock(tmp_path, wheel(tmp_path, "any", data)), "arm64", tmp_path / "builds")
    kept = {name.removeprefix("python/") for name in files(content) if "botocore" in name}
    assert kept == {"botocore/data/ecs/1/service-2.json.gz", "botocore/data/endpoints.json"}


def test_services_that_functions_call_are_there() -> None:
    """Whatever service the functions' code makes a client for is described in the layer."""
    sources = "".join(each.read_text("utf-8") for each in (FUNCTIONS / "reconciler").rglob("*.py"))
    called = set(re.findall(r"(?:client|resource)\(\s*\"([\w-]+)\"", sources))
    assert {"dynamodb", "ecs"} <= called <= set(SERVICES)


def test_a_layer_is_built_once(tmp_path: Path) -> None:
    """The same lock is not installed again."""
    asked = lock(tmp_path, wheel(tmp_path, "any"))
    first = build(asked, "arm64", tmp_path / "builds")
    next(tmp_path.glob("*.whl")).unlink()
    assert build(asked, "arm64", tmp_path / "builds") == first


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_a_wheel_that_cannot_be_had_is_explained(tmp_path: Path, architecture: str) -> None:
    """The error names the package and what it is wanted for, and says where to look; nothing is left."""
    with pytest.raises(LayerError) as refused:
        build(lock(tmp_path, f"gadget==1.0 --hash=sha256:{'0' * 64}\n"), architecture, tmp_path / "builds")
    assert "No matching distribution found for gadget==1.0" in str(refused.value)
    assert f"no wheel for Python\n3.13 on {architecture}" in str(refused.value)
    assert files(tmp_path / "builds") == set()


@pytest.mark.parametrize(
    ("platform", "architecture"), [("manylinux2014_x86_64", "arm64"), ("manylinux2014_aarch64", "x86_64")]
)
def test_a_wheel_for_the_other_processor_is_refused(tmp_path: Path, platform: str, architecture: str) -> None:
    """What the functions' processor can't run does not get in."""
    with pytest.raises(LayerError, match="not a supported wheel"):
        build(lock(tmp_path, wheel(tmp_path, platform)), architecture, tmp_path / "builds")


def test_another_file_than_the_locked_one_is_refused(tmp_path: Path) -> None:
    """Only what has the lock's hash gets in."""
    asked = wheel(tmp_path, "any")
    wrong = asked[: asked.index("sha256:")] + f"sha256:{'0' * 64}\n"
    with pytest.raises(LayerError, match="Expected sha256"):
        build(lock(tmp_path, wrong), "arm64", tmp_path / "builds")


def test_the_hash_follows_lock_processor_and_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another lock or processor is another layer, and so is one that is not compiled."""
    changed = lock(tmp_path, LOCK.read_text("utf-8") + "\n# changed")
    hashes = [fingerprint(LOCK, "arm64"), fingerprint(LOCK, "x86_64"), fingerprint(changed, "arm64")]
    assert fingerprint(LOCK, "arm64") == hashes[0]
    monkeypatch.setattr(bytecode, "possible", lambda: False)
    hashes.append(fingerprint(LOCK, "arm64"))
    assert len(set(hashes)) == 4
