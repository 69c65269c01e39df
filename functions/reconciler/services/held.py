"""What a record holds for the natural key of an event (services.merge has the keys)."""

from ..model.deployment import Report
from ..model.hook import Hook
from ..model.service import ServiceRecord
from ..model.service_event import ActionEvent, DeploymentEvent, ServiceEvent


def held(record: ServiceRecord, event: ServiceEvent) -> Report | Hook | None:
    """None where nothing was reported so far, or nothing of it is kept."""
    if isinstance(event, ActionEvent):
        return record.actions.get(event.name)
    if isinstance(event, DeploymentEvent):
        known = record.deployment(event.deployment_id)
        return known.reports.get(event.name) if known else None
    return next((one for one in record.hooks if one.hook_id == event.hook.hook_id), None)


def reported(event: ServiceEvent) -> Report | Hook:
    """What the event would have the record hold."""
    return event.report if isinstance(event, ActionEvent | DeploymentEvent) else event.hook
