"""US dollars in whole units of 10^-12: sums are exact, so neither their order nor their parts matter."""

from decimal import Decimal
from typing import Final

from .prices import MOST_DECIMALS

CENT: Final = Decimal("0.01")


def units(amount: Decimal) -> int:
    return int(amount.scaleb(MOST_DECIMALS))


def dollars(units: int) -> Decimal:
    return Decimal(units).scaleb(-MOST_DECIMALS)


def money(amount: Decimal) -> str:
    """In cents, as people read it; what is less than one, and not nothing, says so."""
    return f"<${CENT}" if 0 < amount < CENT else f"${amount:,.2f}"
