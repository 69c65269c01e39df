"""Whether a table that is there already fits the stack: `python -m infra.check_table TABLE`."""
