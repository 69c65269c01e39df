"""The layer: built by pip without Docker, the same everywhere, or refused with a reason."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from infra.layer import LOCK, LayerError, build, fingerprint


@pytest.fixture(autouse=True)
def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip asks no package index, and no settings of this machine."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")


def wheel(folder: Path, platform: str) -> str:
    """Makes a wheel of `gadget` for that platform in the folder; the line of a lock that asks for it."""
    path = folder / f"gadget-1.0-py3-none-{platform}.whl"
    about = "Metadata-Version: 2.1\nName: gadget\nVersion: 1.0\n"
    kind = f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-{platform}\n"
    scripts = "[console_scripts]\ngadget = gadget:main\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("gadget.py", "def main():\n    return 0\n")
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


def test_the_layer_holds_the_lock_for_lambda(tmp_path: Path) -> None:
    """Wheels of the functions' processor, whatever this machine's is, in the folder that Lambda imports from.

    What would differ from machine to machine is left out: compiled files, scripts and the records of them.
    """
    content = build(lock(tmp_path, wheel(tmp_path, "manylinux2014_aarch64")), "arm64", tmp_path / "builds")
    assert {name for name in files(content) if ".dist-info/" not in name} == {"python/gadget.py"}
    assert not any(name.endswith(("RECORD", ".pyc")) for name in files(content))


def test_a_layer_is_built_once(tmp_path: Path) -> None:
    """The same lock is not installed again."""
    asked = lock(tmp_path, wheel(tmp_path, "any"))
    first = build(asked, "arm64", tmp_path / "builds")
    next(tmp_path.glob("*.whl")).unlink()
    assert build(asked, "arm64", tmp_path / "builds") == first


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_a_wheel_that_cannot_be_had_is_explained(tmp_path: Path, architecture: str) -> None:
    """The error names the package and what it is wanted for, and tells where to look; nothing is left."""
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


def test_the_hash_follows_lock_and_processor(tmp_path: Path) -> None:
    """Another lock or processor is another layer; nothing else is."""
    changed = lock(tmp_path, LOCK.read_text("utf-8") + "\n# changed")
    hashes = [fingerprint(LOCK, "arm64"), fingerprint(LOCK, "x86_64"), fingerprint(changed, "arm64")]
    assert len(set(hashes)) == 3
    assert fingerprint(LOCK, "arm64") == hashes[0]
