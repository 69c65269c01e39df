"""The app as a person deploys and uses it: the CDK's own command line, and the console script."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from tests.e2e.emulator import ACCOUNT, REGION
from tests.support.running import Ran

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.e2e.emulator import Emulator

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60  # seconds for what takes a few
DEPLOYING = (
    900  # seconds for what takes some tens, on a machine that is busy and has to fetch the layer first
)

APP = "python3 -m tests.e2e.app"

# All but what the emulator refuses is deployed as it is; of the app's choices, these are not the defaults.
CONTEXT = {
    "architecture": "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64",  # this machine's
    "removalPolicy": "destroy",  # or `cdk destroy` would leave the table, as it should for people
    "archiveDays": "0",  # the emulator knows no AWS::Events::Archive
    "policyFile": "tests/e2e/policy.toml",  # incidents are over soon
    "chatTopic": "true",
}


@dataclass
class Deployment:
    """One emulated account with the stack in it, and what people do there."""

    emulator: Emulator
    ecs_url: str
    node_modules: Path  # where the CDK's command line is installed
    folder: Path
    outputs: Mapping[str, str] = field(default_factory=dict)
    stack: str = "TaskLedger"

    def deploy(self, stack: str, **context: str) -> Deployment:
        """Another stack in the same account, with these choices beside the usual ones."""
        self.cdk("deploy", "--require-approval", "never", stackName=stack, **context)
        found = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}
        return replace(self, outputs=outputs, stack=stack)

    def cdk(self, *arguments: str, **choices: str) -> str:
        """What the CDK wrote; it must not fail."""
        chosen = {**CONTEXT, **choices}
        context = [part for key, value in chosen.items() for part in ("--context", f"{key}={value}")]
        cdk = self.node_modules / "aws-cdk" / "bin" / "cdk"
        options = ["--app", APP, "--output", str(self.folder / "cdk.out"), "--no-notices", *context]
        ran = self._run(["node", str(cdk), *arguments, *options], stderr=subprocess.STDOUT)
        assert ran.returncode == 0, f"cdk {arguments[0]} failed:\n{ran.stdout}"
        return ran.stdout

    def taskledger(self, *arguments: object) -> Ran:
        """A run of the console script, as installed."""
        script = str(Path(sys.executable).with_name("taskledger"))
        ran = self._run([script, *map(str, arguments)], stderr=subprocess.PIPE)
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def tasks(self, cluster: str) -> dict[str, dict[str, Any]]:
        """All that the ledger holds of the cluster, by ARN."""
        ran = self.taskledger("tasks", "--json", "--cluster", cluster)
        assert ran.code == 0, ran.err
        return {task["taskArn"]: task for task in ran.document["tasks"]}

    def closed(self, task_arn: str) -> bool:
        """Whether the ledger knows that the task is over."""
        ran = self.taskledger("show", "--json", task_arn)
        return ran.code == 0 and not ran.document["open"]

    def shown(self, task_arn: str) -> dict[str, Any]:
        ran = self.taskledger("show", "--json", task_arn)
        assert ran.code == 0, ran.err
        return ran.document

    def client(self, service: str) -> Any:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        return boto3.client(service, REGION, endpoint_url=self.emulator.url, **keys)

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self.client("sqs").send_message(QueueUrl=self.outputs["EventQueueUrl"], MessageBody=body)

    def send_at_once(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Sends up to ten events, which one run of the function gets together."""
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(event)} for number, event in enumerate(events)
        ]
        self.client("sqs").send_message_batch(QueueUrl=self.outputs["EventQueueUrl"], Entries=entries)

    def save(self, events: Sequence[Mapping[str, Any]]) -> Path:
        file = self.folder / "events.jsonl"
        file.write_text("".join(f"{json.dumps(event)}\n" for event in events))
        return file

    def invoke(self, output: str) -> None:
        """Runs the function that this output names, as its schedule would."""
        answer = self.client("lambda").invoke(FunctionName=self.outputs[output], Payload=b"{}")
        assert "FunctionError" not in answer, answer["Payload"].read()

    def settle(self) -> None:
        """Waits until the queue is empty, and nothing of it is being worked on."""
        self.wait("the queue to be empty", lambda: not self.messages("EventQueueUrl"))

    def wait(self, what: str, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < until, f"waited {PATIENCE} s in vain for {what}"
            time.sleep(0.25)

    def measured(self, service: str) -> Counter[str]:
        """What the function has counted until now, by metric, as CloudWatch takes it from the logs."""
        logs, counted = self.client("logs"), Counter[str]()
        for group in logs.describe_log_groups()["logGroups"]:
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
            messages = [event["message"] for page in pages for event in page["events"]]
            for line in (json.loads(each) for each in messages if each.startswith('{"_aws"')):
                if line.get("service") == service:
                    names = [each["Name"] for each in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
                    counted.update({name: int(sum(line[name])) for name in names})
        return counted

    def rows(self) -> list[dict[str, Any]]:
        """Every item of the table, in an order of its own."""
        pages = (
            self.client("dynamodb").get_paginator("scan").paginate(TableName=self.outputs["LedgerTableName"])
        )
        found = [item for page in pages for item in page["Items"]]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    def messages(self, output: str) -> int:
        """How many messages the queue of this output has, those included that are being worked on."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.client("sqs").get_queue_attributes(QueueUrl=self.outputs[output], AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def _run(self, command: Sequence[str], *, stderr: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | self._variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            timeout=DEPLOYING,
            check=False,
        )

    def _variables(self) -> dict[str, str]:
        """What a person's shell would have: this Python and its Node.js in front, and the account."""
        return {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "AWS_ENDPOINT_URL": self.emulator.url,
            "AWS_ENDPOINT_URL_ECS": self.ecs_url,
            "AWS_REGION": REGION,
            "TASKLEDGER_STACK": self.stack,
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_HOME": str(self.folder / "cdk"),
            "CDK_DOCKER": "no-docker-is-needed",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "true",
            "CI": "true",
            "NO_COLOR": "1",
            "NO_PROXY": "127.0.0.1",
        }
