"""A deployed stack, of which pages show output."""

from tests.taskledger.conftest import deployment

__all__ = ["deployment"]
