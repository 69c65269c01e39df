"""docs/scenarios.md, as the scenarios print it; `python -m tests.support.scenario_docs` writes it."""

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
| `event` | its verdict by the ledger and its currency by DescribeTasks, or that it is lost or held back |
| `fault` | what is wrong with the API or the delivery of events from now on |
| `sweep`, `ledger` | what a sweep found in a cluster, and what it made of the entries |
| `watch` | how a protection changed; a watch that sees nothing new leaves no line |
| `finding` | what is wrong with a task, when it is seen first |
| `check` | what the scenario expects of the ledger at this time, and whether it holds |

This page is the real output; a test holds it against the scenarios.
"""


def page() -> str:
    """The page as it must be."""
    return "\n".join([INTRODUCTION, *(_section(file) for file in sorted(SCENARIOS.glob("*.toml")))])


def _section(file: Path) -> str:
    ran = taskledger("replay", "--ledger", "memory", file.as_posix())
    lines = [line.rstrip() for line in ran.out.rstrip().splitlines()]
    title = file.stem.replace("-", " ").capitalize()
    return "\n".join([f"## {title}", "", "```", f"$ taskledger replay {file.as_posix()}", *lines, "```", ""])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
