"""What a policy file may say, and how a mistake in it is reported."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import InvalidInput
from reconciler.findings.model import Cause, Kind, Severity
from reconciler.findings.passing import stuck
from reconciler.findings.policy import CAUSES, DEFAULT, Policy, Scope
from reconciler.findings.policy_file import parse, policy_document, read_document
from reconciler.findings.rules import findings
from reconciler.gate import succeed
from reconciler.model.task import Container
from reconciler.settings.alerting import read_policy
from tests.support.findings import finding, standalone
from tests.support.values import START, at, event

FULL = """
[minutes]
protectionLead = 20
protectionLimit = 60
afterExpiry = 5
resolve = 30
remind = 120
digest = 15

[stuckMinutes]
PENDING = 45

[services]
below_desired_minutes = 3
stalled_failed_tasks = 5
stalled_minutes = 60
scale_in_blocked_minutes = 90

[alerts]
max_messages_per_hour = 10

[[severity]]
kind = "CAPACITY_INTERRUPTED"
cause = "SPOT"
cluster = "shop"
service = "checkout-*"
severity = "high"

[[exitCodes]]
family = "nightly"
fine = [3, -1]

[[ignore]]
cluster = "arn:aws:ecs:eu-central-1:111122223333:cluster/sandbox"

[[mute]]
service = "checkout"
until = 2026-12-01T09:00:00+01:00

[[runbook]]
cause = "IMAGE_PULL"
url = "https://wiki.example.com:8443/runbooks/pull?from=alert&v=2#first"

[[team]]
name = "Platform / on-call"
[[logs]]
cluster = "shop"
service = "checkout"
groups = ["/ecs/checkout", "/ecs/proxy"]
"""


def test_everything() -> None:
    """Each key sets what it says, and the rest stays as by default."""
    assert parse(FULL) == Policy(
        protection_lead=timedelta(minutes=20),
        protection_limit=timedelta(hours=1),
        after_expiry=timedelta(minutes=5),
        stuck_after={**DEFAULT.stuck_after, "PENDING": timedelta(minutes=45)},
        below_desired=timedelta(minutes=3),
        stalled_failed_tasks=5,
        stalled=timedelta(hours=1),
        scale_in_blocked=timedelta(minutes=90),
        resolve=timedelta(minutes=30),
        remind=timedelta(hours=2),
        digest=timedelta(minutes=15),
        max_messages_per_hour=10,
        severities=(
            (
                Scope(
                    kind=Kind.CAPACITY_INTERRUPTED, cause=Cause("SPOT"), cluster="shop", service="checkout-*"
                ),
                Severity.HIGH,
            ),
        ),
        accepted_exit_codes=((Scope(family="nightly"), frozenset({3, -1})),),
        ignored=(Scope(cluster="arn:aws:ecs:eu-central-1:111122223333:cluster/sandbox"),),
        muted=((Scope(service="checkout"), datetime(2026, 12, 1, 8, tzinfo=UTC)),),
        runbooks=(
            (
                Scope(cause=Cause("IMAGE_PULL")),
                "https://wiki.example.com:8443/runbooks/pull?from=alert&v=2#first",
            ),
        ),
        teams=((Scope(), "Platform / on-call"),),
        logs=((Scope(cluster="shop", service="checkout"), frozenset({"/ecs/checkout", "/ecs/proxy"})),),
    )


names = st.none() | st.text(min_size=1, max_size=20)
scopes = st.builds(
    Scope,
    kind=st.none() | st.sampled_from(Kind),
    cause=st.none() | st.sampled_from(CAUSES),
    cluster=names,
    service=names,
) | st.builds(Scope, cluster=names, family=names)
some = scopes.filter(lambda scope: scope != Scope())
owned = scopes.filter(lambda scope: bool(scope.service or scope.family))
groups = st.frozensets(st.from_regex(r"[A-Za-z0-9_/.#-]{1,20}", fullmatch=True), min_size=1, max_size=3)
minutes = st.integers(1, 1440).map(lambda number: timedelta(minutes=number))
times = st.datetimes(timezones=st.just(UTC))
policies = st.builds(
    Policy,
    **dict.fromkeys(
        ("protection_lead", "protection_limit", "after_expiry", "resolve", "remind", "digest"), minutes
    ),
    **dict.fromkeys(("below_desired", "stalled", "scale_in_blocked"), minutes),
    stalled_failed_tasks=st.integers(1, 1000),
    max_messages_per_hour=st.integers(1, 100_000),
    stuck_after=st.fixed_dictionaries(dict.fromkeys(DEFAULT.stuck_after, minutes)),
    severities=st.lists(st.tuples(scopes, st.sampled_from(Severity)), max_size=3).map(tuple),
    accepted_exit_codes=st.lists(
        st.tuples(scopes, st.frozensets(st.integers(), min_size=1, max_size=3)), max_size=3
    ).map(tuple),
    ignored=st.lists(some, max_size=3).map(tuple),
    muted=st.lists(st.tuples(some, times), max_size=3).map(tuple),
    runbooks=st.lists(st.tuples(scopes, st.just("https://wiki/1")), max_size=3).map(tuple),
    teams=st.lists(st.tuples(scopes, st.from_regex("[a-z]{1,64}", fullmatch=True)), max_size=3).map(tuple),
    logs=st.lists(st.tuples(owned, groups), max_size=3).map(tuple),
)


@given(policies)
def test_a_document_holds_the_whole_policy(policy: Policy) -> None:
    """What is read of a policy's document, through JSON, is the same policy."""
    assert read_document(json.loads(json.dumps(policy_document(policy)))) == policy


