"""The lives that other tests are made of are lives that the ledger can hold."""

from reconciler.adapters.dynamodb.items.task import history_items
from reconciler.adapters.dynamodb.reads import read_entry
from taskledger.deployed.ledger import DeployedLedger
from taskledger.deployed.tasks.lives import lives
from tests.support.deployed import TABLE, Deployment
from tests.support.many_lives import SPAN, UNTIL, entry_item, many_lives, put_ready_made, row_items


def test_the_same_for_the_same_seed() -> None:
    """And others for another."""
    assert many_lives(50, 1) == many_lives(50, 1) != many_lives(50, 2)


def test_items_hold_all_of_a_life() -> None:
    """What is read of its items is the life."""
    for life in many_lives(500, 3, awkward=0.5):
        assert read_entry(entry_item(life.entry)) == life.entry
        assert tuple(map(history_items.row, row_items(life))) == life.rows


def test_a_ledger_finds_them(deployment: Deployment) -> None:
    """By its marks of clusters and its indexes, open and closed."""
    made = many_lives(60, 4, awkward=0.5)
    put_ready_made(deployment.dynamodb, TABLE, made)
    ledger = DeployedLedger(deployment.dynamodb, TABLE)
    found = lives(ledger, ledger.clusters(), UNTIL - SPAN, UNTIL, 60)
    assert {one.state.task_arn: one for one in found} == {
        life.entry.state.task_arn: life.entry for life in made
    }
    assert all(ledger.history(life.entry.state.task_arn) == life.rows for life in made)
