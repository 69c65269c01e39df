"""docs/operations.md: whoever is called at night finds there what is deployed, by its name."""

import re

import pytest

from task_ledger_cdk.config import Config
from taskledger.main import main
from tests.infra import idle_table
from tests.infra.synthesised import ROOT, Synthesised

DOCS = ROOT / "docs"
TEXT = (DOCS / "operations.md").read_text("utf-8")
PAGES = {name: (DOCS / f"{name}.md").read_text("utf-8") for name in ("operations", "data", "restore")}


def test_each_alarm_has_its_row(stack: Synthesised, other: Synthesised) -> None:
    """Every alarm is in the table, also of what is chosen, and no row is left of one that is gone."""
    paths = (path for each in (stack, other) for path in each.of_type("AWS::CloudWatch::Alarm"))
    alarms = {path.removeprefix("Alerts/") for path in paths}
    section = TEXT.split("## The alarms")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == alarms


def test_the_alarms_of_the_operations_topic_are_named(other: Synthesised) -> None:
    """The page names the alarms that notify the operations topic, all of them and no others."""
    notifying = {
        path.removeprefix("Alerts/")
        for path, each in other.of_type("AWS::CloudWatch::Alarm").items()
        if each["AlarmActions"] == ["${Operations/Topic}"]
    }
    (named,) = re.findall(r"To the operations topic go (.*?): ", TEXT, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", named)) == notifying


@pytest.mark.parametrize("page", PAGES)
def test_outputs_are_there(stack: Synthesised, page: str) -> None:
    """Commands ask for outputs that the stack has."""
    asked = set(re.findall(r"\(output (\w+)\)", PAGES[page]))
    assert asked
    assert asked <= stack.outputs().keys()


def test_what_functions_may_ask_is_there(stack: Synthesised) -> None:
    """Each function's actions of ECS are in its row, all of them and no others."""
    section = TEXT.split("**What a function may ask**")[1].split("\n## ")[0]
    rows = 0
    for name, actions in re.findall(r"^\| (\w+) \| (.*`.*) \|$", section, re.MULTILINE):
        own = set(re.findall(r"`(\w+)`", actions))
        rows += 1
        statements = stack.statements(f"{name.title()}/Role")
        allowed = {each.removeprefix("ecs:") for one in statements for each in one.actions if "ecs:" in each}
        assert allowed == own, name
    assert rows == 4


def test_targets_and_verbs_are_there() -> None:
    """What is to be typed exists: targets of the Makefile, and verbs of the command line."""
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"deploy", "cdk"} <= set(re.findall(r"\bmake ([a-z]+)", TEXT)) <= targets
    assert {"sweep", "audit"} <= set(re.findall(r"\btaskledger ([a-z]+)", TEXT)) <= main.commands.keys()


def test_the_cost_is_that_of_the_archive(stack: Synthesised) -> None:
    """What the pages say of the archive's time is the default, in words and in the sum."""
    (archive,) = stack.of_type("AWS::Events::Archive").values()
    days = archive["RetentionDays"]
    cost = round(3 * 0.10 + 3 * 0.023 * days / 30, 2)
    assert re.search(rf"^\| archive, {days} days \|.* x {days}/30 \| {cost} \|$", TEXT, re.MULTILINE)
    assert f"for {days} days by default" in TEXT.split("## Replay the archive")[1]
    assert f"| archive | {days} days (`archiveDays`) | **yes** |" in PAGES["data"]


def test_the_idle_cost_is_that_of_the_stack(stack: Synthesised) -> None:
    """The table says what the template has; `python -m tests.infra.idle_table` writes it anew."""
    assert idle_table.page(stack) == TEXT


def test_what_keeps_raw_events_is_named(stack: Synthesised) -> None:
    """Each queue has its row in the table of data, with its time, and so have the keys that set a time."""
    rows = PAGES["data"].split("## What is where")[1].split("\n## ")[0]
    queues = {
        "Intake/EventQueue": r"event queue \| until recorded, at most 4 days \| \*\*yes",
        "Intake/EventDeadLetters/Queue": r"queue's dead letters \| 14 days from their arrival \| \*\*yes",
        "Intake/RuleDeadLetters/Queue": r"the rules' dead letters \| 14 days \| \*\*yes",
        "ChangeDeadLetters/Queue": r"the stream's dead letters \| 14 days \| no",
    }
    assert queues.keys() == stack.of_type("AWS::SQS::Queue").keys()
    assert [row for row in queues.values() if not re.search(row, rows)] == []
    defaults = Config()
    for key, days in (
        ("retentionDays", defaults.retention_days),
        ("logRetentionDays", defaults.log_retention_days),
        ("archiveDays", defaults.archive_days),
    ):
        assert re.search(rf"\b{days} days[^|]*\(`{key}`\)", rows)


def test_each_way_to_purge_is_there() -> None:
    """Every row of the table of data links to a section that exists, or says why there is none."""
    page = PAGES["data"]
    headings = re.findall(r"^### (.+)$", page.split("## Purge")[1], re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    table = page.split("## What is where")[1].split("\n## ")[0]
    purges = [line.split(" | ")[-1] for line in table.splitlines() if line.startswith("| ")][2:]
    linked = {anchor for each in purges for anchor in re.findall(r"\(#([a-z-]+)\)", each)}
    assert linked == anchors
    unlinked = {each.removesuffix(" |") for each in purges if "(#" not in each}
    assert unlinked == {"it can't be purged", "they can't be purged", "at the subscribers"}
