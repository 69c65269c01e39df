"""The sentence that people read about the deployment."""

from typing import Any

import pytest

from reconciler.incidents.deployments.blame import Blame, BlameWord
from reconciler.model.deployment import Image
from reconciler.notifications.blame_words import blame_words
from tests.support.services import DEFINITION, deployment_id, minute

REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop"


def images(*named: str, digest: str | None = None) -> tuple[Image, ...]:
    return tuple(
        Image(container=f"c{place}", image=f"{REGISTRY}/{name}", digest=digest)
        for place, name in enumerate(named)
    )


def blamed(word: BlameWord = BlameWord.BEGAN_WITH, **facts: Any) -> str:
    values: dict[str, Any] = {
        "deployment_id": deployment_id(2),
        "task_definition_arn": f"{DEFINITION}:43",
        "previous_task_definition_arn": f"{DEFINITION}:42",
        "started_at": minute(0),
    }
    return blame_words(Blame(word=word, **(values | facts)), minute(2), minute(9))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            {
                "images": images("b"),
                "previous_images": images("a"),
                "rolled_back_at": minute(7),
                "rolled_back_to": f"{DEFINITION}:42",
            },
            "checkout:42 to :43 (image a to b), started 2 min before; rolled back to :42 at 12:07 UTC.",
        ),
        ({}, "checkout:42 to :43, started 2 min before."),
        ({"started_at": minute(3)}, "checkout:42 to :43, started 0 s before."),
        ({"previous_task_definition_arn": None}, "checkout:43, started 2 min before."),
        ({"previous_task_definition_arn": f"{DEFINITION}:43"}, "checkout:43, started 2 min before."),
        (
            {"previous_task_definition_arn": f"{DEFINITION}2:9"},
            "checkout2:9 to checkout:43, started 2 min before.",
        ),
        ({"task_definition_arn": None}, f"{deployment_id(2)}, started 2 min before."),
        (
            {"rolled_back_at": minute(7)},
            "checkout:42 to :43, started 2 min before; rolled back at 12:07 UTC.",
        ),
        (
            {"rolled_back_at": minute(2000)},
            "checkout:42 to :43, started 2 min before; rolled back at 2026-11-21 21:20 UTC.",
        ),
        (
            {"images": images("a:1", digest="x"), "previous_images": images("a:1", digest="y")},
            "checkout:42 to :43 (image a:1 with another digest), started 2 min before.",
        ),
        (
            {"images": images("a:1"), "previous_images": images("a:1", digest="y")},
            "checkout:42 to :43, started 2 min before.",
        ),
        (
            {"images": images("a:2"), "previous_images": images("a:1", "b:1")},
            "checkout:42 to :43 (c0 image a:1 to a:2, c1 image b:1 is gone), started 2 min before.",
        ),
        (
            {
                "images": images("a:2", "b:1", "c:2", "d:2"),
                "previous_images": images("a:1", "b:1", "c:1"),
            },
            "checkout:42 to :43 (c0 image a:1 to a:2, c2 image c:1 to c:2, 1 more), started 2 min before.",
        ),
    ],
)
def test_a_deployment_is_named_with_what_it_changed(facts: dict[str, Any], said: str) -> None:
    """Definitions, images that changed, how soon it failed, and where it went back, if known."""
    assert blamed(**facts) == f"Began with deployment {said}"


def test_the_other_words() -> None:
    """Each of the four has its sentence."""
    assert blamed(BlameWord.BEFORE) == "Also failed before checkout:43 was deployed."
    assert blame_words(Blame(word=BlameWord.NOT_ONE), minute(2), minute(2)) == "Not of one deployment."
    assert (
        blame_words(Blame(word=BlameWord.UNKNOWN), minute(2), minute(2)) == "Which deployment is not known."
    )
