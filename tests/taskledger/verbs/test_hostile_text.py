"""What every verb prints of texts from outside: all of it, and nothing that a terminal or rich would obey."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.errors import InvalidInput, TransientError
from reconciler.findings.model import Cause, Finding, Kind, Severity
from reconciler.findings.policy import DEFAULT
from reconciler.gate import history_row, succeed
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import report_finding
from reconciler.model.entry import HistoryRow, LedgerEntry
from reconciler.model.task import Container
from taskledger.audit.clusters import Audit, ClusterAudit
from taskledger.audit.compare import Difference, DifferenceKind
from taskledger.audit.missed_events import MissedEvents
from taskledger.deployed.stack import Unusable
from taskledger.output.terminal import shown
from taskledger.replay.captures import Unreadable
from taskledger.replay.delivery import Outcome, Rejected
from taskledger.replay.run import Replayed
from taskledger.replay.scenario.play import Failure, Moment
from tests.support.findings import finding
from tests.support.running import taskledger
from tests.support.values import CLUSTER, START, TASK, at, event

HOSTILE = [
    *("[bold]", "[/]", "[link=https://x]", ":smile:", "exec: [/app/start.sh]: not found"),
    *("\x1b[31m", "\x1b]0;t\x07", "\u202e", "\u200b", "\ud800", "\n", "\r", "\t", "\x7f", "\x9b"),
    *("\u2028", "\ue000"),
]
NAMES = ("last_status", "desired_status", "group", "started_by", "launch_type", "availability_zone")
MORE_NAMES = ("health_status", "stop_code", "stopped_reason", "task_definition_arn")
texts = st.lists(st.text(max_size=6) | st.sampled_from(HOSTILE), min_size=1, max_size=5).map("".join)
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
NO_SLASH = str.maketrans("/", "|")


def tame(text: str) -> bool:
    return all(char == "\n" or unicodedata.category(char) not in HIDDEN for char in text)


class World:
    """A text in every field of a task, its history, what was found of it, and of whatever has texts else."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.id = f"x{text.translate(NO_SLASH)}"
        self.arn = f"{TASK.rsplit('/', 1)[0]}/{self.id}"
        self.cluster_arn = f"{CLUSTER}{text}"
        container = Container(
            name=text, last_status=text, exit_code=3, reason=text, health_status=text, image=text
        )
        observation = event(
            3,
            **dict.fromkeys(
                ("last_status", "desired_status", "group", "started_by", "launch_type", "availability_zone"),
                text,
            ),
            **dict.fromkeys(("health_status", "stop_code", "stopped_reason", "task_definition_arn"), text),
            task_arn=self.arn,
            cluster_arn=self.cluster_arn,
            tags={text: text},
            containers=(container,),
        )
        self.entry: LedgerEntry = succeed(None, observation)
        self.rows: list[HistoryRow] = [history_row(observation)]
        self.finding: Finding = finding(
            task_arn=self.arn,
            cluster_arn=self.cluster_arn,
            group=text,
            kind=Kind(text),
            cause=Cause(text),
            severity=Severity(text),
            summary=text,
            remedy=text,
        )
        reported = report_finding(self.finding, START, self.entry.state)
        self.incident = replace(add_findings(None, [reported], START, DEFAULT), summary=text, remedy=text)
        self.refusal = InvalidInput(text, text)

    def audit(self, *_: Any) -> Audit:
        return Audit(
            stack=self.text,
            at=START,
            clusters=[
                ClusterAudit(
                    cluster_arn=self.cluster_arn,
                    tasks={
                        self.arn: [
                            Difference(
                                task_arn=self.arn,
                                field=self.text,
                                ledger=self.text,
                                ecs={self.text: self.text},  # as tags are
                                kind=DifferenceKind.MISSED,
                            )
                        ]
                    },
                    missed=MissedEvents(tasks=1, sampled=True),
                    error=TransientError(self.text),
                )
            ],
            errors=[TransientError(self.text)],
        )

    def sweep(self, *_: Any) -> dict[str, Any]:
        found = {"tasks": 1, self.text: 2, "stuck": [self.arn], "errors": [self.text]}
        return {"complete": True, "errors": [self.text], "clusters": {self.cluster_arn: found}}

    def replayed(self, *_: Any, **__: Any) -> Replayed:
        rejected = Rejected(file=self.text, index=0, field=self.text, error=self.text)
        failure = Failure(index=0, at=START, task=self.text, field=self.text, expected=1, found=2)
        play = SimpleNamespace(
            moments=[Moment(START, self.text, self.text), Moment(at(1), "check", self.text, wrong=True)],
            name=lambda _: self.text,
            found={"1": self.finding},
            failures=[failure],
            expectations=1,
            tasks={self.text: self.arn},
            verdicts=Counter(),
            currency=Counter(),
        )
        played: Any = SimpleNamespace(
            scenario=SimpleNamespace(title=self.text, file=self.text, story=f"a {self.text}"),
            play=play,
            tasks=[(self.entry, self.rows)],
            findings=[self.finding],
            passed=False,
        )
        return Replayed(
            outcome=Outcome(read=1, rejected=[rejected]),
            tasks=[(self.entry, self.rows)],
            findings=[self.finding],
            notifications=[],
            scenarios=[played],
        )

    def patches(self) -> dict[str, Any]:
        """What stands in the commands for AWS and for files."""
        ledger = SimpleNamespace(unreadable=[self.refusal], clusters=list, history=lambda _: self.rows)
        incidents = SimpleNamespace(unreadable=[self.refusal])
        queue = SimpleNamespace(url=self.text, send=lambda events: ((each, None) for each in events))
        one = {
            "deployed.stack.find": lambda _: SimpleNamespace(name=self.text, home=None),
            "verbs.tasks.query_tasks": lambda *_: ([self.entry], True),
            "verbs.tasks.findings": lambda *_, **__: [self.finding],
            "verbs.show.find_task": lambda *_: self.entry,
            "verbs.show.findings": lambda *_: [self.finding],
            "verbs.findings._select": lambda *_: [(START, self.finding)],
            "verbs.incidents._select": lambda *_: [self.incident],
            "verbs.audit.run_audit": self.audit,
            "verbs.sweep._run": self.sweep,
            "verbs.replay.replay_paths": self.replayed,
            "verbs.send.Queue": lambda _: queue,
            "verbs.send.RepeatedEvents": lambda _: [Unreadable(self.text, 0, self.refusal)],
        }
        for verb in ("tasks", "show", "findings", "incidents"):
            one[f"verbs.{verb}.deployed_ledger"] = lambda *_, **__: ledger
        for verb in ("tasks", "show"):
            one[f"verbs.{verb}.policy_in_force"] = lambda _: DEFAULT
        for verb in ("findings", "incidents"):
            one[f"verbs.{verb}.deployed_incidents"] = lambda _: incidents
        return one


