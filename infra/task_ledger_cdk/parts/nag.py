"""Acknowledging what cdk-nag finds: always beside the resource, always with the reason."""

from aws_cdk import Acknowledgment, Validations
from constructs import Construct


def acknowledge(construct: Construct, reason: str, *findings: str) -> None:
    """Accepts these findings on the construct and what is inside it, and no others."""
    rules = [Acknowledgment(id=finding, reason=reason) for finding in findings]
    Validations.of(construct).acknowledge(*rules)
