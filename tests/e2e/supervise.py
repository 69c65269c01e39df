"""Runs a command until standard input ends, or it ends itself; then nothing of it is left.

Whoever started this holds the other end of standard input: however that ends, by an error, Ctrl-C or a kill,
the command's whole process group goes with it, and the folder it worked in.

    supervise.py FOLDER COMMAND...
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys


def main(folder: str, *command: str) -> None:
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    while child.poll() is None and not select.select([sys.stdin], [], [], 0.2)[0]:
        pass
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
