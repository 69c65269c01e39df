"""`make bench`: every figure with its limit; exit code 1 if one is not kept."""

import json
import sys

import click

from tests.bench import beside, coldstart, idle, imports, lives, observe, reads, replays, sweep
from tests.bench.measure import Result
from tests.bench.table import PAGE, document, page, table

# Those that measure in this process come before `lives`, which loads moto.
BENCHES = (beside, observe, reads, lives, idle, imports, coldstart, replays, sweep)


def measured() -> list[Result]:
    """All figures; what is being measured is said on stderr, as it takes minutes."""
    results: list[Result] = []
    for bench in BENCHES:
        print(bench.__name__.removeprefix("tests.bench."), file=sys.stderr)  # noqa: T201
        results += bench.run()
    return results


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--write", is_flag=True, help="Write the table into docs/performance.md, too.")
def main(*, as_json: bool, write: bool) -> None:
    """Measure this project beside bare boto3 and the sample of ECS's documentation."""
    results = measured()
    click.echo(json.dumps(document(results), indent=2) if as_json else table(results))
    if write:
        PAGE.write_text(page(results), "utf-8")
    sys.exit(not all(result.kept for result in results))


if __name__ == "__main__":
    main()
