"""How an item holds the fields of a value: each in an attribute, unless it is what it is by default.

So an attribute that is absent stands for the default, and one that is not known here is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from .values import milliseconds, moment, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .values import Item, Value


@dataclass(frozen=True, slots=True)
class Codec:
    """What makes a field an attribute, and back; the second argument of each is the ARN of its cluster."""

    write: Callable[[Any, str], Value]
    read: Callable[[Value, str], Any]


class Layout:
    """The attributes of a kind of values, each with the field that it holds, and how."""

    def __init__(self, kind: Any, attributes: Mapping[str, tuple[str, Codec]]) -> None:  # noqa: ANN401 - a dataclass
        self._attributes = attributes
        self._defaults = {each.name: each.default for each in fields(kind)}

    def item(self, held: object, cluster_arn: str) -> dict[str, Value]:
        return {
            name: codec.write(value, cluster_arn)
            for name, (field, codec) in self._attributes.items()
            if (value := getattr(held, field)) != self._defaults[field]
        }

    def fields(self, item: Item, cluster_arn: str) -> dict[str, Any]:
        """What the item says, by the names of the fields."""
        return {
            field: codec.read(item[name], cluster_arn)
            for name, (field, codec) in self._attributes.items()
            if name in item
        }


def _write_arn(arn: str, cluster_arn: str) -> Value:
    """Without what all ARNs of an account and Region share, `arn:PARTITION:ecs:REGION:ACCOUNT`."""
    return {"S": arn.removeprefix(_home(cluster_arn))}


def _read_arn(value: Value, cluster_arn: str) -> str:
    arn: str = value["S"]
    return _home(cluster_arn) + arn if arn.startswith(":") else arn


def _home(cluster_arn: str) -> str:
    return cluster_arn.partition(":cluster/")[0]


TEXT = Codec(lambda text, _: {"S": text}, lambda value, _: str(value["S"]))
TIME = Codec(lambda time, _: milliseconds(time), lambda value, _: moment(value))
NUMBER = Codec(lambda count, _: number(count), lambda value, _: int(value["N"]))
FLAG = Codec(lambda flag, _: {"BOOL": flag}, lambda value, _: bool(value["BOOL"]))
ARN = Codec(_write_arn, _read_arn)


def many(values: Mapping[str, Mapping[str, Value]]) -> Value:
    """Several by their names, as one attribute."""
    return {"M": {name: {"M": each} for name, each in values.items()}}
