"""Whatever happens to an incident, in whatever order: what is high is heard, and what was heard is closed."""

import os
from dataclasses import replace
from datetime import datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import Scope
from reconciler.incidents.case import Context
from reconciler.incidents.facts.impact import Running
from reconciler.incidents.lifecycle import (
    add_findings,
    advance,
    end,
    mark_published,
    queue_digest,
    with_running,
)
from reconciler.incidents.model import Incident
from reconciler.incidents.outbox import NotificationType
from reconciler.incidents.severity import has_impact, is_run
from reconciler.incidents.steps import awaits_digest
from reconciler.incidents.timing import quiet_at
from tests.support.courses import DAY, DIGEST, HIGH, MINUTE, POLICY, RESOLVED, crash
from tests.support.values import START

EXAMPLES = int(os.environ.get("TASKLEDGER_EXAMPLES", "60"))
FAULTS: list[dict[str, Any]] = [
    {},
    {"kind": Kind.TASK_FAILED_TO_START, "cause": Cause("IMAGE_PULL")},
    {"kind": Kind.STOPPED_WHILE_PROTECTED, "severity": HIGH},
    {"group": "family:report"},
]
ALL = Scope(cluster="shop")
LOOKS = 5 * 24 * 60  # at an incident that is over: more would be one that never ends
SOON = 3 * MINUTE  # until what is high is heard: the hold, the tick, and a message sent before it


