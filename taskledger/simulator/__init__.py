"""The simulator: an ECS that behaves, in memory, behind the real boto3 client.

    boto3 client --before-send--> client --+
                                           +-> dispatch (ECS's JSON 1.1) -> [faults] -> ecs -> store
    any ECS client ---- HTTP ---> server --+                                             |
                                     listeners <- [delivery: its faults] <- events <-----+

`ecs` is the control plane: no HTTP, no real clock, no chance but the seed's. Its operations are in `tasks`,
`listing`, `clusters` and `protection`. How a task changes is decided by the pure functions of `lifecycle`,
and how it looks in an event or in the API by those of `shapes`.
"""
