"""How fast a large capture is replayed in memory, and what its memory grows with."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

from tests.bench.measure import Result, growth

SAMPLE = Path("events/fargate-life.json")
EVENTS_A_SECOND = 5000
GROWTH = 1.1  # the exponent, by the square it would be 2
ROUNDS = 3
REPLAY = """
import resource, sys, time
from taskledger.replay.run import replay_paths
started = time.process_time()
replayed = replay_paths([sys.argv[1]], None, lambda _: None, in_memory=True)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(replayed.outcome.accepted, time.process_time() - started, memory)
"""


def run() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        many_tasks = _capture(Path(folder) / "tasks.jsonl", lives=5000, repeats=1)
        many_events = _capture(Path(folder) / "events.jsonl", lives=500, repeats=10)
        few = _capture(Path(folder) / "few.jsonl", lives=500, repeats=1)
        accepted, seconds, _ = _quickest(many_tasks)
        yield Result(
            "replay in memory, events a second of CPU", accepted / seconds, EVENTS_A_SECOND, "/s", higher=True
        )
        fewer, sooner, memory = _quickest(few)
        yield Result(
            "replay: exponent of the growth of CPU with events",
            growth({fewer: sooner, accepted: seconds}),
            GROWTH,
            "",
        )
        yield Result(
            "its memory with ten times the events of the same tasks", _replay(many_events)[2] / memory, 1.1
        )


def _quickest(path: Path) -> tuple[int, float, int]:
    """The quickest replay of several: whatever else runs here can only add to it."""
    return min((_replay(path) for _ in range(ROUNDS)), key=itemgetter(1))


def _capture(path: Path, *, lives: int, repeats: int) -> Path:
    """Lives that overlap, as in a busy cluster: one starts each second; each event comes `repeats` times."""
    life = json.loads(SAMPLE.read_text())
    with path.open("w") as file:
        for wave in range(0, lives, 100):
            for event in life:
                for number in range(wave, min(wave + 100, lives)):
                    file.write(_of_task(event, number) * repeats)
    return path


def _of_task(event: dict[str, object], number: int) -> str:
    task_id = event["detail"]["taskArn"].rsplit("/", 1)[1]  # type: ignore[index]  # a sample of ours
    return json.dumps(event).replace(task_id, f"{number:032x}") + "\n"


def _replay(path: Path) -> tuple[int, float, int]:
    answer = subprocess.run(
        [sys.executable, "-c", REPLAY, str(path)], capture_output=True, text=True, check=True
    )
    accepted, seconds, memory = answer.stdout.split()
    return int(accepted), float(seconds), int(memory)
