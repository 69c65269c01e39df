"""The services of the simulated ECS, and what is said of them: events, messages and new ids."""

import base64

from ..engine.errors import ApiError, invalid_parameter
from ..engine.shapes import Answer, Fields
from ..engine.store import REMEMBERED_SECONDS, Cluster, Store
from .model import Deployment, Hook, Service, ServiceDeployment
from .outcomes import Plans
from .shapes import events


class Services:
    """All services by ARN; one that is INACTIVE for an hour is gone, and its deployments with it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.plans = Plans(store.definitions)
        self.cluster_in_deployment_events = True
        self._services: dict[str, Service] = {}
        self._seq = 0

    @property
    def now(self) -> float:
        return self.store.clock.epoch

    def all(self) -> list[Service]:
        """The services that ECS remembers, the oldest first."""
        remembered = {
            arn: each
            for arn, each in self._services.items()
            if each.inactive_at + REMEMBERED_SECONDS > self.now
        }
        self._services = remembered
        return list(remembered.values())

    def of(self, cluster: Cluster) -> list[Service]:
        return [each for each in self.all() if each.cluster is cluster]

    def find(self, cluster: Cluster, reference: str) -> Service | None:
        """The service of that name or ARN, None if the cluster has no such one."""
        names = {each.name: each for each in self.of(cluster)}
        found = names.get(reference.rsplit("/", 1)[-1])
        return found if found and reference in (found.arn, found.name) else None

    def named(self, request: Fields) -> Service:
        """The service that a request names by `cluster` and `service`; else `ServiceNotFoundException`."""
        found = self.find(self.store.cluster(request.get("cluster")), request["service"])
        if found is None:
            raise ApiError("ServiceNotFoundException", "Service not found.")
        return found

    def add(self, service: Service) -> None:
        """Adds a service; one of its name may be there only if it is INACTIVE."""
        before = self._services.pop(service.arn, None)
        if before and before.status != "INACTIVE":
            self._services[service.arn] = before
            raise invalid_parameter("Creation of service was not idempotent.")
        service.cluster.active_services += 1
        self._services[service.arn] = service

    def next(self) -> int:
        self._seq += 1
        return self._seq

    def new_number(self) -> str:
        """Nineteen digits, as in a deployment's id; a text, as it may begin with zeros."""
        return f"{self.store.new_id().int % 10**19:019}"

    def new_word(self) -> str:
        """Twenty-one characters, as at the end of a service deployment's ARN."""
        return base64.urlsafe_b64encode(self.store.new_id().bytes).decode()[:21]

    def say(self, service: Service, message: str) -> None:
        """Adds a message to the service's own, with its name before it where it isn't in it."""
        text = message if message.startswith("service (") else f"(service {service.name}) {message}"
        service.messages.appendleft({"id": str(self.store.new_id()), "createdAt": self.now, "message": text})

    def emit_deployment(self, service: Service, deployment: Deployment, name: str) -> None:
        named = self.cluster_in_deployment_events
        self._emit(events.deployment_event(service, deployment, name, self.now, cluster=named))

    def emit_action(self, service: Service, name: str, **more: object) -> None:
        self._emit(events.action_event(service, name, self.now, **more))

    def emit_hook(self, service: Service, deployment: ServiceDeployment, hook: Hook, name: str) -> None:
        self._emit(events.hook_event(service, deployment, hook, name, self.now))

    def _emit(self, event: Answer) -> None:
        self.store.outbox.append(event)
