"""Sums of what lives cost, and how people read them."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.costs.lives import Cost, Reason, Unpriced
from reconciler.costs.total import Total, total_of
from reconciler.costs.usd import dollars, money, units

amounts = st.integers(0, 10**18).map(dollars)
costs = st.lists(amounts | st.builds(Unpriced, st.sampled_from(Reason)))


def total(of: list[Cost]) -> Total:
    return sum(map(total_of, of), Total())


@given(costs, st.randoms())
def test_each_life_counts_once(of: list[Cost], chance: Random) -> None:
    """As priced or as unpriced, whatever the order."""
    shuffled = list(of)
    chance.shuffle(shuffled)
    assert total(of) == total(shuffled)
    assert total(of).priced + total(of).unpriced == len(of)
    assert units(total(of).amount) == sum(units(one) for one in of if isinstance(one, Decimal))


@given(costs)
def test_no_total_is_of_nothing(of: list[Cost]) -> None:
    """There is no 0 of lives of which one is unpriced; what is unpriced is always said beside the amount."""
    unpriced = sum(isinstance(one, Unpriced) for one in of)
    cost_something = any(one for one in of if isinstance(one, Decimal))
    assert (total(of).usd is not None) == (cost_something or (bool(of) and not unpriced))
    assert total(of).unpriced == unpriced


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "$0.00"),
        ("0.000000000001", "<$0.01"),
        ("0.009999", "<$0.01"),
        ("0.01", "$0.01"),
        ("3.1", "$3.10"),
        ("1234567.891", "$1,234,567.89"),
    ],
)
def test_cents(amount: str, said: str) -> None:
    """What is less than a cent is not called nothing."""
    assert money(Decimal(amount)) == said
