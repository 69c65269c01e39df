"""docs/scenarios.md, as the scenarios print it; `python -m tests.support.scenario_docs` writes it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.running import taskledger

PAGE = Path("docs/scenarios.md")
SCENARIOS = Path("events/scenarios")

INTRODUCTION = """\
# Scenarios

What the ledger makes of lost events, a lagging or throttled API, protection that runs out, tasks that hang
and deployments that fail. Each scenario is a script in [`events/scenarios/`](../events/README.md#scenarios),
played on a simulated ECS with a clock of its own, through the code that is deployed: the observe handler,
the sweep and the watch. No second of it is waited for, and the same script prints the same bytes.

Each line shows when, what reports, and what it reports:

| source | reports |
| --- | --- |
| `ecs` | what happens to a task or service in ECS, with the version that ECS counts of a task |
| `event` | its verdict, of a task its currency by DescribeTasks too; or that it is lost or held back |
| `fault` | what is wrong with the API or the delivery of events from now on |
| `sweep`, `ledger` | what a sweep found in a cluster, and what it made of the entries |
| `watch` | how a protection changed; a watch that sees nothing new leaves no line |
| `finding` | what is wrong with a task or service, when it is seen first |
| `message` | the subject of what is published |
| `check` | what the scenario expects of the ledger at this time, and whether it holds |

After the last step nothing more happens in ECS, and the watch goes on for a day: the last lines are the
messages that it brings. At the end there is what the ledger had after the last step, what was found, and each
incident as it is after that day, with what is said of the deployment that it began with.

This page is the real output; a test holds it against the scenarios. Only of the services' own tasks the lives
are left out here, and what is found again is explained once.
"""


def page() -> str:
    """The page as it must be."""
    return "\n".join([INTRODUCTION, *(_section(file) for file in sorted(SCENARIOS.glob("*.toml")))])


def _section(file: Path) -> str:
    ran = taskledger("replay", "-v", file.as_posix())
    lines = [line.rstrip() for line in ran.out.rstrip().splitlines()]
    services = re.findall(r'create = "([^"]+)"', file.read_text("utf-8"))
    lines = list(_without_lives(lines, services)) if services else lines
    title = file.stem.replace("-", " ").capitalize()
    return "\n".join(
        [f"## {title}", "", "```", f"$ taskledger replay -v {file.as_posix()}", *lines, "```", ""]
    )


def _without_lives(lines: Iterable[str], services: Iterable[str]) -> Iterator[str]:
    """All but what the tasks of these services go through, and the second finding of the same words."""
    task = rf"(?:{'|'.join(map(re.escape, services))})-\d+"
    life = re.compile(rf"  (?:\S+  (?:ecs|event) +)?{task}[ :]")
    found = re.compile(rf"  (?:high|medium|low) +(.+)  {task}")
    seen: set[str] = set()
    explained = False
    for line in lines:
        if heading := found.fullmatch(line):
            explained = heading[1] in seen
            seen.add(heading[1])
        elif not line.startswith("        "):
            explained = False
        if not (explained or life.match(line)):
            yield line


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
