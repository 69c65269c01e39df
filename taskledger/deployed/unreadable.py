"""Rows that cannot be read: left out of an answer, and what is wrong with them kept."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reconciler.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator


class UnreadableRows(list[InvalidInput]):
    """What is wrong with each of them."""

    @contextmanager
    def left_out(self) -> Iterator[None]:
        """Goes on after a row that cannot be read."""
        try:
            yield
        except InvalidInput as error:
            self.append(error)
