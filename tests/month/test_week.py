"""The worst week of the month: what is published in it, held against the table of what may be."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .account import GATHER
from .judge import Judgement, judge
from .plan import FIRST, MONTH, WORST_WEEK, begin, plan, play
from .report import ALL, CALLS, HALF, table, values
from .subscribers import ON_CALL, SUBSCRIBERS
from .truth import CRASH, OUTAGE, STOP, TROUBLES, Trouble

if TYPE_CHECKING:
    from .account import Account

SEED, DAYS = 1, len(WORST_WEEK)
PAGE = Path(__file__).parents[2] / "docs" / "alerts.md"
CALLED = [who for who, policy in SUBSCRIBERS.items() if policy == ON_CALL]


@pytest.fixture(scope="module")
def played() -> tuple[Account, Judgement]:
    account, matters = play(SEED, WORST_WEEK)
    return account, judge(account.inbox.mail, matters, account.faults)


@pytest.fixture(scope="module")
def week(played: tuple[Account, Judgement]) -> Judgement:
    return played[1]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: one.name)
def test_messages_of_each_trouble(week: Judgement, trouble: Trouble) -> None:
    """Each trouble is in the week, and takes no more messages than it may."""
    assert week.numbers(trouble)
    assert len(week.of(trouble)) <= trouble.week


def test_messages_in_all(week: Judgement) -> None:
    """All messages together are few enough to be read, and digests come once a day."""
    assert week.digests <= DAYS + 1
    assert len(week.sent) + week.digests <= ALL // HALF
    assert len(week.received(ON_CALL)) <= CALLS // HALF


@pytest.mark.parametrize("who", SUBSCRIBERS)
def test_who_has_to_hear_hears(week: Judgement, who: str) -> None:
    """Whoever has to hear of a matter does: by its own filter policy, grave enough and in time."""
    assert week.deaf(SUBSCRIBERS[who]) == []


@pytest.mark.parametrize("who", CALLED)
def test_pages_are_closed(week: Judgement, who: str) -> None:
    """Whoever was called for an incident hears that it is over, by the same filter policy."""
    assert week.left_open(SUBSCRIBERS[who]) == []


def test_an_outage_names_its_services(played: tuple[Account, Judgement]) -> None:
    """The first message of several services names all that had failed when the last events were gathered."""
    account, week = played
    first = next((one for one in week.of(OUTAGE) if len(one.owners) > 1), None)
    assert first is not None
    (matter,) = (week.matters[number] for number in week.numbers(OUTAGE))
    known = {
        one.owner
        for one in account.faults
        if matter.begins <= one.at <= first.at - timedelta(seconds=2 * GATHER)
    }
    assert known & matter.owners <= first.owners


def test_planned_things_are_not_reported(week: Judgement) -> None:
    """No message is of anything but what went wrong: not of deployments, scaling, restarts and jobs."""
    assert week.stray == []


def test_nothing_is_dropped(week: Judgement) -> None:
    """Each matter is in a message or at least in a digest."""
    assert week.unmentioned() == []


def test_all_that_is_deployed_worked(played: tuple[Account, Judgement]) -> None:
    """No run of the watch failed."""
    assert played[0].errors == []


def test_report(played: tuple[Account, Judgement]) -> None:
    """The table fits into a terminal, with a line for each trouble."""
    lines = list(table(values(*played, DAYS)))
    assert [line for line in lines if len(line) > 80] == []
    assert [one.name for one in TROUBLES if not any(line.startswith(one.name) for line in lines)] == []


def test_it_is_the_worst_week() -> None:
    """No other week of the month has more matters but those that heal by themselves."""
    begins = [each.matter.begins for each in plan(SEED, MONTH) if each.matter.trouble not in (CRASH, STOP)]
    starts = [FIRST + timedelta(days=day) for day in range(len(MONTH) - DAYS + 1)]
    counts = [sum(start <= one < start + timedelta(days=DAYS) for one in begins) for start in starts]
    assert counts[WORST_WEEK.start] == max(counts)


def test_a_week_is_a_part_of_its_month() -> None:
    """A day brings the same whether it is played in the month or alone, but for what lasts all along."""
    month, alone = plan(SEED, MONTH), plan(SEED, WORST_WEEK)
    of_days = {each.matter.begins: each.matter for each in month}
    ends = [each.matter for each in alone if each.matter.ends - each.matter.begins < timedelta(days=2)]
    assert len(ends) == len(alone) - 2
    assert [one for one in ends if of_days.get(one.begins) != one] == []


def test_what_is_left_out_changes_nothing() -> None:
    """A watch with nothing due and a sweep with no news are left out: with them the same is published.

    The span has a batch, an outage and what came of it, and hours of quiet.
    """
    day = 8
    quick, patient = (begin(SEED, range(day, day + 1), always=always)[0] for always in (False, True))
    for account in (quick, patient):
        account.run_until(FIRST + timedelta(days=day, hours=11))
    assert quick.counts["watches"] < patient.counts["watches"]
    assert quick.counts["sweeps"] < patient.counts["sweeps"]
    published = [[(at, message.document) for at, message in one.inbox.mail] for one in (quick, patient)]
    assert published[0]
    assert published[0] == published[1]


def test_the_page_shows_the_month() -> None:
    """docs/alerts.md has the report of a month: each trouble, its goal, and no more messages than that."""
    page = PAGE.read_text("utf-8")
    for one in TROUBLES:
        row = re.search(rf"^{re.escape(one.name)} +\d+ +(\d+) +(\d+) ", page, re.MULTILINE)
        assert row is not None, one.name
        assert int(row[1]) <= int(row[2]) == one.month, one.name
