"""Scenarios for `taskledger replay`: scripts on the simulated ECS, through the deployed use cases."""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from reconciler.errors import InvalidInput

from ...output import payload
from ...simulator.engine.errors import ApiError
from ..delivery import Rejected
from .play import Play
from .script import Scenario, read
from .verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.findings.model import Finding
    from reconciler.model.entry import HistoryRow, LedgerEntry

    from ...local.stage import Stage
    from ..delivery import Outcome

SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario that was played to its end, with what the ledger had of its tasks then."""

    scenario: Scenario
    play: Play
    tasks: Sequence[tuple[LedgerEntry, Sequence[HistoryRow]]]

    @property
    def passed(self) -> bool:
        return not self.play.failures

    @property
    def findings(self) -> Sequence[Finding]:
        """All that was found in its course, also what had passed at its end."""
        return list(self.play.found.values())


def play(files: Sequence[str], outcome: Outcome, *, in_memory: bool) -> list[Played]:
    """The scenarios of the files, each played on a stage of its own.

    What is wrong with a file is rejected by step, as is a scenario that ECS does not go along with.
    """
    results = [result for file in files for result in _from(file, in_memory=in_memory)]
    rejected = [result for result in results if isinstance(result, Rejected)]
    outcome.read += len(rejected)
    outcome.rejected += rejected
    return [result for result in results if isinstance(result, Played)]


def document(played: Played) -> dict[str, Any]:
    """What `--json` prints of a scenario, beside its tasks and findings among all others."""
    play, scenario = played.play, played.scenario
    return {
        "file": scenario.file,
        "title": scenario.title,
        "passed": played.passed,
        "tasks": dict(play.tasks),
        "timeline": [
            {"at": payload.time(moment.at), "by": moment.by, "text": moment.text} for moment in play.moments
        ],
        "expectations": play.expectations,
        "failures": [asdict(failure) | {"at": payload.time(failure.at)} for failure in play.failures],
    }


def _from(file: str, *, in_memory: bool) -> Sequence[Played | Rejected]:
    from ...local.stage import stage  # noqa: PLC0415 - moto takes a second to import: not before --help

    scenario = read(file)
    if not isinstance(scenario, Scenario):
        return [_rejected(file, index, error) for index, error in scenario.items()]
    with stage(zlib.crc32(scenario.title.encode()), in_memory=in_memory) as there:
        return [_play(scenario, there)]


def _play(scenario: Scenario, stage: Stage) -> Played | Rejected:
    play = Play(stage)
    began = play.now
    for time, step in scenario.acts:
        stage.clock.move_to(began + time)
        play.step = step.index
        try:
            VERBS[step.verb].act(play, step.told)
        except InvalidInput as error:
            return _rejected(scenario.file, step.index, error)
        except ApiError as error:
            refused = InvalidInput(step.verb, f"is refused by ECS: {error}")
            return _rejected(scenario.file, step.index, refused)
        play.deliver_emitted()
    return Played(scenario, play, [told for name in play.tasks if (told := play.entry(name))])


def _rejected(file: str, index: int, error: InvalidInput) -> Rejected:
    return Rejected(file=file, index=index, field=error.field, error=error.problem)
