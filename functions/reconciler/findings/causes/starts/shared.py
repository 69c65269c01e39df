"""Faults that several steps of a start can meet: the parts of texts that show them, and their remedies."""

from typing import Final

NO_ROUTE: Final = (
    "timeout timedout requestcanceled nosuchhost dialtcp connectionissue networkconnection deadlineexceeded"
    " connectionrefused connectionreset networkconfiguration contextcanceled signal:killed"
    " sendrequestfailed networkisunreachable noroutetohost servermisbehaving"
)

DOCKER_DOWN: Final = {
    "errorduringconnect connecttothedockerdaemon dockerdaemonrunning pipe/docker_engine": "Docker on the"
    " container instance is down: restart its service and the ECS agent, or replace the instance."
}

DISK_FULL: Final = {
    "nospaceleft notenoughspace thinpool": "The disk is full: on Fargate raise the task's ephemeralStorage;"
    " on EC2 remove unused images and containers (docker system prune), or enlarge the instance's volume."
}

LOG_DAEMON: Final = {
    "fluent+dial fluent+connectionrefused fluent+nosuchfile syslog+dial syslog+connectionrefused"
    " syslogdelivery gelf+dial splunk+dial": "The log daemon does not listen at the address in the text:"
    " start it before this container (for FireLens the log router, with dependsOn), and check address, port"
    " and socket."
}

LOG_GROUP: Final = {
    "nocredentialproviders": "The log driver found no credentials: give the task an execution role (on EC2"
    " the instance a role) that may write to CloudWatch Logs.",
    "logs:create logs:put logstream+accessdenied loggroup+accessdenied loggroup+notauthorized": "The role may"
    " not write logs: allow the execution role (on EC2 perhaps the instance's) logs:CreateLogStream and"
    " logs:PutLogEvents, and logs:CreateLogGroup where awslogs-create-group is set.",
    "nologdrivernamed unknownlogdriver": "The instance has no such log driver: use another, or install it and"
    " name it in ECS_AVAILABLE_LOGGING_DRIVERS.",
}
