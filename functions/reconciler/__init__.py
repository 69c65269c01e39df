"""Task Ledger for Amazon ECS: the part that runs in AWS Lambda.

ECS forgets a stopped task after about an hour, and reports its life in events that arrive at least once and
in no order. This package keeps what ECS said, in a table, for as long as people ask.

An *observation* is a task's state as an event or DescribeTasks reported it (`parsing` reads both into the
values of `model`). `use_cases.observe` asks DescribeTasks how current an event is, and hands the newest
observation of each task to the *gate*, `Ledger.record`: it lets in a version that is higher than the
*entry*'s, from whatever source, and refuses every other. So events may be late, doubled or swapped, and many
writers may work at once; the entry only ever moves forward. Each version leaves a *history row*, also one
that came too late.

What is wrong with a task is never stored with it: `findings` works it out from an entry.

    event -> parsing -> use_cases.observe -> gate -> ports.ledger -> adapters.dynamodb.ledger
                                |
                            ports.ecs -> adapters.ecs

Nothing of a service has a version. `services` is the gate for that: a *record* is made of what events and
DescribeServices report of the service and its deployments, and of each keeps the greatest, so that any order
ends in the same record. What came of a deployment is read from its parts (`services.outcomes`).

    event -> parsing -> use_cases.observe -> services.merge -> ports.services -> adapters.dynamodb.services
    sweep -> ports.services -> adapters.ecs_services -> services.merge

A *change* of an entry or a record is assessed: findings that are new are stored with their *incident*, whose
outbox holds what is still to be published.

    table's stream -> use_cases.assess -> notify -> incidents -> ports.incidents -> adapters.dynamodb
                                            |
                                      notifications -> ports.notifier -> adapters.sns

Imports point down: handlers, wiring, (adapters, use_cases, settings), ports, notifications, incidents,
findings, (gate, drift, protection, services, parsing), model, (arns, chunks, errors, text). All below the
ports is pure: no I/O, no clock, no logging. `adapters` and `wiring` are all that imports boto3.
"""
