"""What each function is given of the ledger."""

from dataclasses import dataclass
from datetime import timedelta

from ..parsing.home import Home
from .variables import Environment, number, required


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """Where the ledger is, and for how long it keeps a closed task and each row of history.

    `calls_per_second` is how often ECS may be asked, None for as often as need be. `home` is the account and
    Region that it is for, None for any.
    """

    table_name: str
    retention: timedelta
    calls_per_second: int | None = None
    home: Home | None = None

    @classmethod
    def read(cls, environment: Environment) -> "LedgerSettings":
        return cls(
            table_name=required(environment, "LEDGER_TABLE_NAME"),
            retention=timedelta(days=number(environment, "LEDGER_RETENTION_DAYS")),
            calls_per_second=number(environment, "CALLS_PER_SECOND")
            if "CALLS_PER_SECOND" in environment
            else None,
            home=_home(environment),
        )


def _home(environment: Environment) -> Home | None:
    """Both or neither: half of it would refuse nothing, or everything."""
    if "LEDGER_ACCOUNT" not in environment and "LEDGER_REGION" not in environment:
        return None
    return Home(required(environment, "LEDGER_ACCOUNT"), required(environment, "LEDGER_REGION"))
