"""Lives of tasks, made ready instead of played: as many as are asked for, the same for the same seed.

They begin in the seven days before `until`, and what would have happened after that is not known yet. A few
are as awkward as the real ones: starts that fail, entries of version 0.1.0, without phases and size, times
that are missing or a little too early, tasks that were closed as UNOBSERVED, and history with a gap.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from reconciler.adapters.dynamodb.batch import put_all
from reconciler.adapters.dynamodb.cluster_marks import CLUSTERS, ClusterMarks
from reconciler.adapters.dynamodb.items.task import entry_items, history_items
from reconciler.adapters.dynamodb.items.values import milliseconds
from reconciler.gate import succeed
from reconciler.model.entry import Closure, HistoryRow
from reconciler.model.task import ClosedAs, Container, Observation, Source, TaskState
from tests.support.awkward_history import disturbed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.adapters.dynamodb.items.values import Item, Value
    from reconciler.model.entry import LedgerEntry

UNTIL = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SPAN = timedelta(days=7)
DEPLOYED = (timedelta(hours=16), timedelta(days=4))  # how long before `until` all that runs was deployed
RETENTION = timedelta(days=90)
PLACE = "arn:aws:ecs:eu-central-1:111122223333"
SINCE_0_2 = ("cpu", "memory", "ephemeral_storage", "cpu_architecture", "platform_version", "connectivity_at",
             "pull_started_at", "pull_stopped_at", "execution_stopped_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Life:
    """What the ledger has of one task."""

    entry: LedgerEntry
    rows: tuple[HistoryRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A service or a task family, of which three revisions ran; `slower` is how the last one starts."""

    name: str
    revision: int
    hours: float
    share: int
    cluster: str = "shop"
    capacity: str = "FARGATE"
    standalone: bool = False
    pull: float = 8
    slower: float = 1
    size: tuple[int, int] = (512, 1024)
    architecture: str = "x86_64"


OWNERS = (
    Owner(name="checkout", revision=43, hours=6, share=8, pull=12, slower=2.5, size=(1024, 2048)),
    Owner(name="web", revision=19, hours=30, share=6, architecture="arm64"),
    Owner(name="cart", revision=7, hours=3, share=5, capacity="FARGATE_SPOT"),
    Owner(name="search", revision=112, hours=50, share=3, cluster="fleet", capacity="EC2", pull=3),
    Owner(name="mailer", revision=5, hours=12, share=2, cluster="fleet", capacity="EC2", slower=0.5),
    Owner(name="nightly-report", revision=3, hours=0.4, share=3, cluster="batch", standalone=True, pull=30),
    Owner(name="import", revision=64, hours=0.05, share=4, cluster="batch", standalone=True, size=(256, 512)),
)


@dataclass(slots=True)
class _Course:
    """When everything happens to a task, and how it ends; `steps` are its versions, as ECS reports them."""

    times: dict[str, datetime]
    steps: list[tuple[str, str, datetime]] = field(default_factory=list)
    end: dict[str, Any] = field(default_factory=dict)
    exit_code: int | None = None


def many_lives(number: int, seed: int, until: datetime = UNTIL, awkward: float = 0) -> list[Life]:
    """So many lives, by when they began; this share of them with an awkward history."""
    random, others = Random(seed), Random(seed + 1)
    owners = random.choices(OWNERS, [one.share for one in OWNERS], k=number)
    began = sorted(until - SPAN * random.random() for _ in range(number))
    made = (_life(random, one, _whole(at), until) for one, at in zip(owners, began, strict=True))
    return [_disturbed(others, life) if others.random() < awkward else life for life in made]


def _disturbed(random: Random, life: Life) -> Life:
    entry, rows = disturbed(random, life.entry, life.rows)
    return Life(entry, tuple(rows))


