"""What a life costs, or why nobody knows it."""

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.costs.lives import Reason, Unpriced, cost_of
from reconciler.costs.prices import BUILT_IN, KEYS
from reconciler.model.task import Container
from tests.support.priced import fargate
from tests.support.values import START, at

HOUR = timedelta(hours=1)
BARE: dict[str, Any] = {"cpu_architecture": None, "ephemeral_storage": None}
WINDOWS: dict[str, Any] = {"platform_family": "WINDOWS_SERVER_2022_CORE", "platform_version": "1.0.0"}
ONES = {key: Decimal(number) for number, key in enumerate(KEYS, 1)}


def cost(own: Any = None, **values: Any) -> Any:
    state = fargate(**values)
    return cost_of(state, state.stopped_at, own or {})


def lacks(*keys: str) -> Unpriced:
    return Unpriced(Reason.PRICE_UNKNOWN, tuple(f"prices.{key}" for key in keys))


def test_the_check_value() -> None:
    """A quarter of a vCPU and half a GB for ten minutes in us-east-1 are $0.002057."""
    assert cost() == Decimal("0.002057083333")


@pytest.mark.parametrize(
    ("values", "hourly"),
    [
        ({}, "0.0123425"),
        ({"cpu": 1024, "memory": 3072}, "0.053815"),
        ({"cpu_architecture": "arm64"}, "0.009875"),
        ({"ephemeral_storage": 120}, "0.0234425"),
        ({"ephemeral_storage": 0}, "0.0123425"),
        ({"capacity_provider_name": "FARGATE"}, "0.0123425"),
        ({"capacity_provider_name": "FARGATE", "launch_type": None}, "0.0123425"),
        ({"platform_family": "Linux", "platform_version": None}, "0.0123425"),
        ({"platform_version": "1.3.0", **BARE}, "0.0123425"),
        ({"platform_version": "1.0.0", "platform_family": "Linux", **BARE}, "0.0123425"),
        (WINDOWS, "0.039395"),
        (WINDOWS | {"cpu_architecture": None}, "0.039395"),
        ({"cluster_arn": "arn:aws:ecs:eu-west-2:111122223333:cluster/shop"}, "0.014195"),
    ],
)
def test_an_hour(values: dict[str, Any], hourly: str) -> None:
    """By size, processor, platform, storage above 20 GiB and Region."""
    assert cost(stopped_at=START + HOUR, **values) == Decimal(hourly)


@pytest.mark.parametrize(
    ("lasted", "values", "seconds"),
    [
        (0, {}, 60),
        (59.9, {}, 60),
        (60, {}, 60),
        (60.001, {}, 61),
        (3600, {}, 3600),
        (1, WINDOWS, 300),
        (301, WINDOWS, 301),
    ],
)
def test_each_second_that_began(lasted: float, values: dict[str, Any], seconds: int) -> None:
    """At least a minute, on Windows five."""
    own = {"us-east-1": dict.fromkeys(KEYS, Decimal("0.36"))}
    sizes = (256 + 512 + (256 if values else 0)) * seconds
    expected = Fraction(36, 100) * sizes / 1024 / 3600
    amount = Decimal(expected.numerator) / expected.denominator
    assert cost(own, stopped_at=at(lasted), **values) == round(amount, 12)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"launch_type": "EC2"}, Reason.NOT_ON_FARGATE),
        ({"launch_type": "EXTERNAL"}, Reason.NOT_ON_FARGATE),
        ({"launch_type": "MANAGED_INSTANCES"}, Reason.NOT_ON_FARGATE),
        ({"launch_type": None, "capacity_provider_name": "my-hosts"}, Reason.NOT_ON_FARGATE),
        ({"launch_type": None}, Reason.LAUNCH_UNKNOWN),
        ({"capacity_provider_name": "my-hosts"}, Reason.LAUNCH_UNKNOWN),
        ({"cpu": None}, Reason.SIZE_UNKNOWN),
        ({"memory": None}, Reason.SIZE_UNKNOWN),
        ({"cpu": None, "pull_started_at": None}, Reason.SIZE_UNKNOWN),
        ({"ephemeral_storage": None}, Reason.SIZE_UNKNOWN),
        ({"stopped_at": None}, Reason.TIMES_UNKNOWN),
        ({"stopped_at": at(-1)}, Reason.TIMES_UNKNOWN),
        ({"pull_started_at": None, "stopped_at": None}, Reason.TIMES_UNKNOWN),
        ({"pull_started_at": None, "started_at": START}, Reason.TIMES_UNKNOWN),
        ({"pull_started_at": None, "last_status": "RUNNING"}, Reason.TIMES_UNKNOWN),
        ({"pull_started_at": None, "containers": (Container(name="a", exit_code=1),)}, Reason.TIMES_UNKNOWN),
        ({"cpu_architecture": None}, Reason.PLATFORM_UNKNOWN),
        ({"cpu_architecture": "riscv"}, Reason.PLATFORM_UNKNOWN),
        ({"platform_version": None}, Reason.PLATFORM_UNKNOWN),
        ({"platform_version": "LATEST"}, Reason.PLATFORM_UNKNOWN),
        ({"platform_version": "1.0.0"}, Reason.PLATFORM_UNKNOWN),
        ({"platform_family": "Solaris"}, Reason.PLATFORM_UNKNOWN),
        (WINDOWS | {"cpu_architecture": "arm64"}, Reason.PLATFORM_UNKNOWN),
        (WINDOWS | {"capacity_provider_name": "FARGATE_SPOT"}, Reason.PLATFORM_UNKNOWN),
    ],
)
def test_why_nobody_knows(values: dict[str, Any], expected: Reason) -> None:
    """What a price depends on has to be known; nothing is assumed in its place."""
    assert cost(**values) == Unpriced(expected)


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        ({"capacity_provider_name": "FARGATE_SPOT"}, ("us-east-1.spot_vcpu", "us-east-1.spot_gb")),
        (
            {"capacity_provider_name": "FARGATE_SPOT", "launch_type": None, "cpu_architecture": "arm64"},
            ("us-east-1.spot_arm_vcpu", "us-east-1.spot_arm_gb"),
        ),
        (
            {"cluster_arn": "arn:aws:ecs:eu-west-2:111122223333:cluster/shop", **WINDOWS},
            ("eu-west-2.windows_vcpu", "eu-west-2.windows_gb", "eu-west-2.windows_licence_vcpu"),
        ),
        (
            {"cluster_arn": "arn:aws:ecs:eu-central-1:111122223333:cluster/shop", "ephemeral_storage": 21},
            ("eu-central-1.vcpu", "eu-central-1.gb", "eu-central-1.storage_gb"),
        ),
    ],
)
def test_a_price_that_is_missing_is_named(values: dict[str, Any], keys: tuple[str, ...]) -> None:
    """By all keys of the policy file that have to be set."""
    assert cost(**values) == lacks(*keys)


