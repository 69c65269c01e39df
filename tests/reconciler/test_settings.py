"""What the environment may say, and how it is told that it may not."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidInput
from reconciler.findings.policy import DEFAULT
from reconciler.settings import LedgerSettings, SweepSettings, read_policy

Read = Callable[[Mapping[str, str]], object]

NUMBERS: list[tuple[Read, str, int]] = [
    (LedgerSettings.read, "LEDGER_RETENTION_DAYS", 3650),
    (SweepSettings.read, "SWEEP_CALLS_PER_SECOND", 100),
    (read_policy, "PROTECTION_LEAD_MINUTES", 2880),
    (read_policy, "PROTECTION_LIMIT_MINUTES", 525600),
    (read_policy, "AFTER_EXPIRY_MINUTES", 1440),
]
TABLE = {"LEDGER_TABLE_NAME": "ledger"}


def test_defaults_need_no_environment() -> None:
    """But for the table's name, all has a default: the policy's, ten calls a second, every cluster."""
    assert LedgerSettings.read(TABLE) == LedgerSettings(table_name="ledger", retention=timedelta(days=90))
    assert SweepSettings.read({}) == SweepSettings(clusters=(), calls_per_second=10)
    assert read_policy({}) == DEFAULT


def test_policy_of_the_environment() -> None:
    """Each limit is told in minutes; states that are not named keep theirs."""
    policy = read_policy(
        {
            "PROTECTION_LEAD_MINUTES": "30",
            "PROTECTION_LIMIT_MINUTES": "600",
            "AFTER_EXPIRY_MINUTES": "5",
            "STUCK_MINUTES": " PENDING=15, STOPPING=20 ,",
        }
    )
    assert (policy.lead, policy.protected, policy.after_expiry) == tuple(
        timedelta(minutes=minutes) for minutes in (30, 600, 5)
    )
    changed = {"PENDING": timedelta(minutes=15), "STOPPING": timedelta(minutes=20)}
    assert policy.transitions == {**DEFAULT.transitions, **changed}


@pytest.mark.parametrize("told", ["", " ", ",", " , ,"])
def test_no_clusters_named_are_all(told: str) -> None:
    """An empty list restricts nothing."""
    assert SweepSettings.read({"CLUSTERS": told}).clusters == ()


def test_clusters_by_name_or_arn() -> None:
    """Names and ARNs are kept in order, without the spaces around them."""
    arn = "arn:aws:ecs:eu-central-1:111122223333:cluster/shop"
    assert SweepSettings.read({"CLUSTERS": f"batch, {arn},"}).clusters == ("batch", arn)


@pytest.mark.parametrize("environment", [{}, {"LEDGER_TABLE_NAME": ""}])
def test_the_table_has_to_be_named(environment: Mapping[str, str]) -> None:
    """What has no default is asked for by the variable's name."""
    with pytest.raises(InvalidInput, match=r"^LEDGER_TABLE_NAME: is not set"):
        LedgerSettings.read(environment)


@pytest.mark.parametrize(("read", "name", "most"), NUMBERS)
def test_numbers_have_limits(read: Read, name: str, most: int) -> None:
    """The least and the most are taken; beyond them the error says the variable and what it may be."""
    for fine in ("1", str(most), "007"):
        read({**TABLE, name: fine})
    for wrong in ("0", str(most + 1), "-1", "1.5", "", " 5", "five", "\u0665", "9" * 5000):
        with pytest.raises(InvalidInput, match=f"^{name}: must be a whole number from 1 to {most}") as caught:
            read({**TABLE, name: wrong})
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    "wrong", ["RUNNING=5", "PENDING", "PENDING=", "=5", "PENDING=1441", "PENDING:5", "5"]
)
def test_stuck_minutes_must_name_a_passing_state(wrong: str) -> None:
    """A state that may last, or a limit that is none, is refused by the variable's name."""
    with pytest.raises(InvalidInput, match=r"^STUCK_MINUTES: "):
        read_policy({"STUCK_MINUTES": f"STOPPING=20,{wrong}"})


@given(st.sampled_from([*NUMBERS, (read_policy, "STUCK_MINUTES", 0)]), st.text(max_size=30))
def test_any_text_is_taken_or_refused_by_name(setting: tuple[Read, str, int], told: str) -> None:
    """Whatever the environment says, nothing but `InvalidInput` with the variable's name comes of it."""
    read, name, _ = setting
    refused = ""
    try:
        read({**TABLE, name: told})
    except InvalidInput as error:
        refused = error.field
    assert refused in {"", name}
