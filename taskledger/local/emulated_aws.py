"""AWS's emulation in this process, out of reach of whatever the caller's environment names."""

from __future__ import annotations

from contextlib import contextmanager
from os import environ
from typing import TYPE_CHECKING
from unittest.mock import patch

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3

# Nothing of the caller's account may be reached from here, whatever the environment says.
_NO_AWS = {
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@contextmanager
def emulated_aws(region: str) -> Iterator[boto3.Session]:
    """A session on AWS's emulation in this process, from which nothing of the caller's is in reach."""
    import boto3  # noqa: PLC0415 - moto takes a second to import: only where it is needed
    from moto import mock_aws  # noqa: PLC0415 - the same

    outside = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    with patch.dict(environ, outside | _NO_AWS, clear=True), mock_aws():
        yield boto3.Session(region_name=region)
