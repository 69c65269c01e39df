"""The limits that ECS sets on a request: how many of a thing, and pages of what it lists."""

import base64
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Protocol, TypeVar

from ..engine.errors import invalid_parameter
from ..engine.shapes import Answer, Fields

_PAGE = 100


class Numbered(Protocol):
    """Something with a number of its own, which its list is in the order of."""

    seq: int


T = TypeVar("T")
N = TypeVar("N", bound=Numbered)


def some(request: Fields, name: str, most: int) -> Sequence[str]:
    """The request's list of that name; at least one item and at most that many."""
    items: Sequence[str] = request.get(name, ())
    if not items:
        raise invalid_parameter(f"{name} can not be empty.")
    if len(items) > most:
        raise invalid_parameter(f"{name} can have at most {most} items.")
    return items


def within(value: int, least: int, most: int, name: str) -> int:
    if not least <= value <= most:
        raise invalid_parameter(f"{name} must be between {least} and {most}.")
    return value


def page(
    items: Iterable[N],
    request: Fields,
    listed: Callable[[N], bool] = lambda _: True,
    usual: int = _PAGE,
) -> tuple[Sequence[N], Answer]:
    """The page that the request asks for of what is listed, and the `nextToken` if there is more.

    A request that says no size gets the `usual` one.
    A token names the last item of its page, so what comes or goes meanwhile moves no other item.
    """
    size = within(request.get("maxResults", usual), 1, _PAGE, "maxResults")
    after = _read(request["nextToken"]) if "nextToken" in request else 0
    found = list(islice((item for item in items if item.seq > after and listed(item)), size + 1))
    return found[:size], {"nextToken": _token(found[size - 1].seq)} if len(found) > size else {}


def _token(seq: int) -> str:
    return base64.urlsafe_b64encode(f"after {seq}".encode()).decode()


def _read(token: str) -> int:
    try:
        word, seq = base64.urlsafe_b64decode(token).decode().split()
        if word == "after":
            return int(seq)
    except ValueError:
        pass
    raise invalid_parameter("Invalid token.")
