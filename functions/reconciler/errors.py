"""The two kinds of error, by what to do about them.

    LedgerError
    |-- TransientError        trying again can help: throttled, timed out, unreachable
    `-- TerminalError         trying again cannot help: dead-letter queue and alarm
        |-- AccessDenied      this deployment's role may not make that call
        |-- ClusterNotFound   ECS knows no such cluster (any more)
        `-- InvalidInput      what we were given is wrong; names the field

Which kind an AWS error is, is decided by its code and HTTP status, never by the text of its message.
"""


class LedgerError(Exception):
    """Base of everything this package raises on purpose."""


class TransientError(LedgerError):
    """The same call may succeed later; nothing may be concluded from its failure."""


class TerminalError(LedgerError):
    """The same call will fail again until a person changes something."""


class AccessDenied(TerminalError):
    """The role may not make that call: somebody took the right away, or a policy above it refuses."""


class ClusterNotFound(TerminalError):
    """ECS knows no such cluster: it was deleted, or is of another account or Region."""


class InvalidInput(TerminalError):
    """A value from outside is not what its field allows; the message reads `field: what is wrong`."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
