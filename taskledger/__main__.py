"""The process of `taskledger`, also as `python -m taskledger`: however it ends, it ends without a traceback.

TASKLEDGER_DEBUG=1 shows that of a defect.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import click

DEBUG = "TASKLEDGER_DEBUG"
BY_CTRL_C = 128 + signal.SIGINT  # as shells have it


def run() -> NoReturn:
    """Ends the process with the command's exit code, or, at whatever moment Ctrl-C comes, as interrupted.

    While modules are imported Ctrl-C simply ends it: there is nothing to clean up yet. A process that ignores
    Ctrl-C, as one in the background of a shell does, goes on to ignore it.
    """
    as_started = signal.getsignal(signal.SIGINT)
    if as_started is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from .main import main  # noqa: PLC0415 - these imports are what Ctrl-C must be able to end
    from .output.streams import safe_streams  # noqa: PLC0415 - the same

    safe_streams()
    try:
        signal.signal(signal.SIGINT, as_started)
        code = code_of(main)
        if as_started is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        _interrupted()
    sys.exit(code)


def code_of(command: click.Command) -> int:
    """The exit code of the command, once all is written; standard error has what went wrong."""
    import click  # noqa: PLC0415 - imported by now, and not before Ctrl-C can end it

    try:
        return _finished(command)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort as error:
        if isinstance(
            error.__context__, KeyboardInterrupt
        ):  # click makes one of it, at a question for example
            raise KeyboardInterrupt from None
        click.echo("Aborted.", err=True)
        return 1
    except Exception as error:  # noqa: BLE001 - the last resort: what comes here is a defect, and is shown as one
        _show_defect(error)
        return 2


def _finished(command: click.Command) -> int:
    try:
        code = command.main(standalone_mode=False)
    except SystemExit as ended:
        code = ended.code
    sys.stdout.flush()
    return code or 0


def _show_defect(error: Exception) -> None:
    from reconciler.text import redact  # noqa: PLC0415 - as click above

    from .output.terminal import note  # noqa: PLC0415 - the same

    if os.environ.get(DEBUG):
        sys.excepthook(type(error), error, error.__traceback__)
        return
    said = redact(" ".join(f"{type(error).__name__}: {error}".split()))
    note(f"Error: This is a defect of taskledger ({said}): report it, with what {DEBUG}=1 shows.")


def _interrupted() -> NoReturn:
    """Ends the process as Ctrl-C ends any other, so that a shell's loop around it ends too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    print("Interrupted.", file=sys.stderr, flush=True)
    sys.stdout.flush()
    signal.raise_signal(signal.SIGINT)
    sys.exit(BY_CTRL_C)  # where the signal does not end it, as the first process of a container


if __name__ == "__main__":
    run()
