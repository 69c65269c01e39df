"""Enumerations of stored words that can be read by a version that does not know them all."""

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """Words to which later versions add: one that is not listed is read as a member of its own."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """A member that only bears its text: it is in no list and no table."""
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = unknown._value_ = value
        return unknown
