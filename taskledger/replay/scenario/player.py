"""Plays scenarios: scripts of what happens in the simulated ECS, on a local system each."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.errors import InvalidInput

from ...local.memory_incidents import MemoryNotifier
from ...local.system import REGION, local_system
from ...simulator.api.ecs import SimulatedEcs
from ...simulator.engine.clock import Clock
from ...simulator.engine.errors import ApiError
from ...simulator.faults.api import ApiChance, FaultyEcs
from ..delivery import Rejected
from .play import Play
from .script import Scenario, read
from .verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reconciler.findings.model import Finding
    from reconciler.findings.policy import Policy
    from reconciler.incidents.model import Incident
    from reconciler.model.entry import HistoryRow, LedgerEntry
    from reconciler.model.service import ServiceRecord

    from ...local.memory_incidents import SentMessage
    from ..delivery import Outcome
    from .script import Step

SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario that was played to its end, with what the ledger had then.

    `now` is that end. Its incidents, in the order in which they opened, are as a day of the watch left them.
    """

    scenario: Scenario
    play: Play
    now: datetime
    tasks: Sequence[tuple[LedgerEntry, Sequence[HistoryRow]]]
    services: Sequence[ServiceRecord]
    incidents: Sequence[Incident]

    @property
    def passed(self) -> bool:
        return not self.play.failures

    @property
    def findings(self) -> Sequence[Finding]:
        """All that was found in its course and in the day after it, also what had passed by then."""
        return self.play.system.incidents.findings()

    @property
    def ended_at(self) -> datetime:
        """The end of the day of the watch."""
        return self.play.now

    @property
    def notifications(self) -> Sequence[SentMessage]:
        return self.play.notifier.sent


def play_all(files: Sequence[str], outcome: Outcome, policy: Policy, *, in_memory: bool) -> list[Played]:
    """The scenarios of the files, each played on a local system of its own.

    What is wrong with a file is rejected by step, as is a scenario that ECS refuses.
    """
    results = [result for file in files for result in _from(file, policy, in_memory=in_memory)]
    rejected = [result for result in results if isinstance(result, Rejected)]
    outcome.read += len(rejected)
    outcome.rejected += rejected
    return [result for result in results if isinstance(result, Played)]


def _from(file: str, policy: Policy, *, in_memory: bool) -> Sequence[Played | Rejected]:
    scenario = read(file)
    if not isinstance(scenario, Scenario):
        return [_rejected(file, index, error) for index, error in scenario.items()]
    clock = Clock()
    ecs = SimulatedEcs(clock, seed=zlib.crc32(scenario.title.encode()), region=REGION)
    api = FaultyEcs(ecs, ApiChance())
    notifier = MemoryNotifier(lambda: clock.now)
    with local_system(api, clock, policy, notifier, in_memory=in_memory) as system:
        return [_play(scenario, Play(system, notifier, ecs, api))]


def _play(scenario: Scenario, play: Play) -> Played | Rejected:
    began = play.now
    for time, step in scenario.acts:
        play.pass_time(began + time)
        play.step = step.index
        try:
            _act(play, step)
        except InvalidInput as error:
            return _rejected(scenario.file, step.index, error)
        except ApiError as error:
            refused = InvalidInput(step.verb, f"is refused by ECS: {error}")
            return _rejected(scenario.file, step.index, refused)
        play.deliver_emitted()
    tasks = [found for name in play.tasks if (found := play.entry(name))]
    services, now = play.system.services.everything(), play.now
    play.end()
    incidents = sorted(play.system.incidents.everything(), key=lambda one: one.opened_at)
    return Played(scenario, play, now, tasks, services, incidents)


def _act(play: Play, step: Step) -> None:
    verb, name = VERBS[step.verb], step.values[step.verb]
    if verb.of_task and name not in play.tasks and not (verb.of_service and name in play.services):
        raise InvalidInput(step.verb, f'no task "{name}" has been started by then')
    verb.act(play, step.values)


def _rejected(file: str, index: int, error: InvalidInput) -> Rejected:
    return Rejected(file=file, index=index, field=error.field, error=error.problem)
