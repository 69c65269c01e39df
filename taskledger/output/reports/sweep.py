"""What a sweep found, for people: clusters by counts. It reads the JSON that the sweep function returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from reconciler.arns import cluster_name

from ..tables.columns import Column, print_table
from ..terminal import console, literal, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import Console

    Answer = Mapping[str, Any]

SWEPT = ("tasks", "services")
ALWAYS = ("missed", "unrecorded", "vanished", "repaired", "closed")


def failed(answer: Answer) -> bool:
    """Whether anything was not swept."""
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
        _print_table(screen, answer["clusters"])
    for error in answer.get("errors", ()):
        screen.print(literal(f"failed: {error}", "bold red"))
    for arn, cluster in answer["clusters"].items():
        for error in cluster["errors"]:
            screen.print(literal(f"{_name(arn)} failed: {error}", "bold red"))
        for task_arn in cluster["stuck"]:
            screen.print(literal(f"{_name(arn)} stuck: {task_arn}", "yellow"))
        for finding_id in cluster.get("findings", ()):  # which the function of an earlier version lacks
            screen.print(literal(f"{_name(arn)} found: {finding_id}", "yellow"))
    screen.print(_end(answer))


def cluster_words(cluster: Answer) -> str:
    """What was found in one cluster, on one line: `2 tasks, 1 service: 1 missed, 1 repaired`."""
    tasks, services, errors = cluster["tasks"], cluster.get("services", 0), "; ".join(cluster["errors"])
    if errors and not tasks and not services:
        return f"failed: {errors}"
    found = ", ".join(f"{number} {name}" for name, number in _counts(cluster).items()) or "nothing to repair"
    swept = ", ".join([_counted(tasks, "task"), *([_counted(services, "service")] if services else [])])
    return f"{swept}: {found}" + (f"; failed: {errors}" if errors else "")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _counts(cluster: Answer) -> dict[str, int]:
    """How often each drift, repair and change of protection occurred, and what was found; without zeros."""
    numbers = {name: value for name, value in cluster.items() if isinstance(value, int)}
    numbers["stuck"] = len(cluster["stuck"])
    numbers["found"] = len(cluster.get("findings", ()))
    return {name: number for name, number in numbers.items() if number and name not in SWEPT}


def _print_table(screen: Console, clusters: Mapping[str, Answer]) -> None:
    """A column for each count that some cluster has, beside those that are always shown."""
    found = {arn: _counts(cluster) for arn, cluster in clusters.items()}
    others = sorted({name for each in found.values() for name in each} - set(ALWAYS))
    names = (*SWEPT, *ALWAYS, *others)
    columns = [Column("cluster", whole=False), *(Column(shown(name), right=True) for name in names)]
    print_table(screen, columns, [_row(arn, {**clusters[arn], **found[arn]}, names) for arn in clusters])


def _row(cluster_arn: str, counts: Answer, names: Iterable[str]) -> Sequence[Text]:
    numbers = (counts.get(name, 0) for name in names)
    return literal(_name(cluster_arn)), *(Text(f"{one:,}", "" if one else "dim") for one in numbers)


def _end(answer: Answer) -> Text:
    if not answer.get("complete"):
        return Text("Time was up before all clusters were done: the next sweep continues there.", "yellow")
    if failed(answer):
        return Text("Not all clusters could be swept: the next sweep tries them again.", "yellow")
    return Text("All clusters are swept." if answer["clusters"] else "There is no cluster to sweep.")


def _name(cluster_arn: str) -> str:
    return cluster_name(cluster_arn) or cluster_arn
