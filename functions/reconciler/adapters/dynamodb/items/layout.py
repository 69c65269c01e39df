"""How an item holds the fields of a value: each in an attribute, unless it is what it is by default.

So an attribute that is absent stands for the default, and one that is not known here is passed over.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, fields
from typing import TYPE_CHECKING, Any

from .values import digest, milliseconds, moment, number, read_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .values import Item, Value


@dataclass(frozen=True, slots=True)
class Codec:
    """What makes a field an attribute, and back; the second argument of each is the ARN of its cluster."""

    write: Callable[[Any, str], Value]
    read: Callable[[Value, str], Any]


class Layout:
    """The attributes of a kind of values, each with the field that it holds, and how.

    A field can hold such a value itself: `one`, a tuple of them (`several`), or a mapping to them (`named`).
    """

    def __init__(self, kind: Any, attributes: Mapping[str, tuple[str, Codec]]) -> None:  # noqa: ANN401 - a dataclass
        self._kind = kind
        self._attributes = attributes
        self._defaults = {each.name: _default(each) for each in fields(kind)}
        self.one = Codec(self._write, self._read)
        self.several = Codec(
            lambda values, arn: {"L": [self._write(each, arn) for each in values]},
            lambda value, arn: tuple(self._read(each, arn) for each in value["L"]),
        )
        self.named = Codec(
            lambda values, arn: {"M": {name: self._write(each, arn) for name, each in values.items()}},
            lambda value, arn: {name: self._read(each, arn) for name, each in value["M"].items()},
        )

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

    def _write(self, held: object, cluster_arn: str) -> Value:
        return {"M": self.item(held, cluster_arn)}

    def _read(self, value: Value, cluster_arn: str) -> Any:  # noqa: ANN401 - of that kind
        return self._kind(**self.fields(value["M"], cluster_arn))


def _default(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _write_arn(arn: str, cluster_arn: str) -> Value:
    """Without what all ARNs of an account and Region share, `arn:PARTITION:ecs:REGION:ACCOUNT`."""
    return {"S": arn.removeprefix(_home(cluster_arn))}


def _read_arn(value: Value, cluster_arn: str) -> str:
    arn: str = value["S"]
    return _home(cluster_arn) + arn if arn.startswith(":") else arn


def _home(cluster_arn: str) -> str:
    return cluster_arn.partition(":cluster/")[0]


TEXT = Codec(lambda text, _: {"S": text}, lambda value, _: str(value["S"]))
TEXTS = Codec(
    lambda texts, _: {"M": {name: {"S": text} for name, text in texts.items()}},
    lambda value, _: {name: str(text["S"]) for name, text in value["M"].items()},
)
TIME = Codec(lambda time, _: milliseconds(time), lambda value, _: moment(value))
NUMBER = Codec(lambda count, _: number(count), lambda value, _: int(value["N"]))
FLAG = Codec(lambda flag, _: {"BOOL": flag}, lambda value, _: bool(value["BOOL"]))
ARN = Codec(_write_arn, _read_arn)
DIGEST = Codec(lambda text, _: digest(text), lambda value, _: read_digest(value))
