"""One account on a bad day: its ECS, all that is deployed beside it, and what comes between the two.

ECS --events, disturbed--> queue --> observe --> ledger --stream--> assess --> topic
 ^------------------------- sweep, watch, assess -------------------------^
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.findings.policy import DEFAULT
from reconciler.parsing.home import Home

from ..local.memory_incidents import MemoryIncidents
from ..local.memory_sweep_progress import MemorySweepProgress
from ..local.system import memory_system
from ..simulator.api.ecs import SimulatedEcs
from ..simulator.engine.chance import seeded
from ..simulator.engine.clock import Clock
from ..simulator.faults.delivery import FaultyDelivery
from .faults.calls import Runs, through
from .faults.ecs import BadEcs
from .faults.kinds import Fault
from .faults.letters import Said, with_other_letter
from .faults.rates import LAG, WELL, drawn
from .faults.table import StreamedLedger, StreamedServices
from .faults.topic import Topic
from .lives import BORN, CLUSTERS, LONGEST, MINUTE, Tasks, deletion, deployments, life
from .pipeline import Pipeline
from .schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.use_cases.assess import Change

    from ..local.system import LocalSystem
    from ..simulator.engine.shapes import Answer, Fields
    from ..simulator.faults.delivery import Wait

HOME = Home("111122223333", "us-east-1")
_LAST_STEPS = 5 * MINUTE  # of the longest life
_QUIET = 5 * MINUTE  # in which late messages come
_PASSES = (11 * MINUTE, 10 * MINUTE, 10 * MINUTE)  # before each: the first also waits for a run that died


class Account:
    """So many tasks, and those of a service that is deployed; the same seed and number, the same day.

    `truth` is each task as its last event had it, before anything came between; `deleted` is when a cluster
    was, by its ARN.
    """

    def __init__(self, seed: int, tasks: int) -> None:
        self.seed = seed
        self.faults: Counter[Fault] = Counter()
        self.events = 0
        self.deleted: dict[str, datetime] = {}
        self.truth: dict[str, Fields] = {}
        self._changed_at: dict[str, float] = {}
        self.said = Said()
        self.clock = Clock()
        self.schedule = Schedule(self.clock)
        self.ecs = SimulatedEcs(self.clock, seed=seed, account=HOME.account, region=HOME.region)
        self._rates, self._chance = drawn(seed), seeded("account", seed)
        self.runs = Runs(seeded("runs", seed), self._rates.runs, self.faults)
        self.topic = Topic(self.runs)
        self._bad_ecs = BadEcs(self.ecs, self._rates, seeded("calls", seed), self.runs, self.said)
        self._bad_ecs.meanwhile, self._bad_ecs.is_fresh = self.schedule.pass_time, self._is_fresh
        self._delivery = FaultyDelivery(self._send, self._waits, self.clock)
        self.ledger = StreamedLedger(self.runs, self.clock, changed=self._changed, runs=self._is_running)
        self.incidents = MemoryIncidents(self.ledger.mark_active)
        progress = MemorySweepProgress()
        self.pipeline = Pipeline(
            system=self._system(progress),
            progress=progress,
            runs=self.runs,
            schedule=self.schedule,
            has_row=self._has_row,
            batch=self._rates.batch,
            out_of_time=lambda: self._is(self._rates.out_of_time),
        )
        self._populate(tasks)

    def is_misread(self, task_arn: str) -> bool:
        """Whether a changed letter may have said anything of the task: one in an answer may, of all tasks."""
        return self.faults[Fault.CHANGED_ANSWER] > 0 or self.said.anything(task_arn)

    def live(self) -> None:
        """The bad day; then ECS stops changing, calls succeed again, and three passes follow."""
        self.pipeline.begin()
        self.schedule.pass_time(BORN + LONGEST + _LAST_STEPS)
        self._rates = self._bad_ecs.rates = WELL
        self.runs.rates = {}
        self.ecs.stand_still()
        self._delivery.flush()
        self.schedule.pass_time(_QUIET)
        for seconds in _PASSES:
            self.schedule.pass_time(seconds)
            self.pipeline.sweep()
        self.schedule.pass_time(_QUIET)

    def _system(self, progress: MemorySweepProgress) -> LocalSystem:
        """What is deployed, each call of which is one of a run."""
        local = memory_system(self._bad_ecs, self.clock, DEFAULT, self.topic)
        ledger = through(self.runs, self.ledger, "record")
        services = through(self.runs, StreamedServices(self._changed))
        alerts = replace(
            local.alerts,
            incidents=through(self.runs, self.incidents),
            services=services,
            looks=replace(local.alerts.looks, ledger=ledger),
        )
        store = through(self.runs, progress)
        return replace(
            local, ledger=ledger, services=services, progress_store=store, alerts=alerts, home=HOME
        )

    def _populate(self, number: int) -> None:
        self.ecs.listen(self._note)
        self.ecs.listen(self._delivery)
        for cluster in CLUSTERS:
            self.ecs.call("CreateCluster", {"clusterName": cluster})
        tasks = Tasks(self.ecs, self._chance)
        for _ in range(number):
            self.schedule.play(life(tasks), self._chance.uniform(0, BORN))
        self.schedule.play(deployments(self.ecs, self._chance))
        self.schedule.play(deletion(self.ecs, self._deleted), BORN)
        self.schedule.every(MINUTE, self._delivery.release)
        self._follow()

    def _follow(self) -> None:
        """The scheduler of services goes on."""
        self.ecs.schedule()
        self.schedule.after(min(max(self.ecs.next_due() - self.clock.epoch, 1), MINUTE), self._follow)

    def _changed(self, change: Change) -> None:
        """The table, which passes its changes on, is there before what they are passed on to."""
        self.pipeline.changed(change)

    def _deleted(self, cluster_arn: str) -> None:
        self.deleted[cluster_arn] = self.clock.now

    def _has_row(self, task_arn: str, version: int) -> bool:
        return any(row.version == version for row in self.ledger.history(task_arn))

    def _is_running(self, task_arn: str) -> bool:
        """Whether the task, by ECS's own word, has not stopped yet."""
        task = self.truth.get(task_arn)
        return task is not None and task["lastStatus"] != "STOPPED"

    def _note(self, event: Answer) -> None:
        self.events += 1
        if "taskArn" in event["detail"]:
            self.truth[event["detail"]["taskArn"]] = event["detail"]
            self._changed_at[event["detail"]["taskArn"]] = self.clock.epoch

    def _is_fresh(self, task: Fields) -> bool:
        return self._changed_at.get(task["taskArn"], 0) > self.clock.epoch - LAG

    def _waits(self, event: Answer) -> Sequence[Wait]:
        """When the event is delivered, and how often; each of its faults is counted."""
        waits = self._rates.delivery(event)
        self.faults[Fault.DROPPED] += not waits
        self.faults[Fault.DOUBLED] += len(waits) > 1
        self.faults[Fault.REORDERED] += any(overtaken for overtaken, _ in waits)
        self.faults[Fault.DELAYED] += any(late for _, late in waits)
        return waits

    def _send(self, event: Answer) -> None:
        body, detail = json.dumps(event), event["detail"]
        task = (detail["taskArn"], detail["version"]) if "taskArn" in detail else None
        if self._is(self._rates.changed_events):
            self.faults[Fault.CHANGED_EVENT] += 1
            body = with_other_letter(body, self._chance)
            self.said.in_event(body)
            task = None
        self.pipeline.send(body, task)

    def _is(self, rate: float) -> bool:
        return self._chance.random() < rate