@pytest.mark.parametrize(
    ("table", "name"), [("services", "stalled"), ("alerts", "max_messages_per_hour"), ("minutes", "digest")]
)
def test_a_document_without_a_table_is_readable(table: str, name: str) -> None:
    """A policy that an earlier version stored lacks what it did not know: that is as by default."""
    document = policy_document(parse(FULL))
    del document[table]
    assert getattr(read_document(document), name) == getattr(DEFAULT, name)


def test_digests_are_daily_unless_the_file_says_otherwise() -> None:
    """A file that asks for a digest each hour, which was the default once, is valid and gets it."""
    assert DEFAULT.digest == timedelta(days=1)
    assert parse("[minutes]\ndigest = 60").digest == timedelta(hours=1)


def test_nothing() -> None:
    """An empty file is the default."""
    assert parse("") == DEFAULT


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        ("x", "policy", "is not TOML"),
        ("[minute]\n", "minute", "is not a key here: these are minutes, stuckMinutes, services"),
        ("[minutes]\nlead = 1", "minutes.lead", "is not a key here: these are protectionLead"),
        ("[minutes]\nresolve = 0", "minutes.resolve", "must be a whole number from 1 to 1440; found 0"),
        ("[minutes]\nresolve = true", "minutes.resolve", "must be a whole number"),
        ('[minutes]\nresolve = "15"', "minutes.resolve", 'must be a whole number from 1 to 1440; found "15"'),
        ("minutes = 3", "minutes", "must be a table, written [minutes]; found 3"),
        ("[stuckMinutes]\nRUNNING = 3", "stuckMinutes.RUNNING", "is not a key here: these are PROVISIONING"),
        ("[services]\nstalled = 3", "services.stalled", "is not a key here: these are below_desired_minutes"),
        ("[services]\nstalled_failed_tasks = 0", "services.stalled_failed_tasks", "must be a whole number"),
        ("[services]\nstalled_minutes = 1.5", "services.stalled_minutes", "must be a whole number from 1"),
        ("[alerts]\nper_hour = 3", "alerts.per_hour", "is not a key here: these are max_messages_per_hour"),
        ("[alerts]\nmax_messages_per_hour = 0", "alerts.max_messages_per_hour", "must be a whole number"),
        ("services = 3", "services", "must be a table, written [services]; found 3"),
        ("[severity]\n", "severity", "must be a list of tables, each written [[severity]]"),
        ('[[severity]]\nkind = "X"\nseverity = "low"', "severity[0].kind", "must be one of TASK_"),
        ("[[severity]]", "severity[0].severity", "must be one of low, medium, high; found nothing"),
        ('[[severity]]\nseverity = ["low"]', "severity[0].severity", "must be one of low, medium, high"),
        ('[[severity]]\nseverity = "low"\nuntil = 3', "severity[0].until", "is not a key here"),
        ('[[exitCodes]]\nfamily = "a"', "exitCodes[0].fine", "must be a list of exit codes; found nothing"),
        ('[[exitCodes]]\nfine = ["3"]', "exitCodes[0].fine", "must be a list of exit codes"),
        ("[[ignore]]", "ignore[0]", "is for everything: name any of kind, cause, cluster, service, family"),
        ('[[ignore]]\nservice = ""', "ignore[0].service", "must be a name, in which"),
        ('[[ignore]]\nservice = "a"\nfamily = "b"', "ignore[0].family", "cannot stand beside service"),
        ('[[ignore]]\nservice = "a"\n[[ignore]]\nservices = "a"', "ignore[1].services", "is not a key here"),
        ('[[mute]]\nservice = "a"', "mute[0].until", "must be a time with its zone, such as"),
        ('[[mute]]\nservice = "a"\nuntil = 2026-12-01', "mute[0].until", "must be a time with its zone"),
        (
            '[[mute]]\nservice = "a"\nuntil = 2026-12-01T08:00:00',
            "mute[0].until",
            "must be a time with its zone",
        ),
        ('[[runbook]]\nservice = "a"', "runbook[0].url", "must be an https address of at most 1000"),
        ('[[team]]\nname = "a"\nurl = "b"', "team[0].url", "is not a key here"),
    ],
)
def test_mistakes_are_named(text: str, field: str, problem: str) -> None:
    """The wrong key is named by its path, with what is allowed there."""
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert caught.value.field == field
    assert caught.value.problem.startswith(problem)


