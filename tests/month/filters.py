"""SNS's filter policies on message attributes, as its developer guide has them.

https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html: a value is matched exactly unless a
condition says otherwise; each element of a `String.Array` is a string of its own, and one that matches is
enough. That holds for `anything-but` as well: `["rugby", "baseball"]` passes anything but rugby and tennis,
"because it contains a value that isn't `rugby` or `tennis`".

https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html: a key that a message lacks matches
`{"exists": false}` alone, and that only where there is any attribute.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

Policy = Mapping[str, Sequence[Any]]
Attributes = Mapping[str, str | Sequence[str]]

_ROW = re.compile(r"^\| (?P<who>[^|`]+) \| `(?P<policy>\{.*\})` \|$", re.MULTILINE)


def policies(markdown: str) -> dict[str, Policy]:
    """The filter policies of a document's tables, by who subscribes with them."""
    return {row["who"]: json.loads(row["policy"]) for row in _ROW.finditer(markdown)}


def accepts(policy: Policy, attributes: Attributes) -> bool:
    """Whether a subscription with that policy gets a message with these attributes: each key has to match."""
    return all(
        any(_matches(condition, name, attributes) for condition in conditions)
        for name, conditions in policy.items()
    )


def _matches(condition: Any, name: str, attributes: Attributes) -> bool:
    if condition == {"exists": False}:
        return bool(attributes) and name not in attributes
    value = attributes.get(name, ())
    values = (value,) if isinstance(value, str) else value
    return any(_passes(condition, one) for one in values)


def _passes(condition: Any, value: str) -> bool:
    match condition:
        case str():
            return value == condition
        case {"exists": True}:
            return True
        case {"prefix": start}:
            return value.startswith(start)
        case {"suffix": end}:
            return value.endswith(end)
        case {"anything-but": but}:
            return not any(_passes(one, value) for one in (but if isinstance(but, list) else [but]))
    raise ValueError(f"no condition of SNS on strings that is known here: {condition}")
