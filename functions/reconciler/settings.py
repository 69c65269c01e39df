"""What the environment says, read once into frozen values; an error names the variable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from .errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """Where the ledger is, and for how long it keeps a closed task and each row of history."""

    table_name: str
    retention: timedelta

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "LedgerSettings":
        return cls(
            table_name=_required(environment, "LEDGER_TABLE_NAME"),
            retention=timedelta(days=_days(environment, "LEDGER_RETENTION_DAYS", 90)),
        )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise InvalidInput(name, "is not set in the environment")
    return value


def _days(environment: Mapping[str, str], name: str, default: int) -> int:
    value = environment.get(name, str(default))
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= 3650:
        raise InvalidInput(name, f'must be a number of days from 1 to 3650, found "{value}"')
    return int(value)
