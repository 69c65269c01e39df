"""A cold start: importing the handler and building its clients, beside what any such function has to do."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

from tests.bench.measure import Result, middle_half

LIMIT = 1.3
ROUNDS = 15

BASE = """
import boto3
from aws_lambda_powertools import Logger, Metrics
from botocore.config import Config
boto3.client("ecs", config=Config(retries={"mode": "standard"}))
boto3.client("dynamodb", config=Config(retries={"mode": "standard"}))
Logger(service="observe"); Metrics(service="observe")
"""
OURS = """
from reconciler.handlers import observe
from reconciler.wiring.observe import services
services()
"""
SAMPLE = """
import json
import boto3
boto3.resource("dynamodb").Table("ECSTaskState")
"""
TIMED = "import time; started = time.process_time()\n{}\nprint(time.process_time() - started)"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "LEDGER_TABLE_NAME": "ledger",
    "LEDGER_RETENTION_DAYS": "90",
    "POWERTOOLS_METRICS_NAMESPACE": "TaskLedger",
    "PYTHONPATH": "functions",
    "PATH": os.environ["PATH"],
}


def run() -> Iterator[Result]:
    rounds = [tuple(map(_cpu, (OURS, BASE, SAMPLE))) for _ in range(ROUNDS)]
    ours, base, sample = ([seconds * 1000 for seconds in side] for side in zip(*rounds, strict=True))
    yield Result(
        "importing the handler and building its clients, beside boto3 and Powertools alone",
        statistics.median(ours),
        unit="ms",
        spread=middle_half(ours),
        bare=statistics.median(base),
        sample=statistics.median(sample),
    )
    ratios = [mine / bare for mine, bare in zip(ours, base, strict=True)]
    yield Result(
        "importing the handler and its clients, by boto3 and Powertools alone",
        statistics.median(ratios),
        LIMIT,
        spread=middle_half(ratios),
    )


def _cpu(code: str) -> float:
    command = [sys.executable, "-c", TIMED.format(code)]
    answer = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return float(answer.stdout)
