"""The stack as a whole: what it says, what it uploads, and what synthesising it needs."""

import json
import re
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from task_ledger_cdk.build import bytecode
from task_ledger_cdk.build.assets import FUNCTIONS, function_code
from tests.infra.synthesised import Synthesised


def test_outputs_are_the_contract(stack: Synthesised) -> None:
    """Scripts and the command line find things by these names."""
    assert stack.outputs() == {
        "EventQueueUrl": "${Intake/EventQueue}",
        "EventDeadLetterQueueUrl": "${Intake/EventDeadLetters/Queue}",
        "RuleDeadLetterQueueUrl": "${Intake/RuleDeadLetters/Queue}",
        "ChangeDeadLetterQueueUrl": "${ChangeDeadLetters/Queue}",
        "EventRuleArn": "${Intake/TaskEvents.Arn}",
        "ServiceEventRuleArn": "${Intake/ServiceEvents.Arn}",
        "EventArchiveArn": "${Intake/Archive/Archive.Arn}",
        "LedgerTableName": "${Ledger/Table}",
        "AlertTopicArn": "${Alerts/Topic}",
        "OperationsTopicArn": "${Operations/Topic}",
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


@pytest.mark.parametrize(
    ("choices", "expected"), [("stack", True), ("other", False), ("keyed", True), ("adopted", True)]
)
def test_a_stack_that_keeps_its_table_is_kept(
    choices: str,
    expected: bool,  # noqa: FBT001 - a table
    request: pytest.FixtureRequest,
) -> None:
    """Unless -c removalPolicy=destroy is chosen, CloudFormation refuses to delete the stack."""
    synthesised = request.getfixturevalue(choices)
    manifest = json.loads((synthesised.folder / "manifest.json").read_text("utf-8"))
    (properties,) = (
        each["properties"]
        for each in manifest["artifacts"].values()
        if each["type"] == "aws:cloudformation:stack"
    )
    assert properties.get("terminationProtection", False) is expected


@pytest.mark.parametrize("choices", ["stack", "other", "keyed", "adopted"])
def test_nothing_is_found_against_it(choices: str, request: pytest.FixtureRequest) -> None:
    """Both packs of cdk-nag pass, whatever is chosen."""
    found = reports(request.getfixturevalue(choices))
    assert found.keys() >= {"AwsSolutions", "Serverless"}
    assert {name: each["violations"] for name, each in found.items()} == {name: [] for name in found}


def test_each_exception_has_its_reason_beside_it(stack: Synthesised) -> None:
    """What is acknowledged is so at one resource or role, never for the stack, and says why."""
    for report in reports(stack).values():
        for each in report["suppressedViolations"]:
            assert each["acknowledgedAt"].count("/") >= 2
            assert len(each["reason"]) > 30


@pytest.mark.parametrize("compiled", [True, False])
def test_only_the_package_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compiled: bool) -> None:  # noqa: FBT001
    """What lies about beside the package or in it is neither uploaded nor part of the hash."""
    monkeypatch.setattr(bytecode, "possible", lambda: compiled)
    clean, littered = tmp_path / "clean", tmp_path / "littered"
    for folder in (clean, littered):
        write_package(folder)
    for litter in (".mypy_cache/a", "task.egg-info/b", "reconciler/__pycache__/c.pyc", "notes.txt"):
        (littered / litter).parent.mkdir(exist_ok=True)
        (littered / litter).write_text("litter")
    first, second = staged(clean, tmp_path), staged(littered, tmp_path)
    modules = {"reconciler/__init__.py", "reconciler/handlers/observe.py"}
    assert first.name == second.name
    assert (
        files(first) == files(second) == modules | {cache_from_source(each) for each in modules if compiled}
    )


def test_what_is_edited_on_the_console_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiled file of what a module was before does not stand in for it."""
    monkeypatch.setattr(bytecode, "possible", lambda: True)
    write_package(tmp_path)
    asset = staged(tmp_path, tmp_path)
    (asset / "reconciler" / "handlers" / "observe.py").write_text("handler = 'edited'\n")
    code = "from reconciler.handlers.observe import handler; print(handler)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=asset, capture_output=True, check=True)
    assert ran.stdout == b"edited\n"


def write_package(folder: Path) -> None:
    (folder / "reconciler" / "handlers").mkdir(parents=True)
    (folder / "reconciler" / "__init__.py").write_text("")
    (folder / "reconciler" / "handlers" / "observe.py").write_text("handler = print\n")


def files(asset: Path) -> set[str]:
    return {str(each.relative_to(asset)) for each in asset.rglob("*") if each.is_file()}


def staged(folder: Path, tmp_path: Path) -> Path:
    """The asset made of a folder of functions; its name has the hash."""
    outdir = tmp_path / f"out-{folder.name}"
    app = cdk.App(outdir=str(outdir))
    lambda_.Function(
        cdk.Stack(app, "Stack"),
        "Function",
        code=function_code(folder, tmp_path / f"builds-{folder.name}"),
        handler="reconciler.handlers.observe.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )
    app.synth()
    (asset,) = outdir.glob("asset.*")
    return asset


def test_the_functions_are_complete(stack: Synthesised) -> None:
    """Every module of the package is in what ships."""
    key = stack["Observe/Function"]["Code"]["S3Key"].removesuffix(".zip")
    asset = stack.folder / f"asset.{key}"
    modules = {each.relative_to(FUNCTIONS) for each in (FUNCTIONS / "reconciler").rglob("*.py")}
    assert {each.relative_to(asset) for each in asset.rglob("*.py")} == modules
