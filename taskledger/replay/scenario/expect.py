"""What a scenario expects of a task or a service, and whether it is so.

Of a task: any field that `--json` prints, and `findings`. Of a service:

    outcomes       what came of its deployments, the newest first: `checkout:2 ROLLED_BACK`
    belowDesired   whether it ran fewer tasks than it should when it was read last
    findings       what was found on it
    blame          by kind and cause of each of its incidents, the deployment that it is said to begin with
    open           kind and cause of each of its incidents that is open
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput
from reconciler.services.outcomes import histories

from ...output import payload
from .words import blame_facts, deployment_words, finding_words, spell

if TYPE_CHECKING:
    from .play import Play


def expect(on: Play, values: Mapping[str, Any]) -> None:
    """Holds what the ledger says of the task or service against each fact."""
    name, facts = values["expect"], values["facts"]
    there = _of_task(on, name) if name in on.tasks else _of_service(on, name)
    if there is None:
        raise InvalidInput("expect", f'the ledger has not heard of "{name}" by then')
    if unknown := sorted(facts.keys() - there.keys()):
        what = "task" if name in on.tasks else "service"
        raise InvalidInput(unknown[0], f"is no field of a {what}: these are {', '.join(there)}")
    on.expectations += len(facts)
    holding = [field for field, expected in facts.items() if _agrees(expected, there[field])]
    if holding:
        on.report("check", f"{name}: {', '.join(f'{field} {spell(facts[field])}' for field in holding)}")
    for field in sorted(facts.keys() - set(holding)):
        on.missed(name, field, facts[field], there[field])


def _of_task(on: Play, name: str) -> Mapping[str, Any] | None:
    if (entry := on.entry(name)) is None:
        return None
    return payload.task_with_history(*entry) | {
        "findings": list(map(finding_words, on.found_on(on.tasks[name])))
    }


def _of_service(on: Play, name: str) -> Mapping[str, Any] | None:
    if (record := on.record(name)) is None:
        return None
    incidents = [
        one
        for one in on.system.incidents.everything()
        if (one.key.cluster_arn, one.service) == (record.cluster_arn, name)
    ]
    return {
        "outcomes": list(map(deployment_words, histories(record))),
        "belowDesired": record.below_desired_since is not None,
        "findings": list(map(finding_words, on.found_on(record.service_arn))),
        "blame": {finding_words(one): blame_facts(one) for one in incidents},
        "open": [finding_words(one) for one in incidents if one.open],
    }


def _agrees(expected: object, found: object) -> bool:
    """Whether it is as expected; of a table, as far as the expectation goes."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return all(key in found and _agrees(value, found[key]) for key, value in expected.items())
    return expected == found and isinstance(expected, bool) == isinstance(found, bool)
