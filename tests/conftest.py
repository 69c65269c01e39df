"""What all tests share: nothing of the machine's AWS set-up reaches them, and no clock hurries them."""

import gc
import os

import botocore.session
import hypothesis
from botocore.loaders import create_loader

# A slow or busy machine is no failure; what a property found is repeated from what it prints.
hypothesis.settings.register_profile("patient", deadline=None, print_blob=True)
hypothesis.settings.load_profile("patient")

# AWS's services are described in large files: they are read once, and not for each session.
_LOADER = create_loader()
botocore.session.create_loader = lambda *_: _LOADER

# Python would look through all that lives for cycles again and again: moto and the CDK make much that stays.
gc.set_threshold(100_000, *gc.get_threshold()[1:])

# At import, as test modules may build clients when they are collected. With these names and no others, a call
# that escapes from moto or the simulated ECS is refused instead of reaching somebody's account.
for _name in [name for name in os.environ if name.startswith(("AWS_", "LEDGER_", "POWERTOOLS_"))]:
    del os.environ[_name]
os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="eu-central-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_METRICS_NAMESPACE="Tests",  # as the stack sets it for each function
)
