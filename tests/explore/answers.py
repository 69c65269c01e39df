"""What ECS may answer about tasks that came to some state: that, which comes first, or any before it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from .lives import Life
from .table import Call

Versions = tuple[int, ...]  # the state of each task, by its number in its life
Said = Iterator[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Answers:
    """So many states `behind` at the most, with `errors` if need be; lists only where they may be `stale`."""

    lives: Sequence[Life]
    behind: int
    errors: bool
    stale: bool

    def say(self, what: Call, versions: Versions) -> Said:
        """Each answer to a call, with what it is."""
        yield from getattr(self, f"_{what.operation}")(what.request, versions)

    def _list_clusters(self, asked: Mapping[str, Any], versions: Versions) -> Said:
        yield "", {"clusterArns": [self.lives[0].cluster_arn]}

    def _list_services(self, asked: Mapping[str, Any], versions: Versions) -> Said:
        yield "", {"serviceArns": []}

    def _out_of_time(self, asked: Mapping[str, Any], versions: Versions) -> Said:
        yield "", {"out": False}
        yield "yes", {"out": True}

    def _list_tasks(self, asked: Mapping[str, Any], versions: Versions) -> Said:
        for seen in product(*(self._seen(version) if self.stale else [version] for version in versions)):
            tasks = [life.task(version) for life, version in zip(self.lives, seen, strict=True)]
            listed = [
                one["taskArn"] for one in tasks if one and one["desiredStatus"] == asked["desiredStatus"]
            ]
            yield f"{asked['desiredStatus']} {seen}", {"taskArns": listed}

    def _describe_tasks(self, asked: Mapping[str, Any], versions: Versions) -> Said:
        about = [place for place, life in enumerate(self.lives) if life.task_arn in asked["tasks"]]
        unclear = [-1] if self.errors else []
        choices = [[*self._seen(versions[place]), *unclear] for place in about]
        for seen in product(*choices):
            yield str(seen), self._described({self.lives[p]: v for p, v in zip(about, seen, strict=True)})
        if self.errors:
            error = {"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}
            yield "throttled", {"error": error}

    def _seen(self, version: int) -> Sequence[int]:
        """The version that is, and those before it that may be answered."""
        return range(version, max(-1, version - self.behind - 1), -1)

    def _described(self, seen: Mapping[Life, int]) -> dict[str, Any]:
        tasks = [task for life, version in seen.items() if (task := life.task(version))]
        reasons = {
            life.task_arn: "made up" if version < 0 else "MISSING"
            for life, version in seen.items()
            if life.task(version) is None
        }
        return {"tasks": tasks, "failures": [{"arn": a, "reason": why} for a, why in reasons.items()]}


def meaning(answer: Mapping[str, Any]) -> Hashable:
    """What was described, and what was not; how it was not is all the same."""
    missing = (one["arn"] for one in answer.get("failures", ()) if one["reason"] == "MISSING")
    versions = ((one["taskArn"], one["version"]) for one in answer.get("tasks", ()))
    return tuple(sorted(versions)), tuple(sorted(missing))