def put_ready_made(client: Any, table: str, lives: Iterable[Life], retention: timedelta = RETENTION) -> None:
    """Writes the rows of these lives, and marks their clusters, past the gate: nothing may be there yet."""
    known = list(lives)
    items = [entry_item(life.entry, retention) for life in known]
    items += [item for life in known for item in row_items(life, retention)]
    assert put_all(client, table, items) == {}
    marks = ClusterMarks(client, table, CLUSTERS)
    for life in known:
        marks.mark(life.entry.state.cluster_arn, life.entry.observed_at + retention)


def entry_item(entry: LedgerEntry, retention: timedelta = RETENTION) -> Item:
    values: dict[str, Value] = entry_items.key(entry.state.task_arn)
    values |= entry_items.entry_values(entry, retention)
    return values | ({entry_items.OPEN: milliseconds(entry.began_at)} if entry.open else {})


def row_items(life: Life, retention: timedelta = RETENTION) -> list[Item]:
    return [history_items.row_item(row, retention) for row in life.rows]


def _life(random: Random, owner: Owner, began: datetime, until: datetime) -> Life:
    before = sum(until - began > deployed for deployed in DEPLOYED)
    course = _course(random, owner, began, 1 if before else owner.slower)
    unobserved = random.random() < 0.01 and "started_at" in course.times
    if unobserved:
        closed_at, course.steps = course.times["stopped_at"], course.steps[: _place(course, "RUNNING") + 1]
        course.times = _until(course.times, course.steps[-1][2])
        course.end, course.exit_code = {}, None
    seen = [step for step in course.steps if step[2] <= until]
    facts = _facts(random, owner, owner.revision - before) | _awkward(random, _until(course.times, until))
    if random.random() < 0.03:
        facts |= dict.fromkeys(SINCE_0_2)
    if "stopping_at" in facts:
        facts |= course.end
    status, desired, at = seen[-1]
    state = TaskState(
        version=len(seen),
        last_status=status,
        desired_status=desired,
        containers=(_container(owner, status, course),),
        **facts,
    )
    entry = succeed(None, Observation(state=state, source=Source.EVENT, observed_at=at))
    if unobserved and closed_at + timedelta(hours=1) <= until:
        entry = replace(entry, closed=Closure(ClosedAs.UNOBSERVED, closed_at + timedelta(hours=1)))
    return Life(entry, _rows(random, state.task_arn, seen))


def _place(course: _Course, status: str) -> int:
    return next(place for place, step in enumerate(course.steps) if step[0] == status)


def _until(times: Mapping[str, datetime], until: datetime) -> dict[str, datetime]:
    return {name: time for name, time in times.items() if time <= until}


def _course(random: Random, owner: Owner, began: datetime, slower: float) -> _Course:
    """A start, which one in twenty-five does not survive; a run; and one of the ways in which it ends."""
    on_ec2 = owner.capacity == "EC2"
    course = _Course({"created_at": began}, [("PROVISIONING", "RUNNING", began)])
    failing = random.random() < 0.04
    if failing and random.random() < 0.4:
        return _ended(course, random, began, "Capacity is unavailable at this time", "TaskFailedToStart")
    at = course.times["connectivity_at"] = began if on_ec2 else _later(began, _about(random, 5))
    course.steps.append(("PENDING", "RUNNING", at))
    at = course.times["pull_started_at"] = _later(at, _about(random, 1 if on_ec2 else 7))
    if failing:
        return _ended(course, random, at, "CannotPullContainerError: pull image", "TaskFailedToStart")
    at = course.times["pull_stopped_at"] = _later(at, _about(random, owner.pull * slower))
    at = course.times["started_at"] = _later(at, _about(random, 4))
    course.steps.append(("RUNNING", "RUNNING", at))
    at = _later(at, random.expovariate(1 / (owner.hours * 3600)))
    course.exit_code = random.choices((0, 1, 137), (6, 3, 1))[0]
    if owner.standalone or random.random() < 0.2:
        course.times["execution_stopped_at"] = at
        why = "Essential container in task exited"
        return _ended(course, random, _later(at, _about(random, 1)), why, "EssentialContainerExited")
    course.exit_code = random.choice((0, 143))
    course.steps.append(("RUNNING", "STOPPED", at))
    course.times["execution_stopped_at"] = _later(at, _about(random, 6))
    code = "SpotInterruption" if owner.capacity == "FARGATE_SPOT" else "ServiceSchedulerInitiated"
    return _ended(course, random, at, "Scaling activity initiated by deployment", code)


