"""A single variable of the environment; `InvalidInput` names it."""

import re
from collections.abc import Mapping

from ..errors import InvalidInput

Environment = Mapping[str, str]

_DIGITS = re.compile("[0-9]{1,6}")


def required(environment: Environment, name: str) -> str:
    """The variable's value, which is not empty."""
    value = environment.get(name)
    if not value:
        raise InvalidInput(name, "is not set in the environment")
    return value


def number(environment: Environment, name: str) -> int:
    """The whole number above zero that the variable holds."""
    value = required(environment, name)
    if not _DIGITS.fullmatch(value) or not int(value):
        raise InvalidInput(name, f'must be a whole number above zero, found "{value[:40]}"')
    return int(value)
