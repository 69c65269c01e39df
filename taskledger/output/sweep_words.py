"""What a sweep found in a cluster, in words; it reads the JSON that the sweep function answers with."""

from collections.abc import Mapping
from typing import Any


def counts(cluster: Mapping[str, Any]) -> dict[str, int]:
    """How often each drift, repair and change of protection came up, without what did not."""
    lists = {"stuck": len(cluster["stuck"])}
    numbers = {name: value for name, value in cluster.items() if isinstance(value, int)} | lists
    return {name: number for name, number in numbers.items() if number and name != "tasks"}


def cluster_words(cluster: Mapping[str, Any]) -> str:
    """One line of it: `2 tasks: 1 missed, 1 repaired`."""
    tasks, failed = cluster["tasks"], "; ".join(cluster["errors"])
    if failed and not tasks:
        return f"failed: {failed}"
    found = ", ".join(f"{number} {name}" for name, number in counts(cluster).items()) or "nothing to repair"
    return f"{tasks} task{'' if tasks == 1 else 's'}: {found}" + (f"; failed: {failed}" if failed else "")
