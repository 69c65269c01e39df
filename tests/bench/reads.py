"""What reading 10,000 lives for people costs beside the same calls made bare, transport stubbed for both."""

from __future__ import annotations

import base64
import json
import tempfile
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from click.testing import CliRunner

from reconciler.adapters.clients import client_config
from reconciler.adapters.dynamodb.cluster_marks import CLUSTERS
from taskledger.deployed import stack
from taskledger.deployed.answers import expect_answers_of_aws
from taskledger.deployed.ledger import READERS
from taskledger.main import main
from taskledger.output import times
from tests.bench.account import again, recording, sender
from tests.bench.measure import Result, cpu_ratio
from tests.support.many_lives import SPAN, UNTIL, entry_item, many_lives, row_items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tests.support.many_lives import Life

NUMBER = 10_000
LIMIT = 3
ROUNDS = 5
# What a page of 1 MB has of each index.
PAGES = {"open": 3000, "closed": 1200}
SORT_KEYS = {"open": "openSince", "closed": "closedAt"}


def run() -> Iterator[Result]:
    table, asked_at = Table(many_lives(NUMBER, 20)), UNTIL - SPAN + timedelta(days=1)
    month_back = ratio(table, asked_at + timedelta(days=30), "at", "30d")
    yield Result(f"at of a month back, {NUMBER:,} lives: CPU by bare calls", month_back, LIMIT)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        built = ratio(table, UNTIL, "report", "--html", str(page), "--since", "8d")
        yield Result(f"report of {NUMBER:,} lives: CPU by bare calls", built, LIMIT)
        yield Result(f"report of {NUMBER:,} lives: its page", _megabytes(page), 1, "MB")


def _megabytes(file: Path) -> float:
    return file.stat().st_size / 1_000_000


def ratio(table: Table, now: datetime, *arguments: str) -> float:
    """CPU time of the command at that time by that of its calls."""
    client, bare = table.client(checked=True), table.client()
    calls: list[tuple[Any, str, dict[str, Any]]] = []
    with calling(client, now):

        def ours() -> None:
            ran = CliRunner().invoke(main, [*arguments, "--table", "ledger"], catch_exceptions=False)
            assert ran.exit_code == 0, ran.output

        stop = recording({"dynamodb": client}, calls)
        ours()
        stop()
        base = [(bare, operation, parameters) for _, operation, parameters in calls]
        return cpu_ratio(ours, lambda: sum(1 for _ in again(base)), ROUNDS)


@contextmanager
def calling(client: Any, now: datetime) -> Iterator[None]:
    """Commands call AWS through this client, and it is that time for them."""
    session = boto3.Session(region_name="eu-central-1")
    with (
        patch.object(stack, "new_session", lambda: session),
        patch.object(stack, "connect", lambda *_: client),
        patch.object(times, "now", lambda: now),
    ):
        yield


class Table:
    """The rows of these lives as DynamoDB answers them; each answer is made once."""

    def __init__(self, lives: Sequence[Life]) -> None:
        self._answers: dict[str, bytes] = {}
        self._entries: dict[str, str] = {}
        self._history: dict[str, list[str]] = {}
        placed: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for life in lives:
            arn, item = life.entry.state.task_arn, entry_item(life.entry)
            index = "open" if life.entry.open else "closed"
            key = SORT_KEYS[index]
            shown = {name: item[name] for name in ("pk", "sk", key)} if index == "open" else item
            placed[index, life.entry.state.cluster_arn].append((int(item[key]["N"]), _json(shown)))
            self._entries[arn] = _json(item)
            self._history[arn] = list(map(_json, row_items(life)))
        self._placed = {where: sorted(of) for where, of in placed.items()}

    def client(self, *, checked: bool = False) -> Any:
        """A client that this table answers; with the check of each answer that a command's client has."""
        session = boto3.Session("testing", "testing", region_name="eu-central-1")
        made = {"Query": self._query, "BatchGetItem": self._batch_get, "GetItem": lambda _: "{}"}
        session.events.register(
            "before-send.dynamodb",
            sender({name: lambda asked, make=make: self._once(make, asked) for name, make in made.items()}),
        )
        if checked:
            expect_answers_of_aws(session)
        return session.client("dynamodb", config=client_config(stack.CALLS, connections=READERS))

    def _once(self, make: Callable[[Any], str], asked: Any) -> bytes:
        key = repr(asked)
        if key not in self._answers:
            self._answers[key] = make(asked).encode()
        return self._answers[key]

    def _query(self, asked: Any) -> str:
        values = {
            name: next(iter(value.values())) for name, value in asked["ExpressionAttributeValues"].items()
        }
        if "IndexName" in asked:
            return self._index(asked, values)
        if values[":pk"] == CLUSTERS:
            clusters = sorted({arn for _, arn in self._placed})
            return _page([_json({"pk": {"S": CLUSTERS}, "sk": {"S": arn}}) for arn in clusters])
        return _page(self._history.get(values[":pk"], []) if ":v" in values else [])

    def _index(self, asked: Any, values: Mapping[str, str]) -> str:
        """A page of an index, which is empty but for those of tasks."""
        index = asked["IndexName"]
        placed = self._placed.get((index, values[":cluster"]), [])
        found = [item for at, item in placed if at >= int(values[":since"])]
        if not asked.get("ScanIndexForward", True):
            found.reverse()
        start = int(asked["ExclusiveStartKey"]["pk"]["S"]) if "ExclusiveStartKey" in asked else 0
        end = start + asked.get("Limit", PAGES.get(index, 1))
        return _page(found[start:end], end if end < len(found) else None)

    def _batch_get(self, asked: Any) -> str:
        items = [self._entries[key["pk"]["S"]] for key in asked["RequestItems"]["ledger"]["Keys"]]
        return f'{{"Responses":{{"ledger":[{",".join(items)}]}},"UnprocessedKeys":{{}}}}'


def _page(items: Sequence[str], after: int | None = None) -> str:
    more = "" if after is None else f',"LastEvaluatedKey":{_json({"pk": {"S": str(after)}})}'
    return f'{{"Items":[{",".join(items)}]{more}}}'


def _json(item: object) -> str:
    return json.dumps(item, default=lambda raw: base64.b64encode(raw).decode())
