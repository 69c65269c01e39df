"""What lives cost together, and how many of them have no price: the one never stands without the other."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from .lives import Cost, Unpriced


@dataclass(frozen=True, slots=True)
class Total:
    """The amount of the `priced` lives; what the `unpriced` ones cost is not known, and not in it."""

    amount: Decimal = Decimal(0)
    priced: int = 0
    unpriced: int = 0

    @property
    def usd(self) -> Decimal | None:
        """The amount; None where no life is priced, or those that are cost nothing and others may have."""
        return self.amount if self.amount or (self.priced and not self.unpriced) else None

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.amount + other.amount, self.priced + other.priced, self.unpriced + other.unpriced
        )


def total_of(cost: Cost) -> Total:
    """That of one life."""
    return Total(unpriced=1) if isinstance(cost, Unpriced) else Total(cost, 1)
