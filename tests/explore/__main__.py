"""`make explore`: every instance, in 20 minutes on two cores at the most.

It exits with 1 if anything was wrong, and with 2 if time was up before everything was explored.
"""

import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.explore.instances import FULL, Instance, explore
from tests.explore.perturbed import WAYS, disturbed
from tests.explore.search import Found

MINUTES = 20.0
CORES = 2
EVERY = 15  # seconds between two lines of progress


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    until = time.monotonic() + minutes * 60
    with ProcessPoolExecutor(CORES) as pool:
        disturbing = [pool.submit(_disturb, how) for how in WAYS]
        running = [(one, pool.submit(_explore, number, until)) for number, one in enumerate(FULL)]
        for future in disturbing:
            _print(future.result())
        found = [(one, future.result()) for one, future in running]
    for instance, one in found:
        _print(_summary(instance, one))
    wrong, stopped = any(one.wrong for _, one in found), any(one.stopped for _, one in found)
    if stopped:
        _print(f"Time was up after {minutes:g} minutes: not everything was explored.")
    elif not wrong:
        _print("Everything was explored, and all was as it must be.")
    sys.exit(1 if wrong else 2 if stopped else 0)


def _disturb(how: str) -> str:
    """What came of a run that was disturbed so at each of its calls; raises where one did not come right."""
    calls = len(disturbed("never", 0).calls)
    effective = sum(disturbed(how, nth).effective for nth in range(1, calls + 1))
    return f"one run, {how} at each of its {calls} calls, of which {effective} can be: all came right"


def _explore(number: int, until: float) -> Found:
    """What came of the instance of that number; processes pass on no functions."""
    instance, said = FULL[number], time.monotonic()

    def progress(found: Found) -> None:
        nonlocal said
        if time.monotonic() > said + EVERY:
            said = time.monotonic()
            _print(f"{instance.name}: depth {found.depth}, {found.states:,} states, {found.moves:,} moves")

    return explore(instance, until, progress)[1]


def _summary(instance: Instance, found: Found) -> str:
    lines = [
        f"{instance.name}: {instance.holds}",
        f"  {found.states:,} states, {found.moves:,} moves, depth {found.depth}, in {found.seconds:,.0f} s",
        f"  {found.checked:,} tables from which all came right, {found.courses:,} runs of the code",
    ]
    if found.stopped:
        lines.append("  STOPPED: time was up")
    if found.wrong:
        lines += [f"  WRONG: {found.wrong}", *(f"    {step}" for step in found.path)]
    return "\n".join(lines)


def _print(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
