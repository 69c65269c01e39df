"""Which parts ARNs and groups have."""

import pytest

from reconciler.arns import account, cluster_arn, cluster_name, family, partition, region, service_of, task_id

PREFIX = "arn:aws-cn:ecs:cn-north-1:111122223333"


def test_where_an_arn_is() -> None:
    """Partition, Region and account come from any ARN; no part is ever assumed."""
    assert [part(f"{PREFIX}:cluster/shop") for part in (partition, region, account)] == [
        "aws-cn",
        "cn-north-1",
        "111122223333",
    ]


@pytest.mark.parametrize(
    ("of", "value", "expected"),
    [
        (cluster_name, f"{PREFIX}:cluster/shop", "shop"),
        (cluster_name, f"{PREFIX}:task/shop/ab12", None),
        (task_id, f"{PREFIX}:task/shop/ab12", "ab12"),
        (task_id, f"{PREFIX}:task/ab12", "ab12"),
        (family, f"{PREFIX}:task-definition/nightly:42", "nightly"),
        (family, None, None),
        (service_of, "service:checkout", "checkout"),
        (service_of, "service:", None),
        (service_of, "family:nightly", None),
        (service_of, None, None),
        *((of, "shop/ab12", None) for of in (partition, region, account, cluster_name, task_id, family)),
    ],
)
def test_names(of: object, value: str | None, expected: str | None) -> None:
    """Each name comes from its own sort of ARN; anything else has none."""
    assert of(value) == expected  # type: ignore[operator]  # functions of one text


def test_the_arn_of_a_cluster() -> None:
    """A cluster that is only named lies in the account and Region of the ARN beside it."""
    beside = "arn:aws-cn:lambda:cn-north-1:111122223333:function:sweep"
    assert cluster_arn("shop", beside) == f"{PREFIX}:cluster/shop"
    assert cluster_arn(f"{PREFIX}:cluster/shop", "") == f"{PREFIX}:cluster/shop"
    assert cluster_arn("shop", "") is None
