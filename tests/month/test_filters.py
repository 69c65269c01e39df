"""The examples of SNS's developer guide, and what the docs' tables of filter policies hold."""

from __future__ import annotations

import pytest

from .filters import Attributes, Policy, accepts, policies

RUGBY, TENNIS = {"interests": "rugby"}, {"interests": "tennis"}
SHOP = {"store": "fans", "interests": ["baseball", "basketball"]}


@pytest.mark.parametrize(
    ("policy", "passing", "held_back"),
    [
        ({"interests": ["rugby", "tennis"]}, [RUGBY, TENNIS, {"interests": ["rugby", "golf"]}], [SHOP, {}]),
        (
            {"interests": [{"anything-but": ["rugby", "tennis"]}]},
            [{"interests": "baseball"}, {"interests": ["rugby", "baseball"]}],
            [RUGBY, {"interests": ["rugby"]}, {"interests": ["rugby", "tennis"]}, {"store": "fans"}],
        ),
        ({"interests": [{"anything-but": "rugby"}]}, [TENNIS], [RUGBY, {}]),
        (
            {"event": [{"anything-but": {"prefix": "order-"}}]},
            [{"event": "data-entry"}, {"event": "order_number"}],
            [{"event": "order-cancelled"}],
        ),
        (
            {"interests": [{"prefix": "bas"}]},
            [{"interests": "baseball"}, {"interests": ["rugby", "basketball"]}],
            [RUGBY],
        ),
        ({"interests": [{"suffix": "ball"}]}, [{"interests": "baseball"}], [RUGBY]),
        ({"store": [{"exists": True}]}, [SHOP], [RUGBY, {}]),
        ({"store": [{"exists": False}]}, [RUGBY], [SHOP, {}]),
        ({"store": ["fans"], "interests": ["rugby"]}, [SHOP | RUGBY], [SHOP, RUGBY]),
        ({"interests": ["golf", {"prefix": "ten"}]}, [TENNIS, {"interests": "golf"}], [RUGBY]),
        ({}, [SHOP, {}], []),
    ],
    ids=str,
)
def test_filter_policies(policy: Policy, passing: list[Attributes], held_back: list[Attributes]) -> None:
    """Values of a key are alternatives, all keys have to match, and of an array any element does."""
    assert [one for one in passing if not accepts(policy, one)] == []
    assert [one for one in held_back if accepts(policy, one)] == []


def test_a_condition_that_is_not_known_is_refused() -> None:
    """A policy of the docs that is not understood here fails, instead of matching nothing."""
    with pytest.raises(ValueError, match="numeric"):
        accepts({"price": [{"numeric": ["=", 1]}]}, {"price": "1"})


def test_policies_of_a_table() -> None:
    """Rows of a policy are read with their name, and other rows are not."""
    rows = (
        "| Who | Policy |",
        "| --- | --- |",
        '| on call | `{"severity": ["high"]}` |',
        '| `X` | `{"a": 1}` |',
    )
    assert policies("\n".join(rows)) == {"on call": {"severity": ["high"]}}
