"""What the environment may say, and the error that names the variable where it is wrong."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidInput
from reconciler.findings.policy import DEFAULT
from reconciler.parsing.home import Home
from reconciler.settings.alerting import AlertSettings, read_alert_on_replay, read_policy
from reconciler.settings.ledger import LedgerSettings
from reconciler.settings.sweep import SweepSettings

Read = Callable[[Mapping[str, str]], object]

NUMBERS: list[tuple[Read, str]] = [
    (LedgerSettings.read, "LEDGER_RETENTION_DAYS"),
    (SweepSettings.read, "SWEEP_CALLS_PER_SECOND"),
    (read_policy, "PROTECTION_LEAD_MINUTES"),
]
TABLE = {"LEDGER_TABLE_NAME": "ledger", "LEDGER_RETENTION_DAYS": "90"}
PACE = {"SWEEP_CALLS_PER_SECOND": "10"}


def test_settings_hold_what_the_stack_sets() -> None:
    """The table with its retention, and the budget of calls; the policy alone has a default."""
    assert LedgerSettings.read(TABLE) == LedgerSettings(table_name="ledger", retention=timedelta(days=90))
    assert SweepSettings.read(PACE) == SweepSettings(clusters=(), calls_per_second=10)
    assert read_policy({}) == DEFAULT
    assert read_policy({"PROTECTION_LEAD_MINUTES": "30"}).protection_lead == timedelta(minutes=30)


def test_the_home_is_an_account_and_a_region() -> None:
    """Both are set, or neither: then events of anywhere are taken."""
    assert LedgerSettings.read(TABLE).home is None
    here = {"LEDGER_ACCOUNT": "111122223333", "LEDGER_REGION": "eu-central-1"}
    assert LedgerSettings.read(TABLE | here).home == Home("111122223333", "eu-central-1")
    for name in here:
        with pytest.raises(InvalidInput) as caught:
            LedgerSettings.read(TABLE | here | {name: ""})
        assert caught.value.field == name


@pytest.mark.parametrize("clusters", ["", " ", ",", " , ,"])
def test_no_clusters_named_are_all(clusters: str) -> None:
    """An empty list restricts nothing."""
    assert SweepSettings.read(PACE | {"CLUSTERS": clusters}).clusters == ()


def test_clusters_by_name_or_arn() -> None:
    """Names and ARNs are kept in order, without the spaces around them."""
    arn = "arn:aws:ecs:eu-central-1:111122223333:cluster/shop"
    assert SweepSettings.read(PACE | {"CLUSTERS": f"batch, {arn},"}).clusters == ("batch", arn)


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (LedgerSettings.read, "LEDGER_TABLE_NAME"),
        (LedgerSettings.read, "LEDGER_RETENTION_DAYS"),
        (SweepSettings.read, "SWEEP_CALLS_PER_SECOND"),
        (AlertSettings.read, "ALERT_TOPIC_ARN"),
        (read_alert_on_replay, "ALERT_ON_REPLAY"),
    ],
)
def test_what_has_no_default_is_required(read: Read, name: str) -> None:
    """A variable that is missing or empty is named in the error."""
    for value in ({}, {name: ""}):
        with pytest.raises(InvalidInput, match=f"^{name}: is not set"):
            read({each: text for each, text in TABLE.items() if each != name} | value)


@pytest.mark.parametrize(("read", "name"), NUMBERS)
def test_numbers_are_above_zero(read: Read, name: str) -> None:
    """A whole number is taken; for anything else the error names the variable."""
    for fine in ("1", "3650", "007"):
        read({**TABLE, name: fine})
    for wrong in ("0", "-1", "1.5", " 5", "five", "\u0665", "9" * 5000):
        with pytest.raises(InvalidInput, match=f"^{name}: must be a whole number above zero") as caught:
            read({**TABLE, name: wrong})
        assert len(str(caught.value)) < 200


@given(st.sampled_from([*NUMBERS, (read_alert_on_replay, "ALERT_ON_REPLAY")]), st.text(max_size=30))
def test_any_text_is_taken_or_refused_by_name(setting: tuple[Read, str], value: str) -> None:
    """Nothing but `InvalidInput` with the variable's name comes of any value."""
    read, name = setting
    refused = ""
    try:
        read({**TABLE, name: value})
    except InvalidInput as error:
        refused = error.field
    assert refused in {"", name}
