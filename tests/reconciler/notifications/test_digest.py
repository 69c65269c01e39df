"""The message that lists what is not published by itself."""

from dataclasses import replace

from reconciler.findings.model import Severity
from reconciler.findings.policy import Policy
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.model import Incident, Status
from reconciler.notifications.digest import compose_digest, digest_id
from tests.support.findings import digested, found, low
from tests.support.messages import crash_loop, standalone_run
from tests.support.values import START, at


def interrupted(number: int) -> Incident:
    about = low(number, group=f"service:s{number:03d}")
    one = add_findings(None, [replace(found(number), finding=about)], START, Policy())
    return replace(one, severity=Severity.LOW)


def test_a_digest_lists_the_most_severe_first() -> None:
    """Each in a line: how severe, who, what, how often, when last, and whether it is over."""
    over = replace(standalone_run(), status=Status.RESOLVED)
    digest = compose_digest([interrupted(1), over, crash_loop()], "DIGEST|1", at(3600))
    assert digest.subject == "[DIGEST] 3 incidents: 1 high, 1 medium, 1 low"
    assert digest.text.splitlines() == [
        "3 incidents up to 10:00 UTC: 1 high, 1 medium, 1 low.",
        "",
        "The most severe first:",
        "  [HIGH] payments (prod): crash loop, exit 1, 10 times, last at 09:03 UTC",
        "  [MEDIUM] nightly-report (prod): 5 of 500 failed, exit 1, 5 times, last at 09:01 UTC, over",
        "  [LOW] s001 (shop): Spot interruption, once, last at 09:00 UTC",
    ]


def test_a_digest_counts_what_it_does_not_list() -> None:
    """Fifty are listed; the others are a line for each kind and cause, and all are in the count."""
    many = [interrupted(number) for number in range(1, 71)]
    digest = compose_digest([*many, crash_loop()], "DIGEST|1", at(3600))
    listed = [line for line in digest.text.splitlines() if line.startswith("  [")]
    assert len(listed) == 50
    assert listed[0].startswith("  [HIGH] payments")
    assert digest.text.splitlines()[-1] == "  and 21 more: Spot interruption"
    assert digest.document["count"] == 71
    assert digest.document["incidents"][0]["severity"] == "high"
    assert digest.attributes == {"type": "DIGEST", "severity": "low"}


def test_the_id_of_a_digest_stays_until_one_is_queued() -> None:
    """What was not sent is sent again under its id; the next one has another."""
    incident = interrupted(1)
    first, grown, following = (
        digest_id([each]) for each in (incident, replace(incident, samples=()), digested(incident, at(60)))
    )
    assert first == grown != following
