"""Failures and blame as attributes of an incident's row."""

import pytest

from reconciler.adapters.dynamodb.items.blame_items import BLAME, FAILURES
from reconciler.incidents.deployments.blame import Blame, BlameWord
from reconciler.incidents.deployments.failures import Failures, add_failure
from reconciler.notifications.blame_words import blame_words
from tests.support.services import DEFINITION, deployment_id, minute
from tests.support.values import CLUSTER


def test_a_word_of_a_later_version_is_readable() -> None:
    """It bears its text, and people read no more than is known here."""
    word = BlameWord("by_its_hook")
    blame = Blame(word=word, deployment_id=deployment_id(2))
    assert BLAME.read(BLAME.write(blame, CLUSTER), CLUSTER) == blame
    assert (word.value, blame_words(blame, minute(3), minute(3))) == (
        "by_its_hook",
        "Which deployment is not known.",
    )
    assert BlameWord("before") is BlameWord.BEFORE


@pytest.mark.parametrize("ran", [None, f"{DEFINITION}:43"])
def test_failures_are_read_as_they_were_stored(ran: str | None) -> None:
    """Also those that do not say what their tasks ran, as rows of an earlier version."""
    failures = add_failure((), deployment_id(2), minute(3), ran)
    failures = add_failure(failures, deployment_id(2), minute(5), None)
    assert FAILURES.read(FAILURES.write(failures, CLUSTER), CLUSTER) == failures
    assert failures == (
        Failures(
            deployment_id=deployment_id(2),
            first_at=minute(3),
            last_at=minute(5),
            count=2,
            task_definition_arn=ran,
        ),
    )
