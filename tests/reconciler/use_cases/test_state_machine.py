"""The ledger is right in the end, whatever went wrong on the way."""

import os

from hypothesis import settings

from tests.support.machine import Account

EXAMPLES = int(os.environ.get("TASKLEDGER_EXAMPLES", "200"))


class TestAccount(Account.TestCase):  # type: ignore[misc]  # made by Hypothesis at run time
    """When the faults end and two whole sweeps have run, ledger and ECS agree on what ECS still knows."""

    settings = settings(max_examples=EXAMPLES, stateful_step_count=50)