def _ended(course: _Course, random: Random, at: datetime, why: str, code: str) -> _Course:
    done = max(at, course.times.get("execution_stopped_at", at))
    stopped = _later(done, _about(random, 12))
    course.times |= {"stopping_at": at, "stopped_at": stopped}
    course.steps += [("DEPROVISIONING", "STOPPED", _later(done, 0.3)), ("STOPPED", "STOPPED", stopped)]
    course.steps.sort(key=lambda step: step[2])
    course.end = {"stop_code": code, "stopped_reason": why}
    return course


def _awkward(random: Random, times: dict[str, datetime]) -> dict[str, datetime]:
    """One in fifty lacks a time, and one in fifty has one that is a little too early."""
    chance = random.random()
    there = [name for name in ("connectivity_at", "pull_started_at", "execution_stopped_at") if name in times]
    if chance < 0.02 and there:
        del times[random.choice(there)]
    elif chance < 0.04 and there[:2] == ["connectivity_at", "pull_started_at"]:
        times["pull_started_at"] = times["connectivity_at"] - timedelta(milliseconds=random.randint(1, 9))
    return times


def _facts(random: Random, owner: Owner, revision: int) -> dict[str, Any]:
    on_ec2, kind = owner.capacity == "EC2", "family" if owner.standalone else "service"
    deployment = zlib.crc32(f"{owner.name}:{revision}".encode())
    return {
        "task_arn": f"{PLACE}:task/{owner.cluster}/{random.getrandbits(128):032x}",
        "cluster_arn": f"{PLACE}:cluster/{owner.cluster}",
        "task_definition_arn": f"{PLACE}:task-definition/{owner.name}:{revision}",
        "group": f"{kind}:{owner.name}",
        "started_by": "scheduler" if owner.standalone else f"ecs-svc/{deployment:019d}",
        "launch_type": "EC2" if on_ec2 else "FARGATE",
        "capacity_provider_name": None if on_ec2 else owner.capacity,
        "availability_zone": f"eu-central-1{random.choice('abc')}",
        "cpu": owner.size[0],
        "memory": owner.size[1],
        "ephemeral_storage": None if on_ec2 else 20,
        "cpu_architecture": owner.architecture,
        "platform_version": None if on_ec2 else "1.4.0",
    }


def _container(owner: Owner, status: str, course: _Course) -> Container:
    code = course.exit_code if status == "STOPPED" else None
    image = f"111122223333.dkr.ecr.eu-central-1.amazonaws.com/{owner.cluster}/{owner.name}:1.8"
    return Container(name="app", last_status=status, exit_code=code, image=image)


def _rows(random: Random, arn: str, steps: Sequence[tuple[str, str, datetime]]) -> tuple[HistoryRow, ...]:
    """A row for each version; in one life of fifty the first that is not the only one was lost."""
    rows = [
        HistoryRow(
            task_arn=arn,
            version=version,
            source=Source.EVENT,
            last_status=status,
            desired_status=desired,
            at=at,
        )
        for version, (status, desired, at) in enumerate(steps, start=1)
    ]
    return tuple(rows[1:] if len(rows) > 1 and random.random() < 0.02 else rows)


def _about(random: Random, seconds: float) -> float:
    return random.lognormvariate(0, 0.5) * seconds


def _later(moment: datetime, seconds: float) -> datetime:
    return _whole(moment + timedelta(seconds=seconds))


def _whole(moment: datetime) -> datetime:
    """To the millisecond, as ECS's times are and as the table keeps them."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
