"""Standard streams that a command can rely on, whoever is or is not at their other end."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


class Unwritable(click.ClickException):
    """What was printed cannot be written: exit code 2."""

    exit_code = 2


class _Output(io.FileIO):
    """Drops what is written once its reader has gone, so that the command still ends by its own exit code."""

    def write(self, data: Buffer) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            return self._drop(data)
        except OSError as error:
            self._drop(data)
            raise Unwritable(f"cannot write to standard output: {error.strerror}.") from error

    def _drop(self, data: Buffer) -> int:
        """Drops this and all that follows, also what is only written when Python ends."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)
        return memoryview(data).nbytes


class _Errors(_Output):
    """Drops what cannot be written for whatever reason: there is no other place to say it."""

    def write(self, data: Buffer) -> int:
        try:
            return super().write(data)
        except Unwritable:
            return memoryview(data).nbytes


def safe_streams() -> None:
    """Makes the three standard streams usable; a closed one is as if nobody were at its other end."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - for as long as the process lives
    sys.stdout = _safe(sys.stdout, _Output)
    sys.stderr = _safe(sys.stderr, _Errors)


def _safe(stream: TextIO | None, kind: type[_Output]) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w")
    if stream.isatty() or not isinstance(stream, io.TextIOWrapper):
        return stream
    raw = io.BufferedWriter(kind(stream.fileno(), "w", closefd=False))
    return io.TextIOWrapper(
        raw,
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
