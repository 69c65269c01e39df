"""docs/operations.md: whoever is called at night finds there what is deployed, by its name."""

import re

from taskledger.main import main
from tests.infra.synthesised import ROOT, Synthesised

TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8")


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


def test_outputs_are_there(stack: Synthesised) -> None:
    """Commands ask for outputs that the stack has."""
    asked = set(re.findall(r"\(output (\w+)\)", TEXT))
    assert asked
    assert asked <= stack.outputs().keys()


def test_targets_and_verbs_are_there() -> None:
    """What is to be typed exists: targets of the Makefile, and verbs of the command line."""
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {"deploy", "cdk"} <= set(re.findall(r"\bmake ([a-z]+)", TEXT)) <= targets
    assert {"sweep", "audit"} <= set(re.findall(r"\btaskledger ([a-z]+)", TEXT)) <= main.commands.keys()
