"""Compiling ahead for Lambda, which can't keep what it compiles itself: each cold start would do it again.

Compiled files are of use only to the very Python that made them. These do not go stale by the time of their
module, as they do by default: it is lost on the way to Lambda.
"""

import compileall
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

PYTHON = "3.13"  # the functions' runtime, whatever Python runs this
NOT_COMPILED = (
    f"This is not Python {PYTHON}, so nothing is compiled ahead: the functions work, but start more slowly"
)


def possible() -> bool:
    """Whether the Python that runs this is the functions' own."""
    return sys.implementation.cache_tag == f"cpython-{PYTHON.replace('.', '')}"


def recipe() -> str:
    """What differs when compiled files would: part of the hash of all that has them."""
    return f"{possible()}\n{Path(__file__).read_text('utf-8')}"


def compile_all(folder: Path, *, unpacked: str, may_change: bool) -> None:
    """Lays compiled files beside all modules that can be compiled, with the paths they have once unpacked.

    Of modules that may change where they are, the compiled file counts only while it is that of the module.
    """
    checked, unchecked = PycInvalidationMode.CHECKED_HASH, PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(
        folder,
        quiet=2,
        stripdir=folder,
        prependdir=unpacked,
        invalidation_mode=checked if may_change else unchecked,
    )
