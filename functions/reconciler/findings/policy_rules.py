"""The rules of a policy file: what each is for, and what it says of that.

Each is a table with a scope, which is any of kind, cause, cluster, service and family, and the keys in
`_RULES`.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from ..errors import InvalidInput
from ..parsing.fields import kind as kind_of
from .model import Kind, Severity
from .policy import CAUSES, Policy, Scope

Table = Mapping[str, object]
T = TypeVar("T")
W = TypeVar("W", bound=str)

SCOPE: Final = ("kind", "cause", "cluster", "service", "family")
_RULES: Mapping[str, tuple[str, ...]] = {
    "severity": ("severity",),
    "exitCodes": ("fine",),
    "ignore": (),
    "mute": ("until",),
    "runbook": ("url",),
    "team": ("name",),
    "logs": ("groups",),
}
_LONGEST = 2048  # characters of a name: an ARN fits
_LONGEST_URL = 1000
# A host without a user, and of the rest what no mail, chat or terminal takes for the end of it.
_URL = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][\w.~%!$&'()*+,;=:@/?#-]*)?", re.ASCII)
_TEAM = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/+-]{0,62}[A-Za-z0-9])?")
_MOST_GROUPS = 20
_GROUP = re.compile(r"[A-Za-z0-9_/.#-]{1,512}")  # as CloudWatch Logs allows them
RULES: Final = tuple(_RULES)


def read_rules(document: Table) -> dict[str, Any]:
    """The fields of `Policy` that rules set."""
    return {
        "severities": _each(document, "severity", lambda rule, at: (_scope(rule, at), _severity(rule, at))),
        "accepted_exit_codes": _each(
            document, "exitCodes", lambda rule, at: (_scope(rule, at), _codes(rule, at))
        ),
        "ignored": _each(document, "ignore", read_scope),
        "muted": _each(document, "mute", lambda rule, at: (read_scope(rule, at), _until(rule, at))),
        "runbooks": _each(document, "runbook", lambda rule, at: (_scope(rule, at), _url(rule, at))),
        "teams": _each(document, "team", lambda rule, at: (_scope(rule, at), _team(rule, at))),
        "logs": _each(document, "logs", lambda rule, at: (_owned(rule, at), _groups(rule, at))),
    }


def rule_tables(policy: Policy) -> dict[str, Any]:
    """The rules in force, as `read_rules` reads them."""
    return {
        "severity": [scope_table(scope) | {"severity": severity} for scope, severity in policy.severities],
        "exitCodes": [
            scope_table(scope) | {"fine": sorted(codes)} for scope, codes in policy.accepted_exit_codes
        ],
        "ignore": [scope_table(scope) for scope in policy.ignored],
        "mute": [scope_table(scope) | {"until": until.isoformat()} for scope, until in policy.muted],
        "runbook": [scope_table(scope) | {"url": url} for scope, url in policy.runbooks],
        "team": [scope_table(scope) | {"name": name} for scope, name in policy.teams],
        "logs": [scope_table(scope) | {"groups": sorted(groups)} for scope, groups in policy.logs],
    }


def read_scope(rule: Table, at: str) -> Scope:
    """What the rule, which stands there, is for; one that is for everything is taken for a mistake."""
    scope = _scope(rule, at)
    if scope == Scope():
        raise InvalidInput(at.rstrip("."), f"is for everything: name any of {', '.join(SCOPE)}")
    return scope


def scope_table(scope: Scope) -> dict[str, str]:
    """What the scope names, as `read_scope` reads it."""
    return {name: str(value) for name in SCOPE if (value := getattr(scope, name)) is not None}


def only(document: Table, known: Collection[str], at: str) -> None:
    """Refuses a key that is not known."""
    for key in document:
        if key not in known:
            raise InvalidInput(at + key, f"is not a key here: these are {', '.join(known)}")


def wrong(path: str, allowed: str, found: object) -> InvalidInput:
    """The error on a value that is not what is allowed there."""
    shown = f'"{found[:80]}"' if isinstance(found, str) else kind_of(found)
    return InvalidInput(path, f"must be {allowed}; found {shown}")


def _each(document: Table, name: str, read: Callable[[Table, str], T]) -> tuple[T, ...]:
    """What is read of each rule of that name, given the rule and where it stands."""
    value = document.get(name, [])
    if not isinstance(value, list) or not all(isinstance(rule, Mapping) for rule in value):
        raise wrong(name, f"a list of tables, each written [[{name}]]", value)
    for index, rule in enumerate(value):
        only(rule, (*SCOPE, *_RULES[name]), f"{name}[{index}].")
    return tuple(read(rule, f"{name}[{index}].") for index, rule in enumerate(value))


def _owned(rule: Table, at: str) -> Scope:
    """What the rule is for; what leaves the account by it must have been named."""
    scope = _scope(rule, at)
    if scope.service is None and scope.family is None:
        raise InvalidInput(at + "service", "is missing, and so is family: name the one or the other")
    return scope


def _scope(rule: Table, at: str) -> Scope:
    scope = Scope(
        kind=_word(rule, "kind", at, tuple(Kind)) if "kind" in rule else None,
        cause=_word(rule, "cause", at, CAUSES) if "cause" in rule else None,
        cluster=_name(rule, "cluster", at),
        service=_name(rule, "service", at),
        family=_name(rule, "family", at),
    )
    if scope.service and scope.family:
        raise InvalidInput(at + "family", "cannot stand beside service: no task is of both")
    return scope


def _name(rule: Table, key: str, at: str) -> str | None:
    value = rule.get(key)
    if value is not None and not (isinstance(value, str) and 0 < len(value) <= _LONGEST):
        raise wrong(at + key, "a name, in which * and ? stand for others", value)
    return value


def _word(rule: Table, key: str, at: str, words: Collection[W]) -> W:
    value = rule.get(key)
    found = next((word for word in words if word == value), None)
    if found is None:
        raise wrong(at + key, f"one of {', '.join(words)}", value)
    return found


def _severity(rule: Table, at: str) -> Severity:
    return _word(rule, "severity", at, tuple(Severity))


def _codes(rule: Table, at: str) -> frozenset[int]:
    value = rule.get("fine")
    if not isinstance(value, list) or not value or not all(map(_is_code, value)):
        raise wrong(at + "fine", "a list of exit codes", value)
    return frozenset(value)


def _is_code(value: object) -> bool:
    return type(value) is int and value.bit_length() <= 1024


def _until(rule: Table, at: str) -> datetime:
    value = rule.get("until")
    try:
        until = datetime.fromisoformat(value) if isinstance(value, str) else value
        if isinstance(until, datetime) and until.tzinfo:
            return until.astimezone(UTC)
    except (ValueError, OverflowError):  # before the year 1 or after 9999, also only in UTC
        pass
    raise wrong(at + "until", "a time with its zone, such as 2026-12-01T08:00:00Z", value)


def _url(rule: Table, at: str) -> str:
    value = rule.get("url")
    if isinstance(value, str) and len(value) <= _LONGEST_URL and _URL.fullmatch(value):
        return value
    raise wrong(at + "url", f"an https address of at most {_LONGEST_URL} characters, without a user", value)


def _team(rule: Table, at: str) -> str:
    value = rule.get("name")
    if isinstance(value, str) and _TEAM.fullmatch(value):
        return value
    raise wrong(at + "name", "a name of up to 64 ASCII letters, digits, spaces and . _ / + -", value)


def _groups(rule: Table, at: str) -> frozenset[str]:
    value = rule.get("groups")
    named = value if isinstance(value, list) else []
    if 0 < len(named) <= _MOST_GROUPS and all(map(_is_group, named)):
        return frozenset(named)
    raise wrong(at + "groups", f"a list of 1 to {_MOST_GROUPS} names of log groups, none with *", value)


def _is_group(value: object) -> bool:
    return isinstance(value, str) and _GROUP.fullmatch(value) is not None
