"""Task Ledger for Amazon ECS: the part that runs in AWS Lambda.

ECS forgets a stopped task after about an hour, and tells of its life in events that come at least once and
in no order. This package keeps what ECS said, in a table, for as long as people ask.

An *observation* is one telling of a task's state, by an event or by DescribeTasks (`wire` reads both into
the values of `model`). `reconcile` asks DescribeTasks how current an event is, and hands the newest
observation of each task to the *gate*, `Ledger.record`: it lets in a version that is higher than the
*entry*'s, whoever brings it, and refuses every other. So events may be late, doubled or swapped, and many
writers may work at once; the entry only ever moves forward. Each version told leaves a *history row*, also
one that came too late.

What is wrong with a task is never stored with it: `stops` and `findings` work it out from an entry.

    event -> wire -> reconcile.observe -> decide -> ports.Ledger -> adapters.dynamodb
                          |
                     ports.Tasks -> adapters.ecs

A *change* of an entry is assessed: findings that are new are stored with their *incident*, and told of by it.

    table's stream -> assess -> alerts -> incidents -> ports.Incidents -> adapters.dynamodb_incidents
                                  |
                              messages -> ports.Notifier -> adapters.sns

`model`, `wire`, `decide`, `stops`, `findings`, `incidents` and `messages` are pure: no I/O, no clock, no
logging. `adapters` and `wiring` are all that knows boto3. `handlers` hold one thin module a Lambda function.
"""
