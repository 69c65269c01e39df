"""The policy file on its way from the deployer to the functions."""

import re
from pathlib import Path

import aws_cdk as cdk
import pytest

from reconciler.findings.policy import DEFAULT
from reconciler.settings.alerting import read_policy
from task_ledger_cdk.build.policy_file import NAME, PolicyError, deployed_policy


def layer(file: Path, folder: Path) -> Path:
    """The layer's content, as it is uploaded."""
    app = cdk.App(outdir=str(folder / "out"))
    deployed_policy(cdk.Stack(app, "Stack"), str(file), folder / "builds")
    app.synth()
    (asset,) = (folder / "out").glob("asset.*")
    return asset


def test_functions_find_what_was_deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file lies in the layer where Lambda lets functions look for modules, and they read it there."""
    file = tmp_path / "ours.toml"
    file.write_text("[minutes]\nresolve = 30\n")
    monkeypatch.syspath_prepend(str(layer(file, tmp_path) / "python"))
    policy = read_policy({"POLICY_FILE": NAME})
    assert (policy.resolve.total_seconds(), policy.remind) == (1800, DEFAULT.remind)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[minutes]\nresolv = 30\n", "minutes.resolv: is not a key here: these are protectionLead,"),
        ("resolve: 30", "policy: is not TOML"),
        (None, "POLICY_FILE: cannot be read:"),
    ],
)
def test_a_wrong_file_stops_the_synthesis(tmp_path: Path, text: str | None, shown: str) -> None:
    """With the key and what is allowed, in the words in which a function would say it."""
    file = tmp_path / "ours.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(PolicyError, match=re.escape(shown)):
        layer(file, tmp_path)


def test_the_log_groups_of_the_rules_are_known(tmp_path: Path) -> None:
    """Each once, as the roles of the functions have to name them."""
    file = tmp_path / "ours.toml"
    rule = '[[logs]]\nservice = "{}"\ngroups = {}\n'
    file.write_text(rule.format("a", '["/ecs/b", "/ecs/a"]') + rule.format("b", '["/ecs/b"]'))
    stack = cdk.Stack(cdk.App(outdir=str(tmp_path / "out")), "Stack")
    assert deployed_policy(stack, str(file), tmp_path / "builds").log_groups == ["/ecs/a", "/ecs/b"]
