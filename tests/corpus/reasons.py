"""Published stop reasons: each row as the task it reports, and what `explain` makes of that."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.findings.stop import explain
from reconciler.model.task import Container, TaskState
from tests.corpus.classes import agrees
from tests.corpus.pieces import outcome

TABLE = "stopped_reasons.tsv"
CLUSTER = "arn:aws:ecs:us-east-1:111122223333:cluster/corpus"
TASK = "arn:aws:ecs:us-east-1:111122223333:task/corpus/00000000000000000000000000000001"


@dataclass(frozen=True)
class Reason:
    """A row, by its line in its file; `came_out` as kind and cause."""

    file: str
    line: int
    expected: str
    text: str
    came_out: str
    right: bool


def reasons(folder: Path) -> Iterator[Reason]:
    """All rows of all tables below the folder."""
    for path in sorted(folder.rglob(TABLE)):
        with path.open(encoding="utf-8-sig", newline="") as table:
            rows = csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
            for row in rows:
                yield _judged(path.relative_to(folder).as_posix(), rows.line_num, row)


def _judged(file: str, line: int, row: Mapping[str, str | None]) -> Reason:
    state = stopped(row)
    stop = explain(state)
    expected = _reported(row, "expected_class") or ""
    return Reason(
        file=file,
        line=line,
        expected=expected,
        text=" | ".join(
            filter(None, (state.stop_code, state.stopped_reason, _reported(row, "containerReason")))
        ),
        came_out=outcome(stop),
        right=agrees(expected, stop, service=state.service is not None),
    )


def stopped(row: Mapping[str, str | None]) -> TaskState:
    """The stopped task of a row: "-" and absent columns say nothing; a task of no group is standalone."""
    return TaskState(
        task_arn=TASK,
        cluster_arn=CLUSTER,
        version=1,
        last_status="STOPPED",
        desired_status="STOPPED",
        group=_reported(row, "group"),
        launch_type=_reported(row, "launchType"),
        stop_code=_reported(row, "stopCode"),
        stopped_reason=_reported(row, "stoppedReason"),
        containers=tuple(_containers(_reported(row, "exitCodes"), _reported(row, "containerReason"))),
    )


def _containers(exit_codes: str | None, reason: str | None) -> Iterator[Container]:
    """The containers in the order of their exit codes; the reason is the first one's."""
    codes = exit_codes.split(",") if exit_codes else ["none"] * (reason is not None)
    for index, code in enumerate(codes):
        yield Container(
            name=f"c{index}",
            last_status="STOPPED",
            exit_code=int(code) if code.strip().removeprefix("-").isdecimal() else None,
            reason=reason if index == 0 else None,
        )


def _reported(row: Mapping[str, str | None], name: str) -> str | None:
    """The column's text, with the line breaks and tabs that the table has to write as escapes."""
    value = (row.get(name) or "").strip()
    return None if value in {"", "-"} else value.replace("\\n", "\n").replace("\\t", "\t")
