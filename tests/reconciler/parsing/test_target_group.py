"""The target group of a service, for a link."""

from typing import Any

import pytest

from reconciler.parsing.service_answer import parse_described_service
from tests.reconciler.parsing.test_service_answer import ITEM

GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/checkout/6d0ecf831eec9f09"


@pytest.mark.parametrize(
    ("balancers", "expected"),
    [
        ([{"targetGroupArn": GROUP, "containerName": "app"}], GROUP),
        ([{"loadBalancerName": "classic"}, {"targetGroupArn": GROUP}, {"targetGroupArn": "b"}], GROUP),
        ([{"loadBalancerName": "classic"}], None),
        ([], None),
        (None, None),
        ("x", None),
        ([3], None),
        ([{"targetGroupArn": 3}], None),
        ([{"targetGroupArn": "x" * 2000}], None),
    ],
)
def test_the_first_target_group_counts(balancers: Any, expected: str | None) -> None:
    """Of what cannot be read there is no link, and the service is read all the same."""
    found = parse_described_service(ITEM | {"loadBalancers": balancers})
    assert (found.target_group_arn, found.state.desired_count) == (expected, 4)
