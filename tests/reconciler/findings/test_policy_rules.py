"""Which runbooks and teams a policy may name, and whose they are."""

import pytest

from reconciler.errors import InvalidInput
from reconciler.findings.model import Cause, Kind
from reconciler.findings.policy import Policy, Scope
from reconciler.findings.policy_file import parse, read_document
from tests.support.values import CLUSTER

PULL = (CLUSTER, "service:checkout", Kind.TASK_FAILED_TO_START, Cause("IMAGE_PULL"))
HOSTILE_URLS = [
    *("", "wiki", "http://wiki/1", "https://", "https:///x", "HTTPS://wiki", "javascript:alert(1)"),
    *("https://user:secret@wiki/1", "https://wiki@evil.example", "https://wiki/a b", "https://wiki/\n"),
    *("https://wiki/<!channel>", 'https://wiki/"', "https://wiki/|x", "https://wiki/]", "https://wiki\\x"),
    *("https://w\u00efki/1", "https://wiki/" + "a" * 1000),
]


@pytest.mark.parametrize("url", HOSTILE_URLS)
def test_a_runbook_is_an_address_and_nothing_else(url: str) -> None:
    """As it stands in mails and chats as it is: nothing there may end it early, or hide where it leads."""
    with pytest.raises(InvalidInput, match="https address"):
        read_document({"runbook": [{"url": url}]})


@pytest.mark.parametrize("name", ["", " a", "a ", "@here", "a\nb", "<!channel>", "\u00fc", "a" * 65])
def test_a_team_is_a_short_plain_name(name: str) -> None:
    """It is an attribute, which filter policies compare by the letter, and mentions nobody."""
    with pytest.raises(InvalidInput, match="a name of up to 64"):
        read_document({"team": [{"name": name}]})


def test_the_first_runbook_and_team_count() -> None:
    """Of rules that cover the same, as with all rules; what none covers has neither."""
    rules = (
        (Scope(service="cart"), "https://wiki/1"),
        (Scope(cause=Cause("IMAGE_PULL")), "https://wiki/2"),
        (Scope(cluster="shop"), "https://wiki/3"),
    )
    policy = Policy(runbooks=rules, teams=tuple((scope, url[-1]) for scope, url in rules))
    assert (policy.runbook(*PULL), policy.team(*PULL)) == ("https://wiki/2", "2")
    crashed = (CLUSTER, "family:report", Kind.ESSENTIAL_CONTAINER_FAILED, Cause("EXIT_CODE"))
    assert (policy.runbook(*crashed), policy.team(*crashed)) == ("https://wiki/3", "3")
    elsewhere = (CLUSTER.replace("shop", "other"), *crashed[1:])
    assert (policy.runbook(*elsewhere), policy.team(*elsewhere)) == (None, None)


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        ('[[logs]]\ncluster = "a"\ngroups = ["/a"]', "logs[0].service", "is missing, and so is family"),
        ('[[logs]]\nservice = "a"', "logs[0].groups", "must be a list of 1 to 20 names of log groups"),
        ('[[logs]]\nservice = "a"\ngroups = []', "logs[0].groups", "must be a list of 1 to 20 names"),
        ('[[logs]]\nservice = "a"\ngroups = "/a"', "logs[0].groups", "must be a list of 1 to 20 names"),
        ('[[logs]]\nservice = "a"\ngroups = ["/a*"]', "logs[0].groups", "must be a list of 1 to 20 names"),
        ('[[logs]]\nservice = "a"\ngroups = [3]', "logs[0].groups", "must be a list of 1 to 20 names"),
    ],
)
def test_log_groups_are_named_in_full(text: str, field: str, problem: str) -> None:
    """Whose lines leave the account is named: a service or a family, and each group by its whole name."""
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    assert caught.value.field == field
    assert caught.value.problem.startswith(problem)
