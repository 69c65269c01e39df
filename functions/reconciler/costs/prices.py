"""Prices of Fargate in US dollars an hour, by Region and key: those of the policy, then those known here.

    vcpu           gb              Linux on x86_64, on demand
    arm_vcpu       arm_gb          Linux on arm64, on demand
    spot_vcpu      spot_gb         the same on Fargate Spot, whose prices change: none is known here
    spot_arm_vcpu  spot_arm_gb
    windows_vcpu   windows_gb      Windows, with its licence, windows_licence_vcpu
    storage_gb                     ephemeral storage above the 20 GiB that each task has

A key that is absent is not known: no other price stands in for it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

Prices = Mapping[str, Decimal]
PricesByRegion = Mapping[str, Prices]

KEYS: Final = (
    *("vcpu", "gb", "arm_vcpu", "arm_gb"),
    *("spot_vcpu", "spot_gb", "spot_arm_vcpu", "spot_arm_gb"),
    *("windows_vcpu", "windows_licence_vcpu", "windows_gb", "storage_gb"),
)
MOST_DECIMALS: Final = 12  # of a price
BUILT_IN_OF: Final = "2026-11"
BUILT_IN: Final[PricesByRegion] = {
    "us-east-1": {
        "vcpu": Decimal("0.04048"),
        "gb": Decimal("0.004445"),
        "arm_vcpu": Decimal("0.03238"),
        "arm_gb": Decimal("0.00356"),
        "windows_vcpu": Decimal("0.09148"),
        "windows_licence_vcpu": Decimal("0.046"),
        "windows_gb": Decimal("0.01005"),
        "storage_gb": Decimal("0.000111"),
    },
    "eu-west-2": {
        "vcpu": Decimal("0.04656"),
        "gb": Decimal("0.00511"),
        "arm_vcpu": Decimal("0.03725"),
        "arm_gb": Decimal("0.00409"),
        "storage_gb": Decimal("0.000129"),
    },
}


def prices_of(region: str, own: PricesByRegion) -> Prices:
    """All that are known of the Region; what `own` sets replaces what is built in, key by key."""
    return {**BUILT_IN.get(region, {}), **own.get(region, {})}


def price(region: str, key: str, own: PricesByRegion) -> Decimal | None:
    """The one price of them; None where it is not known."""
    found = own.get(region, {}).get(key)
    return BUILT_IN.get(region, {}).get(key) if found is None else found
