"""Ports in memory whose calls meet the fault of the moment, as those of AWS do in `desk`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from botocore.exceptions import ClientError

from reconciler.adapters.aws import aws_errors
from reconciler.errors import LedgerError

from .desk import Fault

if TYPE_CHECKING:
    from reconciler.notifications.message import Message
    from reconciler.ports.notifier import Notifier


Port = TypeVar("Port")


class _Faulty:
    """Any port: its calls are counted, and meet the fault."""

    def __init__(self, port: object, fault: Fault) -> None:
        self._port, self._fault = port, fault

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._port, name)

        def met(*args: Any, **options: Any) -> Any:
            with aws_errors():
                if refused := self._fault.before(name):
                    raise ClientError(cast("Any", refused[1]), name)
                answer = call(*args, **options)
                self._fault.after()
                return answer

        return met


def faulty(port: Port, fault: Fault) -> Port:
    """The port, of which each call may fail."""
    return cast("Port", _Faulty(port, fault))


@dataclass
class FaultyTopic:
    """A notifier of which a call that fails is in the answer."""

    inner: Notifier
    fault: Fault

    @property
    def destinations(self) -> Sequence[str]:
        return self.inner.destinations

    def publish(self, message: Message, to: Sequence[str]) -> Mapping[str, LedgerError]:
        try:
            return faulty(self.inner, self.fault).publish(message, to)
        except LedgerError as error:
            return dict.fromkeys(to, error)
