"""The contexts that tests and linters synthesise the stack with."""

from __future__ import annotations

from collections.abc import Mapping

# Every choice that adds or changes a resource, at once, but for those below.
EVERYTHING: Mapping[str, str] = {
    "stackName": "Other",
    "clusters": "shop,arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/billing",
    "alertEmails": "ops@example.com,dev@example.com",
    "retentionDays": "30",
    "sweepMinutes": "5",
    "sweepCallsPerSecond": "5",
    "protectionLeadMinutes": "20",
    "policyFile": "tests/infra/policy.toml",
    "alertOnReplay": "true",
    "chatTopic": "true",
    "removalPolicy": "destroy",
    "tags": "team=shop,env=live",
    "permissionsBoundary": "Boundary",
    "architecture": "x86_64",
    "archiveDays": "0",
    "cloudTrailProtection": "true",
    "tracing": "true",
    "logRetentionDays": "7",
    "maxConcurrency": "3",
    "callsPerSecond": "6",
    "logLevel": "DEBUG",
}
OWN_KEY: Mapping[str, str] = {
    "kmsKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef",
    "cloudTrailProtection": "true",
}
_TABLE = "arn:aws:dynamodb:eu-central-1:111122223333:table/ledger-restored"
ADOPTED: Mapping[str, str] = {
    "tableArn": _TABLE,
    "tableStreamArn": f"{_TABLE}/stream/2026-11-20T09:00:00.000",
}
CONTEXTS: Mapping[str, Mapping[str, str]] = {
    "default": {},
    "everything": EVERYTHING,
    "own-key": OWN_KEY,
    "adopted": ADOPTED,
    "adopted-with-key": {**ADOPTED, **OWN_KEY},
}
