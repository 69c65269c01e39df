"""A row of each kind, as the adapters write it."""

from dataclasses import replace

from reconciler.adapters.dynamodb.items import deployment_items, incident_items, service_items
from reconciler.adapters.dynamodb.items.finding_items import finding_item
from reconciler.adapters.dynamodb.items.task import entry_items, history_items
from reconciler.gate import history_row
from tests.support.findings import failed_to_start, finding
from tests.support.full_service import full_service
from tests.support.incidents import full_incident
from tests.support.ledgers import RETENTION
from tests.support.services import SERVICE
from tests.support.values import CLUSTER, START, event, task_arn

ENTRY = {**entry_items.key(task_arn(1)), **entry_items.entry_values(failed_to_start(1).entry, RETENTION)}
ROW = history_items.row_item(history_row(event(3)), RETENTION)
FINDING = finding_item(finding(1), START, RETENTION)
INCIDENT = incident_items.incident_item(replace(full_incident(), due_at=START), RETENTION)
SERVICE_ROW = service_items.service_item(full_service(), RETENTION)
DEPLOYMENT = deployment_items.deployment_item(SERVICE, CLUSTER, full_service().deployments[0], RETENTION)
