"""What is wrong with an entry. Pure: the same entry always has the same findings."""

from .model import Finding, LedgerEntry
from .stops import explain


def findings(entry: LedgerEntry) -> tuple[Finding, ...]:
    """All that is wrong with a task, as far as its entry tells."""
    state = entry.state
    stop = explain(state)
    if stop is None:
        return ()
    return (
        Finding(
            task_arn=state.task_arn,
            cluster_arn=state.cluster_arn,
            group=state.group,
            task_definition_arn=state.task_definition_arn,
            kind=stop.kind,
            cause=stop.cause,
            severity=stop.severity,
            summary=stop.summary,
            remedy=stop.remedy,
            containers=stop.containers,
            exit_codes=stop.exit_codes,
            version=state.version,
            observed_at=entry.observed_at,
        ),
    )
