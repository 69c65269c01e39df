"""What a sweep found, as a table: clusters by counts; it reads the JSON that the function answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from .sweep_words import counts
from .terminal import console, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    Answer = Mapping[str, Any]

ALWAYS = ("missed", "unrecorded", "vanished", "repaired", "closed")


def failed(answer: Answer) -> bool:
    """Whether anything is left undone."""
    clusters = answer["clusters"].values()
    return (
        not answer.get("complete") or bool(answer.get("errors")) or any(each["errors"] for each in clusters)
    )


def report(answer: Answer) -> None:
    screen = console()
    if answer.get("excluded"):
        screen.print(Text("Another sweep is under way: nothing was done.", "bold red"))
        return
    if answer["clusters"]:
        screen.print(_table(answer["clusters"]))
    for error in answer.get("errors", ()):
        screen.print(Text(f"failed: {shown(error)}", "bold red"))
    for arn, cluster in answer["clusters"].items():
        for error in cluster["errors"]:
            screen.print(Text(f"{_name(arn)} failed: {shown(error)}", "bold red"))
        for task_arn in cluster["stuck"]:
            screen.print(Text(f"{_name(arn)} stuck: {task_arn}", "yellow"))
    screen.print(_end(answer))


def _table(clusters: Mapping[str, Answer]) -> Table:
    """A column for each count that some cluster has, beside those that people look for."""
    found = {arn: counts(cluster) for arn, cluster in clusters.items()}
    others = sorted({name for each in found.values() for name in each} - set(ALWAYS))
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("cluster", no_wrap=True)
    for name in ("tasks", *ALWAYS, *others):
        table.add_column(name, no_wrap=True, justify="right")
    for arn, cluster in clusters.items():
        numbers = [cluster["tasks"], *(found[arn].get(name, 0) for name in (*ALWAYS, *others))]
        table.add_row(_name(arn), *(Text(f"{number:,}", "" if number else "dim") for number in numbers))
    return table


def _end(answer: Answer) -> Text:
    if not answer.get("complete"):
        return Text("Time was up before all clusters were done: the next sweep goes on there.", "yellow")
    if failed(answer):
        return Text("Not all clusters could be swept: the next sweep tries them again.", "yellow")
    return Text("All clusters are swept." if answer["clusters"] else "There is no cluster to sweep.")


def _name(cluster_arn: str) -> str:
    return cluster_arn.rsplit("/", 1)[-1]
