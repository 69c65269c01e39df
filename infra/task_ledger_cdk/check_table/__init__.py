"""Whether a table that is there already fits the stack: `python -m task_ledger_cdk.check_table TABLE`."""
