"""`python -m task_ledger_cdk.check_table TABLE`: whether a restored or kept table can be given to the stack.

Exit codes: 0 it fits, 1 it does not, 2 it could not be looked at. Account and Region are those of the AWS
credentials and of AWS_REGION. It reads, and changes nothing.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .differences import Difference, differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code, with everything else printed."""
    parser = argparse.ArgumentParser(
        prog="python -m task_ledger_cdk.check_table", description="Check a table."
    )
    parser.add_argument("table", metavar="TABLE", help="the name of the table")
    name = parser.parse_args(arguments).table
    try:
        lines, fits = _checked(boto3.client("dynamodb"), name)
    except (BotoCoreError, ClientError) as error:
        print(f"The table {name} could not be looked at: {error}", file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0 if fits else 1


def _checked(client: DynamoDBClient, name: str) -> tuple[list[str], bool]:
    """What to print, and whether the table fits."""
    table = client.describe_table(TableName=name)["Table"]
    time_to_live = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    found = differences(table, time_to_live)
    lines = [*_misfit(name, found)] if found else [f"{name} fits. Deploy with", "", *_choices(table)]
    return [*lines, *_advice(client, table)], not found


def _misfit(name: str, found: Sequence[Difference]) -> Iterator[str]:
    yield f"{name} does not fit:"
    for each in found:
        yield from ("", f"  {each.part}: found {each.found}, needed {each.needed}", f"    {each.remedy}")


def _choices(table: TableDescriptionTypeDef) -> Iterator[str]:
    yield f"  -c tableArn={table['TableArn']}"
    yield f"  -c tableStreamArn={table['LatestStreamArn']}"
    if key := table.get("SSEDescription", {}).get("KMSMasterKeyArn"):
        yield f"  -c kmsKeyArn={key}  (unless it is the key that AWS manages)"


def _advice(client: DynamoDBClient, table: TableDescriptionTypeDef) -> Iterator[str]:
    """What the functions don't need and the stack's own table has."""
    name = table["TableName"]
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    if recovery != "ENABLED":
        yield "\nPoint-in-time recovery is off:"
        yield (
            f"  aws dynamodb update-continuous-backups --table-name {name} "
            "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
        )
    if not table.get("DeletionProtectionEnabled"):
        yield "\nDeletion protection is off:"
        yield f"  aws dynamodb update-table --table-name {name} --deletion-protection-enabled"
    if table.get("BillingModeSummary", {}).get("BillingMode") != "PAY_PER_REQUEST":
        yield "\nIt has a fixed capacity, and is throttled beyond it:"
        yield f"  aws dynamodb update-table --table-name {name} --billing-mode PAY_PER_REQUEST"


if __name__ == "__main__":
    sys.exit(main())
