"""Which tasks a cluster has: all that ECS lists there, and all that are open in the ledger."""

from collections.abc import Iterable, Sequence

from ..errors import ClusterNotFound
from ..ports.ecs import Listing, Tasks


def cluster_tasks(
    cluster_arn: str, tasks: Tasks, open_tasks: Iterable[str], *, may_be_gone: bool
) -> tuple[Sequence[str], bool]:
    """Their ARNs in order, and whether the cluster is gone.

    It is when ECS does not know it and `may_be_gone`: that is, its complete list of clusters lacks it.
    """
    found = set(open_tasks)
    try:
        for listing in Listing:
            found.update(tasks.list_tasks(cluster_arn, listing))
    except ClusterNotFound:
        if not may_be_gone:
            raise
        return sorted(found), True
    return sorted(found), False
