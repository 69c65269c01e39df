"""The task definitions that the simulated ECS knows; any other `family:revision` has one container, `app`."""

from dataclasses import dataclass, field

from .shapes import Answer, Fields

_ECHOED = ("executionRoleArn", "networkMode", "requiresCompatibilities", "runtimePlatform", "taskRoleArn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a task takes from its task definition."""

    arn: str
    containers: tuple[Fields, ...]
    cpu: str = "256"
    memory: str = "512"
    registered: Fields = field(default_factory=dict)

    @property
    def family(self) -> str:
        return self.arn.rsplit("/", 1)[-1].partition(":")[0]

    @property
    def inessential(self) -> frozenset[str]:
        """The containers that a task goes on without; any that is not named here is essential."""
        return frozenset(c["name"] for c in self.containers if not c.get("essential", True))


@dataclass(slots=True)
class Definitions:
    """Task definitions by ARN; `prefix` is what ARNs of this account and Region begin with."""

    prefix: str
    _registered: dict[str, Definition] = field(default_factory=dict)
    _revisions: dict[str, int] = field(default_factory=dict)

    def register(self, request: Fields, now: float) -> Answer:
        """RegisterTaskDefinition: the family's next revision."""
        family = request["family"]
        revision = self._revisions.get(family, 0) + 1
        definition = Definition(
            arn=f"{self.prefix}:task-definition/{family}:{revision}",
            containers=tuple(request["containerDefinitions"]),
            cpu=request.get("cpu", "256"),
            memory=request.get("memory", "512"),
            registered={name: request[name] for name in _ECHOED if name in request} | {"registeredAt": now},
        )
        self._revisions[family] = revision
        self._registered[definition.arn] = definition
        return {"taskDefinition": _answer(definition), "tags": request.get("tags", [])}

    def describe(self, request: Fields) -> Answer:
        """DescribeTaskDefinition, also of one that nobody registered: there may be tasks of it."""
        return {"taskDefinition": _answer(self.find(request["taskDefinition"])), "tags": []}

    def find(self, reference: str) -> Definition:
        """The definition of an ARN, a `family:revision` or a family (its latest revision)."""
        arn = reference if reference.startswith("arn:") else f"{self.prefix}:task-definition/{reference}"
        family, _, revision = arn.rsplit("/", 1)[-1].partition(":")
        if not revision:
            arn = f"{arn}:{self._revisions.get(family, 1)}"
        return self._registered.get(arn) or Definition(arn=arn, containers=(_app(family),))


def _app(family: str) -> Fields:
    return {"name": "app", "image": f"{family}:latest"}


def _answer(definition: Definition) -> Answer:
    return {
        **definition.registered,
        "taskDefinitionArn": definition.arn,
        "family": definition.family,
        "revision": int(definition.arn.rpartition(":")[2]),
        "status": "ACTIVE",
        "cpu": definition.cpu,
        "memory": definition.memory,
        "containerDefinitions": list(definition.containers),
    }
