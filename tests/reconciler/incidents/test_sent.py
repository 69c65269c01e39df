"""What is known of an incident's messages after an attempt to send them."""

from dataclasses import replace

from reconciler.incidents.case import Context
from reconciler.incidents.facts.impact import Level
from reconciler.incidents.lifecycle import add_findings, advance, mark_published
from reconciler.incidents.model import Incident, Owner, Shared, Status
from reconciler.incidents.outbox import Outbox
from tests.support.courses import (
    DAY,
    DIGEST,
    HIGH,
    LOW,
    MEDIUM,
    MINUTE,
    OPENED,
    POLICY,
    RESOLVED,
    crash,
    incident,
    minutes,
    pending,
    published,
)
from tests.support.findings import digested
from tests.support.values import START


def sent_of(one: Incident, **lacking: tuple[str, ...] | None) -> Incident:
    """The incident after its message was sent, to all unless some lack it."""
    left = {each.notification_id: lacking.get("left", ()) for each in one.outbox.pending}
    return mark_published(one, one, minutes(1), POLICY, left)


def test_what_was_sent_is_announced() -> None:
    """When, at which severity and how many; nobody has to hear of it again."""
    one = replace(incident(HIGH), outbox=Outbox(pending=(pending(),), sequence=1, news_since=START))
    after = sent_of(one)
    assert after.outbox == published(HIGH, minutes(1))
    assert after.revision == one.revision + 1


def test_what_reached_nobody_is_not_announced() -> None:
    """What one destination lacks is, and stays pending for that one."""
    one = replace(incident(HIGH), outbox=Outbox(pending=(pending(),)))
    assert sent_of(one, left=None).outbox == one.outbox
    some = sent_of(one, left=("a",))
    assert (some.outbox.standing, some.outbox.pending[0].to) == (HIGH, ("a",))
    later = mark_published(some, some, minutes(9), POLICY, {"an-id": ()})
    assert later.outbox == published(HIGH, minutes(1), sequence=0)


def test_what_comes_while_it_is_sent_is_news() -> None:
    """The message did not count it, and the severity that it bore is what was heard."""
    sent = replace(incident(MEDIUM), outbox=Outbox(pending=(pending(),), news_since=START))
    now = replace(add_findings(sent, [crash(2, minutes(1))], minutes(1), POLICY), severity=HIGH)
    after = mark_published(now, sent, minutes(2), POLICY, {"an-id": ()})
    assert (after.outbox.standing, after.outbox.notified_count, after.count) == (MEDIUM, 1, 2)
    assert after.outbox.news_since == minutes(2)


def test_what_is_to_end_is_looked_at_at_once() -> None:
    """Also where its RESOLVED is sent only now, after it had returned and ended once more."""
    late = Outbox(pending=(pending(RESOLVED),), standing=HIGH)
    one = replace(incident(HIGH), outbox=late, ended_by="rolled back")
    after = sent_of(one)
    assert (after.open, after.outbox.standing, after.due_at) == (True, None, minutes(1))
    assert not advance(after, Context(), minutes(1), POLICY).open


def test_a_message_is_announced_once() -> None:
    """Whoever marks it last, after its incident is over, does not let it stand again."""
    sent = replace(incident(HIGH), outbox=Outbox(pending=(pending(),)))
    marked = sent_of(sent)
    over = replace(marked, status=Status.RESOLVED, outbox=replace(marked.outbox, standing=None))
    again = mark_published(over, sent, minutes(40), POLICY, {"an-id": ()})
    assert (again.open, again.outbox) == (False, over.outbox)


def test_owners_that_were_named_are_known() -> None:
    """As the message named them, not as they are by now; a digest names none."""
    down, well = (Owner("a", 1, Level.DOWN),), (Owner("a", 1, Level.NONE), Owner("b", 1, Level.DOWN))
    sent = replace(incident(HIGH), shared=Shared(owners=down), outbox=Outbox(pending=(pending(),)))
    now = replace(sent, shared=Shared(owners=well))
    after = mark_published(now, sent, minutes(1), POLICY, {"an-id": ()})
    assert after.shared == Shared(owners=well, named=1, named_down=("a",))
    digest = replace(sent, outbox=Outbox(pending=(pending(DIGEST),)))
    assert mark_published(digest, digest, minutes(1), POLICY, {"an-id": ()}).shared == sent.shared


def test_a_digest_is_no_announcement() -> None:
    """What it lists is no news any more; nobody was notified of it by itself."""
    one = incident(LOW, Outbox(news_since=START))
    after = digested(one, START + DAY)
    assert after.outbox == Outbox(digests=1)
    assert after.due_at == START + DAY + 5 * MINUTE


def test_what_is_sent_is_looked_at_in_time() -> None:
    """At once where something is to be published, else as ever."""
    grown = replace(incident(HIGH), outbox=Outbox(pending=(pending(),)), cause_severity=HIGH)
    assert sent_of(grown).due_at == minutes(2)
    sent = replace(grown, severity=MEDIUM)
    after = mark_published(grown, sent, minutes(1), POLICY, {"an-id": ()})
    assert after.due_at == minutes(1)
    assert advance(after, Context(), minutes(1), POLICY).outbox.pending[0].type is OPENED
