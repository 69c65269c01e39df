"""What a deployment names by ARN is of its own place, and its clusters fit into one rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from task_ledger_cdk.config import Config, ConfigError
from task_ledger_cdk.parts.patterns import all_events
from task_ledger_cdk.parts.placement import PATTERN_LIMIT, Place, check_place
from tests.infra.contexts import ADOPTED, OWN_KEY
from tests.infra.test_app import run_app

HERE = Place(account="111122223333", region="eu-central-1")
SHOP = "arn:aws:ecs:eu-central-1:111122223333:cluster/shop"


def refusal(context: dict[str, object], place: Place) -> str:
    with pytest.raises(ConfigError) as caught:
        check_place(Config.read(context), place)
    return str(caught.value)


@pytest.mark.parametrize(
    ("key", "arn", "allowed"),
    [
        ("clusters", SHOP.replace("1111", "9999"), "those of the account 111122223333"),
        ("clusters", SHOP.replace("central", "west"), "those of the Region eu-central-1"),
        ("kmsKeyArn", OWN_KEY["kmsKeyArn"].replace("central", "west"), "those of the Region eu-central-1"),
    ],
)
def test_what_is_elsewhere_is_refused(key: str, arn: str, allowed: str) -> None:
    """Where the place is known, an ARN of another account or Region is named with its key."""
    assert f'  {key}: found "{arn}", allowed: {allowed}' in refusal({key: arn}, HERE)
    check_place(Config.read({key: arn}), Place())


def test_an_adopted_table_is_of_the_same_place() -> None:
    """A table of another Region can't be adopted: its stream is not there."""
    shown = refusal({**ADOPTED}, Place(account="111122223333", region="eu-west-1"))
    assert f'tableArn: found "{ADOPTED["tableArn"]}", allowed: those of the Region eu-west-1' in shown


def test_what_is_here_is_accepted() -> None:
    """Names, ARNs of this place and a key of another account pass."""
    key = OWN_KEY["kmsKeyArn"].replace("1111", "9999")
    check_place(Config.read({**ADOPTED, "clusters": ["shop", SHOP], "kmsKeyArn": key}), HERE)


@pytest.mark.parametrize(("old", "new"), [("1111", "9999"), ("central", "west")])
def test_scattered_clusters_are_refused(old: str, new: str) -> None:
    """Clusters of two accounts or Regions are refused also where nothing is known of the place."""
    shown = refusal({"clusters": [SHOP, SHOP.replace(old, new)]}, Place())
    assert "  clusters: found clusters of 111122223333 in eu-central-1, " in shown
    assert "allowed: those of the stack's own account and Region" in shown


def test_a_pattern_that_a_rule_cannot_hold_is_refused() -> None:
    """The last name that fits is accepted, one character more is refused with the length of the pattern."""
    names = [f"{number:02}" + "c" * 31 for number in range(20)]
    length = len(rendered(names))
    assert length < PATTERN_LIMIT
    fits = [*names[:-1], names[-1] + "c" * (PATTERN_LIMIT - length)]
    assert len(rendered(fits)) == PATTERN_LIMIT
    check_place(Config.read({"clusters": fits}), HERE)
    shown = refusal({"clusters": [*fits[:-1], fits[-1] + "c"]}, HERE)
    assert "  clusters: found names that make an event pattern of 2,049 characters, allowed: 2,048" in shown


def rendered(names: list[str]) -> str:
    """The pattern as CloudFormation hands it to EventBridge."""
    pattern = all_events([SHOP.replace("shop", name) for name in names])
    whole = {"source": pattern.source, "detail-type": pattern.detail_type, "detail": pattern.detail}
    return json.dumps(whole, separators=(",", ":"))


def test_the_app_checks_where_it_deploys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CDK's command line says where, and the synthesis ends in the explanation."""
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", "999999999999")
    monkeypatch.setenv("CDK_DEFAULT_REGION", "eu-central-1")
    failed = run_app(tmp_path, clusters=SHOP)
    assert failed.returncode == 1
    assert failed.stderr.startswith("The context is wrong, so nothing was built:\n\n  clusters: found")
    assert "those of the account 999999999999" in failed.stderr