@contextmanager
def world(text: str) -> Iterator[World]:
    made = World(text)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in made.patches().items():
            patch.setattr(f"taskledger.{name}", value)
        yield made


# A verb with its arguments, and how often the text is there at least.
VERBS: dict[str, tuple[tuple[str, ...], int]] = {
    "tasks": (("tasks",), 5),
    "show": (("show", "abc"), 16),
    "findings": (("findings",), 6),
    "incidents": (("incidents",), 6),
    "audit": (("audit",), 6),
    "sweep": (("sweep",), 6),
    "replay": (("replay", "x"), 20),
    "send": (("send", "x"), 4),
}


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=40)
@given(text=texts)
@example("exec: [/app/start.sh]: not found")
@example("[link=https://x]\x1b[31m\u202e\ud800\n[/]")
def test_texts_are_printed_whole_and_obeyed_by_nobody(verb: str, text: str) -> None:
    """In every field of every verb, on both outputs; the verb ends as it does with any other text."""
    arguments, often = VERBS[verb]
    with world(text):
        ran = taskledger(*arguments)
    assert ran.code in {0, 1, 2}
    assert tame(ran.out)
    assert tame(ran.err)
    assert (ran.out + ran.err).count(shown(text).strip()) >= often


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=20)
@given(text=texts)
@example("\x7f\x9b\u202e\ud800\n")
def test_json_holds_texts_to_the_letter(verb: str, text: str) -> None:
    """In ASCII without control characters: what a reader of JSON makes of it is the text."""
    arguments, _ = VERBS[verb]
    with world(text) as made:
        ran = taskledger(*arguments, "--json")
    assert ran.out.isascii()
    assert tame(ran.out)
    document = ran.document
    expected = {
        "tasks": lambda: document["tasks"][0]["stoppedReason"],
        "show": lambda: document["containers"][0]["reason"],
        "findings": lambda: document["findings"][0]["summary"],
        "audit": lambda: document["differences"][0]["field"],
        "sweep": lambda: document["errors"][0],
        "replay": lambda: document["rejected"][0]["error"],
        "send": lambda: document["rejected"][0]["error"],
    }
    if verb == "incidents":
        assert json.loads(ran.out)["incidents"][0]["clusterArn"] == made.cluster_arn
    else:
        assert expected[verb]() == text


@given(text=texts)
@settings(max_examples=40)
def test_errors_are_printed_whole_and_obeyed_by_nobody(text: str) -> None:
    """What AWS says, or a name in an ARN, stands in the one line that ends a command."""

    def refuse(_: str) -> None:
        raise Unusable(f"no: {text}.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("taskledger.deployed.stack.find", refuse)
        ran = taskledger("tasks")
    assert (ran.code, ran.out) == (2, "")
    assert tame(ran.err)
    assert "".join(map(shown, text.split("\n"))) in ran.err.replace("\n", "")


@pytest.mark.parametrize("category", sorted(HIDDEN))
def test_every_character_that_hides_is_escaped(category: str) -> None:
    """Each of its category, in the form in which Python spells it."""
    for number in range(0x110000):
        char = chr(number)
        if unicodedata.category(char) == category:
            assert shown(char).isascii()
            assert shown(char) == char.encode("unicode_escape").decode()
            if number > 0x30000:
                break
