"""One run of all there is, disturbed at each of its calls to AWS in turn, as Sieve does with controllers.

stale        the call shows what was before: ECS the version before, the table an index or a row of before
unobserved   just before the call a task goes on, and no event of that arrives
killed       the call is the last of its function: it is not made, or it is done and nobody hears of it

What was not done comes again, as its queue, its stream or its schedule would bring it. In the end, when calls
succeed again, two whole passes have to make all of it right.
"""

from __future__ import annotations

from .account import Account, Disturbed

WAYS = ("stale", "unobserved", "killed before", "killed after")


def live(account: Account) -> None:
    """Tasks start, run, fail and are forgotten; some of their events come together, some late, some never."""
    account.start()
    account.observe()
    account.start()
    for status in ("PENDING", "RUNNING"):
        account.report(account.arns[0], status)
    account.observe()
    account.sweep()
    account.clock.advance(6 * 60)
    account.report(account.arns[1], "PENDING")
    late, account.queue[:] = account.queue[:], []
    account.report(account.arns[0], "STOPPED")
    account.observe()
    account.watch()
    account.clock.advance(6 * 60)
    account.report(account.arns[1], "RUNNING")
    account.queue.clear()
    account.start()
    account.queue.clear()
    account.sweep()
    account.queue += late
    account.observe()
    account.report(account.arns[1], "STOPPED")
    account.queue.clear()
    account.clock.advance(11 * 60)
    account.watch()
    account.sweep()


def end(account: Account) -> None:
    """Calls succeed again: the pass under way ends, then two whole ones, and the watch sends what is left."""
    account.heard = True
    for _ in range(3):
        account.clock.advance(11 * 60)
        account.sweep()
        account.watch()
    account.clock.advance(120)
    account.watch()


def check(account: Account) -> None:
    """The ledger is as ECS is, and each failure was counted once and published."""
    entries = account.entries()
    failed = 0
    for arn in account.arns:
        for task in account.known(arn):
            entry = entries[arn]
            assert (entry.state.version, entry.open) == (task["version"], task["lastStatus"] != "STOPPED")
            assert (entry.missing_since, entry.above_since, entry.unobserved) == (None, None, False)
            failed += task["lastStatus"] == "STOPPED"
    assert (account.findings(), account.counted(), account.pending()) == (failed, failed, 0)
    assert account.published


def disturbed(how: str, nth: int) -> Disturbed:
    """What the life met that was disturbed so at that call; raises where not all came right."""
    account = Account(Disturbed(how, nth))
    live(account)
    met = account.disturbed
    account.disturbed = Disturbed()
    end(account)
    check(account)
    return met
