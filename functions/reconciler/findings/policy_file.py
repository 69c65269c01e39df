"""The policy as a file says it, in TOML, and as a document of JSON; docs/alerts.md explains each key.

    [minutes]                       [[severity]]              [[exitCodes]]         [[ignore]]  [[mute]]
    protectionLead = 15             kind = "UNKNOWN_STOP"     family = "nightly-*"  a scope     a scope
    [stuckMinutes]                  severity = "low"          fine = [3]                        until = a time
    PENDING = 20

A scope is any of kind, cause, cluster, service and family. `InvalidInput` names the wrong key and what is
allowed there.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from ..errors import InvalidInput
from ..parsing.fields import kind as kind_of
from .model import Kind, Severity
from .policy import CAUSES, DEFAULT, Policy, Scope

Table = Mapping[str, object]
T = TypeVar("T")
W = TypeVar("W", bound=str)

_MINUTE = timedelta(minutes=1)
# Key, the field of Policy that it sets, and the most minutes allowed.
_MINUTES = {
    "protectionLead": ("protection_lead", 2880),
    "protectionLimit": ("protection_limit", 525_600),
    "afterExpiry": ("after_expiry", 1440),
    "resolve": ("resolve", 1440),
    "remind": ("remind", 10_080),
    "digest": ("digest", 1440),
}
_SCOPE = ("kind", "cause", "cluster", "service", "family")
_RULES: Mapping[str, tuple[str, ...]] = {
    "severity": ("severity",),
    "exitCodes": ("fine",),
    "ignore": (),
    "mute": ("until",),
}
_LONGEST = 2048  # characters of a name: an ARN fits
_MOST_DIGITS = 1000
_DIGITS = re.compile(rf"\d[\d_]{{{_MOST_DIGITS},}}")


def parse(text: str) -> Policy:
    """The policy of a file; what it leaves out is as in `policy.DEFAULT`."""
    return read_document(_toml(text))


def _toml(text: str) -> Table:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput("policy", f"is not TOML: {error}") from error
    except ValueError as error:  # too many digits for Python; fewer are refused by their key
        shorter = _DIGITS.sub(lambda found: found[0][:_MOST_DIGITS].rstrip("_"), text)
        if shorter == text:
            raise InvalidInput("policy", f"cannot be read: {error}") from error
        read_document(_toml(shorter))
        raise InvalidInput("policy", f"has a number of more than {_MOST_DIGITS} digits") from error
    except RecursionError as error:
        raise InvalidInput("policy", "is nested too deeply") from error


def policy_document(policy: Policy) -> dict[str, Any]:
    """All that is in force, in the keys and units of the file, as JSON can hold it."""
    return {
        "minutes": {key: getattr(policy, name) // _MINUTE for key, (name, _) in _MINUTES.items()},
        "stuckMinutes": {state: limit // _MINUTE for state, limit in policy.stuck_after.items()},
        "severity": [_named(scope) | {"severity": severity} for scope, severity in policy.severities],
        "exitCodes": [_named(scope) | {"fine": sorted(codes)} for scope, codes in policy.accepted_exit_codes],
        "ignore": [_named(scope) for scope in policy.ignored],
        "mute": [_named(scope) | {"until": until.isoformat()} for scope, until in policy.muted],
    }


def read_document(document: Table) -> Policy:
    """The policy of a document; that of a policy's own document is the same policy again."""
    if not isinstance(document, Mapping):
        raise _wrong("policy", "a table", document)
    _only(document, ("minutes", "stuckMinutes", *_RULES), "")
    minutes = _durations(document, "minutes", {key: most for key, (_, most) in _MINUTES.items()})
    limits: dict[str, Any] = {_MINUTES[key][0]: limit for key, limit in minutes.items()}
    stuck = _durations(document, "stuckMinutes", dict.fromkeys(DEFAULT.stuck_after, 1440))
    return Policy(
        **limits,
        stuck_after={**DEFAULT.stuck_after, **stuck},
        severities=_each(document, "severity", lambda rule, at: (_scope(rule, at), _severity(rule, at))),
        accepted_exit_codes=_each(
            document, "exitCodes", lambda rule, at: (_scope(rule, at), _codes(rule, at))
        ),
        ignored=_each(document, "ignore", _some),
        muted=_each(document, "mute", lambda rule, at: (_some(rule, at), _until(rule, at))),
    )


def _durations(document: Table, name: str, most: Mapping[str, int]) -> dict[str, timedelta]:
    """The minutes of a table, each a whole number up to the most that is allowed for its key."""
    table = document.get(name, {})
    if not isinstance(table, Mapping):
        raise _wrong(name, f"a table, written [{name}]", table)
    _only(table, most, f"{name}.")
    for key, value in table.items():
        if type(value) is not int or not 1 <= value <= most[key]:
            raise _wrong(f"{name}.{key}", f"a whole number from 1 to {most[key]}", value)
    return {key: timedelta(minutes=value) for key, value in table.items()}


def _each(document: Table, name: str, read: Callable[[Table, str], T]) -> tuple[T, ...]:
    """What is read of each rule of that name, given the rule and where it stands."""
    value = document.get(name, [])
    if not isinstance(value, list) or not all(isinstance(rule, Mapping) for rule in value):
        raise _wrong(name, f"a list of tables, each written [[{name}]]", value)
    for index, rule in enumerate(value):
        _only(rule, (*_SCOPE, *_RULES[name]), f"{name}[{index}].")
    return tuple(read(rule, f"{name}[{index}].") for index, rule in enumerate(value))


def _some(rule: Table, at: str) -> Scope:
    """What the rule is for; one that is for everything is taken for a mistake."""
    scope = _scope(rule, at)
    if scope == Scope():
        raise InvalidInput(at.rstrip("."), f"is for everything: name any of {', '.join(_SCOPE)}")
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
        raise _wrong(at + key, "a name, in which * and ? stand for others", value)
    return value


def _word(rule: Table, key: str, at: str, words: Collection[W]) -> W:
    value = rule.get(key)
    found = next((word for word in words if word == value), None)
    if found is None:
        raise _wrong(at + key, f"one of {', '.join(words)}", value)
    return found


def _severity(rule: Table, at: str) -> Severity:
    return _word(rule, "severity", at, tuple(Severity))


def _codes(rule: Table, at: str) -> frozenset[int]:
    value = rule.get("fine")
    if not isinstance(value, list) or not value or not all(map(_is_code, value)):
        raise _wrong(at + "fine", "a list of exit codes", value)
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
    raise _wrong(at + "until", "a time with its zone, such as 2026-12-01T08:00:00Z", value)


def _named(scope: Scope) -> dict[str, Any]:
    return {name: value for name in _SCOPE if (value := getattr(scope, name)) is not None}


def _only(document: Table, known: Collection[str], at: str) -> None:
    for key in document:
        if key not in known:
            raise InvalidInput(at + key, f"is not a key here: these are {', '.join(known)}")


def _wrong(path: str, allowed: str, found: object) -> InvalidInput:
    shown = f'"{found[:80]}"' if isinstance(found, str) else kind_of(found)
    return InvalidInput(path, f"must be {allowed}; found {shown}")
