"""Which prices a policy may set, and how a mistake in them is reported."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.costs.prices import BUILT_IN, KEYS
from reconciler.errors import InvalidInput
from reconciler.findings.policy import DEFAULT, Policy
from reconciler.findings.policy_file import parse, policy_document, read_document

FOUND = """
[prices.eu-central-1]
vcpu = 0.04656
gb = 0
spot_arm_vcpu = 1.2e-3
[prices.us-gov-west-1]
storage_gb = 0.000000000001
"""
TABLE = "[prices.eu-west-1]\n"
GB = "prices.eu-west-1.gb"
REGIONS = "must be a table of Regions, such as [prices.eu-central-1]; found "
ALLOWED = "must be US dollars an hour from 0 to 100, with at most 12 decimals; found "


def test_prices_are_as_written() -> None:
    """To the last decimal, whatever floats make of them."""
    assert parse(FOUND).prices == {
        "eu-central-1": {
            "vcpu": Decimal("0.04656"),
            "gb": Decimal(0),
            "spot_arm_vcpu": Decimal("0.0012"),
        },
        "us-gov-west-1": {"storage_gb": Decimal("0.000000000001")},
    }
    assert DEFAULT.prices == {}


regions = st.sampled_from([*BUILT_IN, "eu-central-1", "ap-southeast-12", "us-gov-east-1"])
prices = st.integers(0, 100 * 10**12).map(lambda units: Decimal(units).scaleb(-12))


@given(st.dictionaries(regions, st.dictionaries(st.sampled_from(KEYS), prices)))
def test_a_document_holds_all_prices(known: dict[str, dict[str, Decimal]]) -> None:
    """Through JSON, exactly, and as a file has them."""
    policy = Policy(prices=known)
    assert read_document(json.loads(json.dumps(policy_document(policy)))) == policy
    tables = (
        f"[prices.{region}]\n" + "".join(f"{key} = {price:f}\n" for key, price in table.items())
        for region, table in known.items()
    )
    assert parse("".join(tables)) == policy


def test_a_document_of_an_earlier_version() -> None:
    """It has no prices, so those that are built in count."""
    document = policy_document(DEFAULT)
    del document["prices"]
    assert read_document(document) == DEFAULT


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        ("prices = 3", "prices", "must be a table of Regions, each written [prices.REGION]; found 3"),
        ("[prices]\nvcpu = 1", "prices", REGIONS + '"vcpu"'),
        ("[prices.Frankfurt]", "prices", REGIONS + '"Frankfurt"'),
        ("[prices]\neu-west-1 = 1", "prices.eu-west-1", "must be a table, written [prices.eu-west-1]"),
        (TABLE + "vCPU = 1", "prices.eu-west-1.vCPU", "is not a key here: these are vcpu, gb, arm_vcpu"),
        (TABLE + "gb = -1", GB, ALLOWED + "-1"),
        (TABLE + "gb = 101", GB, ALLOWED + "101"),
        (TABLE + "gb = 1e400", GB, ALLOWED),
        (TABLE + "gb = nan", GB, ALLOWED),
        (TABLE + "gb = 1e-13", GB, ALLOWED),
        (TABLE + "gb = 0.12345678901234", GB, ALLOWED),
        (TABLE + "gb = true", GB, ALLOWED),
        (TABLE + 'gb = "0.1"', GB, ALLOWED + '"0.1"'),
    ],
)
def test_mistakes_are_named(text: str, field: str, problem: str) -> None:
    """The wrong key is named by its path, with what is allowed there."""
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert caught.value.field == field
    assert caught.value.problem.startswith(problem)