def test_settings_go_before_the_file(tmp_path: Path) -> None:
    """What a deployment chooses in its context counts more than the file that it shares with others."""
    file = tmp_path / "policy.toml"
    file.write_text(FULL)
    policy = read_policy({"POLICY_FILE": str(file), "PROTECTION_LEAD_MINUTES": "7"})
    assert (policy.protection_lead, policy.protection_limit) == (timedelta(minutes=7), timedelta(hours=1))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A function that cannot find its policy says so, and does not go on with the default."""
    with pytest.raises(InvalidInput, match=r"POLICY_FILE: cannot be read: .*gone\.toml"):
        read_policy({"POLICY_FILE": str(tmp_path / "gone.toml")})


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), True),
        (Scope(service="checkout"), True),
        (Scope(service="check*"), True),
        (Scope(service="orders"), False),
        (Scope(family="checkout"), False),
        (Scope(cluster="shop"), True),
        (Scope(cluster="arn:aws:ecs:eu-central-1:*:cluster/shop"), True),
        (Scope(cluster="other"), False),
        (Scope(kind=Kind.TASK_FAILED_TO_START, cause=Cause("IMAGE_PULL")), True),
        (Scope(kind=Kind.TASK_FAILED_TO_START, cause=Cause("NETWORK")), False),
        (Scope(kind=Kind.UNKNOWN_STOP), False),
    ],
)
def test_a_scope_is_all_that_it_names(scope: Scope, expected: bool) -> None:  # noqa: FBT001 - a table
    """Each thing that is named must fit; what is not named may be anything."""
    policy = Policy(severities=((scope, Severity.LOW),))
    judged = policy.judge(finding())
    assert judged is not None
    assert (judged.severity is Severity.LOW) is expected


def test_the_first_rule_counts() -> None:
    """Of two that cover the same finding the one that stands first."""
    rules = ((Scope(service="checkout"), Severity.MEDIUM), (Scope(), Severity.LOW))
    judged = Policy(severities=rules).judge(finding())
    assert judged is not None
    assert judged.severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("codes", "cause", "expected"),
    [
        ({"app": 3}, Cause("EXIT_CODE"), True),
        ({"app": 3, "proxy": 4}, Cause("EXIT_CODE"), True),
        ({"app": 3, "proxy": 1}, Cause("EXIT_CODE"), False),
        ({"app": 1}, Cause("EXIT_CODE"), False),
        ({"app": 3}, Cause("OUT_OF_MEMORY"), False),
        ({}, Cause("EXIT_CODE"), False),
    ],
)
def test_accepted_exit_codes_are_no_failure(codes: dict[str, int], cause: Cause, expected: bool) -> None:  # noqa: FBT001 - a table
    """A stop is no finding when all its exit codes are accepted, and nothing worse is known of it."""
    policy = Policy(accepted_exit_codes=((Scope(family="report"), frozenset({3})), (Scope(), frozenset({4}))))
    about = standalone(
        task_definition_arn="arn:aws:ecs:eu-central-1:111122223333:task-definition/report:1",
        kind=Kind.ESSENTIAL_CONTAINER_FAILED,
        cause=cause,
        exit_codes=codes,
    )
    assert (policy.judge(about) is None) is expected


def test_findings_go_through_the_policy() -> None:
    """Neither a stop nor a stuck task that the policy ignores is found."""
    failed = (Container(name="app", exit_code=1),)
    fields = {"stop_code": "EssentialContainerExited", "started_at": START, "containers": failed}
    stopped = succeed(None, event(6, last_status="STOPPED", desired_status="STOPPED", **fields))
    pending = succeed(None, event(2, last_status="PENDING"))
    ignoring = Policy(ignored=(Scope(service="checkout"),))
    assert findings(stopped, at(60), DEFAULT) != ()
    assert findings(stopped, at(60), ignoring) == ()
    assert stuck(pending, pending.observed_at, at(3600), DEFAULT) != ()
    assert stuck(pending, pending.observed_at, at(3600), ignoring) == ()
