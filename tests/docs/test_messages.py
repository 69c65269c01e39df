"""docs/messages.md shows what people and programs get."""

from task_ledger_cdk.build.layer import ROOT
from tests.support.messages import messages, page


def test_the_messages_are_real_ones() -> None:
    """The page is what the five incidents make: each as a mail, as JSON and in a chat."""
    assert (ROOT / "docs" / "messages.md").read_text("utf-8") == page()


def test_the_subjects_are_real_ones() -> None:
    """Those of the five messages stand as an overview in docs/alerts.md."""
    shown = "\n".join(one.message.subject for one in messages())
    assert f"```\n{shown}\n```" in (ROOT / "docs" / "alerts.md").read_text("utf-8")
