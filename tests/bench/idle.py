"""What a month costs in which nothing happens, by the template and the calls of a sweep."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from task_ledger_cdk.config import Config
from tests.bench.measure import Result
from tests.bench.sweep import ECS, OF_SERVICES, calls_of
from tests.infra.idle_table import month

CLUSTERS = (1, 50, 500)


def run() -> Iterator[Result]:
    from tests.infra.conftest import synthesised  # noqa: PLC0415 - starts Node.js

    with tempfile.TemporaryDirectory() as folder:
        stack = synthesised(Path(folder))
        for clusters in CLUSTERS:
            calls = calls_of(clusters)
            asked = sum(calls[operation] for operation in (*ECS, *OF_SERVICES))
            cost = month(
                stack,
                clusters=clusters,
                seconds=asked / Config().sweep_calls_per_second,
                reads=calls["query"],
                writes=calls["update_item"],
            )
            named = "1 cluster" if clusters == 1 else f"{clusters} clusters"
            yield Result(f"a month of {named} without tasks", cost, unit="$")
