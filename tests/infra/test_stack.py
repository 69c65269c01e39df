"""The stack as a whole: what it tells, what it uploads, and what synthesising it needs."""

import json
import re
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from infra.assets import FUNCTIONS, function_code
from tests.infra.synthesised import Synthesised


def test_outputs_are_the_contract(stack: Synthesised) -> None:
    """Scripts and the command line find things by these names."""
    assert stack.outputs() == {
        "EventQueueUrl": "${Intake/EventQueue}",
        "EventDeadLetterQueueUrl": "${Intake/EventDeadLetters/Queue}",
        "LedgerTableName": "${Ledger/Table}",
        "AlertTopicArn": "${Alerts/Topic}",
        "SweepFunctionName": "${Sweep/Function}",
        "WatchFunctionName": "${Watch/Function}",
        "DashboardName": "TaskLedger-${AWS::Region}",
    }


def test_stacks_can_stand_beside_each_other(other: Synthesised) -> None:
    """No name is fixed but those of alarms and dashboard, which begin with the stack's."""
    named = re.findall(r'"(\w*Name)": "([^"$]+)"', json.dumps(other.template))
    fixed = {value for key, value in named if key in {"AlarmName", "DashboardName", "TableName", "QueueName"}}
    assert {name.split("-")[0] for name in fixed} == {"Other"}
    assert other.outputs()["DashboardName"].startswith("Other-")


def test_no_partition_is_written_down(stack: Synthesised) -> None:
    """The stack deploys to every partition: no ARN in it says which one."""
    assert "arn:aws" not in stack.template_file.read_text("utf-8")


def test_tags_are_on_the_resources(other: Synthesised) -> None:
    """-c tags is on what holds data and on what runs."""
    expected = [{"Key": "env", "Value": "live"}, {"Key": "team", "Value": "shop"}]
    (replica,) = other["Ledger/Table"]["Replicas"]
    assert replica["Tags"] == expected
    assert all(each["Tags"] == expected for each in other.of_type("AWS::Lambda::Function").values())


def reports(stack: Synthesised) -> dict[str, Any]:
    """What each validation found, by its name."""
    report = json.loads((stack.folder / "validation-report.json").read_text("utf-8"))
    return {each["pluginName"]: each for each in report["pluginReports"]}


@pytest.mark.parametrize("choices", ["stack", "other"])
def test_nothing_is_found_against_it(choices: str, request: pytest.FixtureRequest) -> None:
    """Both packs of cdk-nag pass, whatever is chosen."""
    found = reports(request.getfixturevalue(choices))
    assert found.keys() >= {"AwsSolutions", "Serverless"}
    assert {name: each["violations"] for name, each in found.items()} == {name: [] for name in found}


def test_each_exception_has_its_reason_beside_it(stack: Synthesised) -> None:
    """What is acknowledged is so at one resource or role, never for the stack, and tells why."""
    for report in reports(stack).values():
        for each in report["suppressedViolations"]:
            assert each["acknowledgedAt"].count("/") >= 2
            assert len(each["reason"]) > 30


def test_only_the_package_ships(tmp_path: Path) -> None:
    """What lies about beside the package or in it is neither uploaded nor part of the hash."""
    clean, littered = tmp_path / "clean", tmp_path / "littered"
    for folder in (clean, littered):
        (folder / "reconciler" / "handlers").mkdir(parents=True)
        (folder / "reconciler" / "__init__.py").write_text("")
        (folder / "reconciler" / "handlers" / "observe.py").write_text("handler = print\n")
    for litter in (".mypy_cache/a", "task.egg-info/b", "reconciler/__pycache__/c.pyc", "notes.txt"):
        (littered / litter).parent.mkdir(exist_ok=True)
        (littered / litter).write_text("litter")
    (first, content), (second, same_content) = (staged(each, tmp_path) for each in (clean, littered))
    assert first == second
    assert content == same_content == {"reconciler/__init__.py", "reconciler/handlers/observe.py"}


def staged(folder: Path, tmp_path: Path) -> tuple[str, set[str]]:
    """The name, with the hash, and the files of the asset made of a folder of functions."""
    outdir = tmp_path / f"out-{folder.name}"
    app = cdk.App(outdir=str(outdir))
    lambda_.Function(
        cdk.Stack(app, "Stack"),
        "Function",
        code=function_code(folder),
        handler="reconciler.handlers.observe.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )
    app.synth()
    (asset,) = outdir.glob("asset.*")
    return asset.name, {str(each.relative_to(asset)) for each in asset.rglob("*") if each.is_file()}


def test_the_functions_are_complete(stack: Synthesised) -> None:
    """Every module of the package is in what ships."""
    key = stack["Observe/Function"]["Code"]["S3Key"].removesuffix(".zip")
    asset = stack.folder / f"asset.{key}"
    modules = {each.relative_to(FUNCTIONS) for each in (FUNCTIONS / "reconciler").rglob("*.py")}
    assert {each.relative_to(asset) for each in asset.rglob("*.py")} == modules
