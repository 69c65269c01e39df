"""Twenty of the worst bugs, each as a small change of the source, and the tests that find it."""

from __future__ import annotations

from dataclasses import dataclass

CORE = "functions/reconciler/"
ADAPTERS, USE_CASES = f"{CORE}adapters/", f"{CORE}use_cases/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """What becomes wrong by having the text `new` in the place of `old`, which is there once.

    `fast` ones are part of the test suite.
    """

    wrong: str
    file: str
    old: str
    new: str
    found_by: str
    fast: bool = False


BUGS = (
    Bug(
        wrong="the gate accepts the version that it has",
        file=f"{ADAPTERS}dynamodb/ledger.py",
        old='_NEWER = "attribute_not_exists(pk) OR version < :version"',
        new='_NEWER = "attribute_not_exists(pk) OR version <= :version"',
        found_by="tests/contracts/test_ledger.py::test_duplicate_and_stale",
        fast=True,
    ),
    Bug(
        wrong="an entry is written though its row of history was not",
        file=f"{ADAPTERS}dynamodb/ledger.py",
        old="failed |= self._put_rows(",
        new="self._put_rows(",
        found_by="tests/reconciler/adapters/test_dynamodb_errors.py",
    ),
    Bug(
        wrong="a closed task stays in the index of open ones",
        file=f"{ADAPTERS}dynamodb/entry_updates.py",
        old="removed.append(entry_items.OPEN)",
        new="pass",
        found_by="tests/reconciler/adapters/test_dynamodb.py",
    ),
    Bug(
        wrong="closed entries are kept for ever",
        file=f"{ADAPTERS}dynamodb/items/task/entry_items.py",
        old='        values["ttl"] = seconds(entry.closed.at + retention)\n',
        new="",
        found_by="tests/reconciler/adapters/test_dynamodb.py",
    ),
    Bug(
        wrong="two runs of the sweep at once",
        file=f"{ADAPTERS}dynamodb/sweep_progress.py",
        old="OR runUntil < :now OR",
        new="OR runUntil > :now OR",
        found_by="tests/contracts/test_sweep_progress.py",
    ),
    Bug(
        wrong="a finding is counted each time that it is reported",
        file=f"{ADAPTERS}dynamodb/incidents.py",
        old='"Item": item, "ConditionExpression": _ABSENT}}',
        new='"Item": item}}',
        found_by="tests/contracts/test_incidents.py",
    ),
    Bug(
        wrong="only the first page of a list is read",
        file=f"{ADAPTERS}ecs_answers.py",
        old='if not page.get("nextToken"):',
        new='if page.get("nextToken") or True:',
        found_by="tests/reconciler/adapters/test_ecs.py::test_all_pages_of_a_list",
        fast=True,
    ),
    Bug(
        wrong="any failure in an answer means that there is no such task",
        file=f"{ADAPTERS}ecs_answers.py",
        old='missing = failure.get("reason") == "MISSING"',
        new="missing = True",
        found_by="tests/reconciler/adapters/test_ecs.py",
    ),
    Bug(
        wrong="a DescribeTasks that fails means that there are no such tasks",
        file=f"{USE_CASES}sweep_cluster.py",
        old="self.result.errors.append(error)\n            return dict.fromkeys(chunk, Absence.UNKNOWN)",
        new="self.result.errors.append(error)\n            return dict.fromkeys(chunk, Absence.MISSING)",
        found_by="tests/reconciler/use_cases/test_sweep_faults.py",
    ),
    Bug(
        wrong="the place of a sweep moves on before its work is done",
        file=f"{USE_CASES}sweep_cluster.py",
        old="            if self.context.out_of_time():\n"
        "                break\n"
        "            self._compare(chunk)\n"
        "            after = chunk[-1]\n",
        new="            after = chunk[-1]\n"
        "            if self.context.out_of_time():\n"
        "                break\n"
        "            self._compare(chunk)\n",
        found_by="tests/reconciler/use_cases/test_sweep_interrupted.py",
    ),
    Bug(
        wrong="a ListClusters that fails means that there are no clusters",
        file=f"{USE_CASES}sweep.py",
        old="result.errors.append(error)\n            return None",
        new="result.errors.append(error)\n            return []",
        found_by="tests/reconciler/use_cases/test_sweep_faults.py",
    ),
    Bug(
        wrong="a task is closed as UNOBSERVED by the first sweep that misses it",
        file=f"{CORE}drift.py",
        old="earlier = entry.missing_since is not None and entry.missing_since < sweep_began",
        new="earlier = True",
        found_by="tests/reconciler/test_drift.py",
        fast=True,
    ),
    Bug(
        wrong="an entry is reset by the second look of one sweep",
        file=f"{CORE}drift.py",
        old="since < sweep_began and since <= now - CAUGHT_UP",
        new="since <= now - CAUGHT_UP",
        found_by="tests/reconciler/test_drift.py",
    ),
    Bug(
        wrong="an event that could not be recorded is not delivered again",
        file=f"{USE_CASES}observe.py",
        old="return {**self.rejected, **events, **calls}",
        new="return {**self.rejected, **calls}",
        found_by="tests/reconciler/use_cases/test_observe.py",
    ),
    Bug(
        wrong="the next version of a task forgets its protection",
        file=f"{CORE}gate.py",
        old="protection=previous.protection if previous else None",
        new="protection=None",
        found_by="tests/contracts/test_ledger_marks.py",
    ),
    Bug(
        wrong="a protection is judged by what somebody else has replaced",
        file=f"{USE_CASES}check_protection.py",
        old="answered=False)\n    return CheckedProtection(protection, change, answered=True)",
        new="answered=True)\n    return CheckedProtection(protection, change, answered=True)",
        found_by="tests/reconciler/use_cases/test_check_protection.py",
    ),
    Bug(
        wrong="a message is settled before it is sent",
        file=f"{USE_CASES}publish.py",
        old="        failed: dict[str, LedgerError] = {}\n        lacking = {\n",
        new="        failed: dict[str, LedgerError] = {}\n"
        "        self._mark([incident], {one.notification_id: () for one in incident.outbox.pending})\n"
        "        lacking = {\n",
        found_by="tests/reconciler/use_cases/test_notify_crashes.py",
    ),
    Bug(
        wrong="a destination that did not get a message never gets it",
        file=f"{USE_CASES}publish.py",
        old="lacking = tuple(name for name in to if name in errors)",
        new="lacking: tuple[str, ...] = ()",
        found_by="tests/reconciler/use_cases/test_notify_pending.py",
    ),
    Bug(
        wrong="what an EventBridge replay brings is published as news",
        file=f"{USE_CASES}assess.py",
        old="silent = entry.replayed and not replayed",
        new="silent = False",
        found_by="tests/reconciler/use_cases/test_replays.py",
    ),
    Bug(
        wrong="reminders count from when the incident opened",
        file=f"{CORE}incidents/timing.py",
        old="return box.notified_at + (",
        new="return incident.opened_at + (",
        found_by="tests/reconciler/incidents/test_steps.py",
        fast=True,
    ),
)