def test_nothing_was_pulled() -> None:
    """It cost nothing, whatever the prices are."""
    assert cost(pull_started_at=None, cluster_arn="arn:aws:ecs:eu-central-1:1:cluster/shop") == 0


def test_the_policy_goes_first() -> None:
    """Key by key, and in its Region alone."""
    assert cost({"us-east-1": {"gb": Decimal(0)}}) == Decimal("0.001686666667")
    assert cost({"us-east-1": {"vcpu": Decimal(0), "gb": Decimal(0)}}) == 0
    assert cost({"eu-west-2": ONES}) == cost()


tasks = st.fixed_dictionaries(
    {
        "launch_type": st.sampled_from(["FARGATE", None, "EC2"]),
        "capacity_provider_name": st.sampled_from([None, "FARGATE", "FARGATE_SPOT", "other"]),
        "cpu": st.none() | st.integers(1, 2**31),
        "memory": st.none() | st.integers(1, 2**31),
        "ephemeral_storage": st.none() | st.integers(0, 2**31),
        "cpu_architecture": st.sampled_from([None, "x86_64", "arm64"]),
        "platform_family": st.sampled_from([None, "Linux", "WINDOWS_SERVER_2019_FULL"]),
        "platform_version": st.sampled_from([None, "1.4.0", "1.3.0", "1.0.0"]),
        "pull_started_at": st.none() | st.just(START),
        "stopped_at": st.none() | st.datetimes(timezones=st.just(UTC)),
    }
)


@given(tasks, st.sets(st.sampled_from(KEYS)))
def test_no_price_stands_in_for_another(values: dict[str, Any], known: set[str]) -> None:
    """What lacks a price has none, whichever others are known; what has one is by its own prices alone."""
    region = "eu-central-1"
    state = replace(fargate(**values), cluster_arn=f"arn:aws:ecs:{region}:111122223333:cluster/shop")
    everything = cost_of(state, state.stopped_at, {region: ONES})
    needed = cost_of(state, state.stopped_at, {"us-east-1": ONES})
    keys = {key.rpartition(".")[2] for key in needed.keys} if isinstance(needed, Unpriced) else set[str]()
    some = cost_of(state, state.stopped_at, {region: {key: ONES[key] for key in known}, **BUILT_IN})
    if keys <= known:
        assert some == everything
    else:
        assert isinstance(some, Unpriced)
        assert {key.rpartition(".")[2] for key in some.keys} == keys - known
    assert bool(keys) <= (not isinstance(everything, Unpriced))
    spot, arm = values["capacity_provider_name"] == "FARGATE_SPOT", values["cpu_architecture"] == "arm64"
    assert all(("spot" in key) == spot and ("arm" in key) == arm for key in keys - {"storage_gb"})