class AnyCourse(RuleBasedStateMachine):
    """One fault that returns, a watch that comes each minute, and one destination that may not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.policy, self.fault = START, POLICY, FAULTS[0]
        self.incident: Incident | None = None
        self.steady, self.answers = 4, True
        self.spoken_for, self.capped = False, False
        self.number, self.high_since = 0, START
        self.sent: set[str] = set()
        self.stands: dict[str, bool] = {}

    @initialize(fault=st.sampled_from(FAULTS), ruled=st.sampled_from([None, HIGH]))
    def begin(self, fault: dict[str, Any], ruled: Any) -> None:
        self.fault = fault
        self.policy = replace(POLICY, severities=((ALL, ruled),) if ruled else ())
        self.fails(1, 0)

    @rule(number=st.integers(1, 12), late=st.sampled_from([0, 0, 0, 5, 20, 100]))
    def fails(self, number: int, late: int) -> None:
        self.number += number
        at = self.now - late * MINUTE
        found = [crash(self.number - one, at, **self.fault) for one in range(number)]
        known = self.incident
        self.incident = add_findings(known, found, self.now, self.policy)
        if known is None or known.incident_id != self.incident.incident_id:
            self.high_since = self.now
        self.step(over=None)

    @rule(steady=st.integers(0, 4))
    def runs(self, steady: int) -> None:
        self.steady = steady

    @rule(answers=st.booleans())
    def destination(self, *, answers: bool) -> None:
        self.answers = answers

    @rule(spoken_for=st.booleans(), capped=st.booleans())
    def others(self, *, spoken_for: bool, capped: bool) -> None:
        self.spoken_for, self.capped = spoken_for, capped

    @rule(minutes=st.integers(1, 90))
    def mute(self, minutes: int) -> None:
        """Never for less than before: what is due was decided by the longer mute."""
        until = max([self.now + minutes * MINUTE, *(end for _, end in self.policy.muted)])
        self.policy = replace(self.policy, muted=((ALL, until),))

    @precondition(lambda self: self.incident and self.incident.open)
    @rule()
    def ends(self) -> None:
        assert self.incident
        self.incident = end(self.incident, "rolled back")
        self.step(over=None)

    @rule(minutes=st.sampled_from([1, 2, 5, 20, 60, 300, 1500, 2000]))
    def wait(self, minutes: int) -> None:
        until = self.now + minutes * MINUTE
        while self.tick(until):
            pass

    def tick(self, until: datetime) -> bool:
        """The next minute in which the watch has something to do; whether there was one by then."""
        due = self.incident.due_at if self.incident else None
        next_at = max(due or until + MINUTE, self.now)
        self.now = min(START + -((START - next_at) // MINUTE) * MINUTE, until)
        if due is None or due > self.now:
            return False
        self.watch()
        self.now += MINUTE
        return self.now < until

    def watch(self) -> None:
        assert self.incident
        self.send()
        if awaits_digest(self.incident, self.now, self.policy):
            self.incident = queue_digest(self.incident, f"DIGEST|{self.now}", self.now, self.policy)
            self.send()
        one = self.incident
        if not one.open or one.outbox.pending:
            return
        over = False if self.now < quiet_at(one, self.policy) else None
        if is_run(one):
            over = self.now >= one.last_seen_at + 10 * MINUTE
        elif over is None:
            over = True
        if has_impact(one.key):
            running = Running(desired=4, least=4, steady=self.steady)
            self.incident = with_running(one, running, self.now)
        self.step(over=over)

    def step(self, *, over: bool | None) -> None:
        assert self.incident
        before = self.incident
        context = Context(over=over, spoken_for=self.spoken_for, messages=30 if self.capped else 0)
        self.incident = advance(before, context, self.now, self.policy)
        assert self.incident.outbox.sequence <= before.outbox.sequence + 1
        self.note_high()
        self.send()

    def note_high(self) -> None:
        one = self.incident
        assert one
        muted = any(self.now < until for _, until in self.policy.muted)
        heard = one.outbox.standing is HIGH
        if one.severity is not HIGH or not one.open or muted or self.spoken_for or heard or one.ended_by:
            self.high_since = self.now

    def send(self) -> None:
        """What is pending reaches the destination, if it answers, and is marked as sent by two at once."""
        one = self.incident
        assert one
        if not self.answers:
            self.high_since = self.now
            return
        for each in one.outbox.pending:
            self.hear(each.notification_id, each.type, one)
        lacking = {each.notification_id: () for each in one.outbox.pending}
        if lacking:
            marked = mark_published(one, one, self.now, self.policy, lacking)
            self.incident = mark_published(marked, one, self.now, self.policy, lacking)
            assert self.incident.outbox == marked.outbox

    def hear(self, id_: str, type_: NotificationType, one: Incident) -> None:
        if type_ is DIGEST:
            return
        assert id_ not in self.sent, "sent twice"
        closes = type_ is RESOLVED
        assert self.stands.get(one.incident_id, False) or not closes, "closed without having been opened"
        assert closes or not (is_run(one) and one.incident_id in self.stands), "a run published twice"
        self.sent.add(id_)
        self.stands[one.incident_id] = not closes

    @invariant()
    def an_open_incident_is_never_forgotten(self) -> None:
        one = self.incident
        if one and (one.open or one.outbox.pending or one.outbox.news_since):
            assert one.due_at is not None

    @invariant()
    def one_message_waits_at_most(self) -> None:
        pending = self.incident.outbox.pending if self.incident else ()
        assert len({one.type for one in pending}) == len(pending)
        assert sum(one.type is not DIGEST for one in pending) <= 1

    @invariant()
    def what_is_high_is_heard(self) -> None:
        one = self.incident
        if one and not is_run(one):
            self.note_high()
            assert self.now - self.high_since <= SOON, f"high and unheard since {self.high_since}"

    @invariant()
    def what_was_heard_at_high_is_closed(self) -> None:
        one = self.incident
        if one and not one.open and not one.outbox.pending:
            assert one.outbox.standing is not HIGH

    def teardown(self) -> None:
        """Once all is well, the incident is over, listed and closed, and each run was published once."""
        one = self.incident
        if one is None:
            return
        self.steady, self.answers, self.spoken_for, self.capped = 4, True, False, False
        for _ in range(LOOKS):
            if not self.tick(self.now + 2 * DAY):
                break
        assert self.incident
        assert not self.incident.open
        assert self.incident.outbox.pending == ()
        assert self.incident.outbox.news_since is None
        assert self.incident.outbox.standing is not HIGH


AnyCourse.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=25)
TestAnyCourse = AnyCourse.TestCase
