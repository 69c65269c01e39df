"""The simulator: an ECS that behaves, in memory, behind the real boto3 client.

    boto3 client --before-send--> client --+
                                           +-> dispatch (ECS's JSON 1.1) -> [faults] -> ecs -> store
    any ECS client ---- HTTP ---> server --+                                             |
                                     listeners <- [delivery: its faults] <- events <-----+

`ecs` is the control plane: no HTTP, no real clock, no chance but the seed's. Its operations are in `tasks`,
`listing`, `clusters`, `protection`, `services` and `deployments`. How a task changes is decided by the pure
functions of `lifecycle`, and how it looks in an event or in the API by those of `shapes`.

Services on Fargate or EC2 have a scheduler, in the package `services`: it keeps the desired count, rolls
within minimumHealthyPercent and maximumPercent, respects protection, pauses at hooks, and fails and rolls
back by the circuit breaker, an alarm or a hook. What becomes of their tasks is planned for each task
definition. Load balancers, service discovery, daemons, strategies other than ROLLING, Lambda hooks,
rebalancing and StopServiceDeployment are not simulated; what asks for them is refused by name.
"""
