"""What a deployer decides about findings and alerts: limits, severities, what to ignore and mute, who cares.

Defaults need no file; `policy_file` reads one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Self, TypeVar

from ..arns import cluster_name
from ..costs.prices import PricesByRegion
from .causes import FAILED_DEPLOYMENT, IMPAIRED_SERVICE, RECORDS
from .causes.exits import EXIT_CODE, SIGNAL
from .model import Cause, Finding, Kind, Severity

T = TypeVar("T")

# The states that a task passes through; the causes of STUCK.
_STUCK_AFTER = {
    "PROVISIONING": timedelta(minutes=5),
    "PENDING": timedelta(minutes=10),
    "ACTIVATING": timedelta(minutes=10),
    "DEACTIVATING": timedelta(minutes=10),
    "STOPPING": timedelta(minutes=10),
    "DEPROVISIONING": timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a rule is for: None stands for any; names may hold `*` and `?`, and a cluster may be an ARN."""

    kind: Kind | None = None
    cause: Cause | None = None
    cluster: str | None = None
    service: str | None = None
    family: str | None = None

    def covers(self, cluster_arn: str, owner: str, kind: Kind, cause: Cause | None) -> bool:
        """Whether a fault of this kind and cause is covered, in that cluster, of a service or family."""
        sort, _, name = owner.partition(":")
        cluster = cluster_arn if (self.cluster or "").startswith("arn:") else cluster_name(cluster_arn) or ""
        return (
            self.kind in (None, kind)
            and self.cause in (None, cause)
            and _matches(self.cluster, cluster)
            and (self.service is None or (sort == "service" and _matches(self.service, name)))
            and (self.family is None or (sort == "family" and _matches(self.family, name)))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits for findings, times of alerts, and rules; of rules that cover the same, the first one counts.

    `protection_lead` is how long before its end a protection counts as expiring, `protection_limit` how long
    one may last without a break, `after_expiry` how soon after its end a scheduler's stop counts as caused by
    it, and `stuck_after` how long a task may stay in each passing state; a state without a limit may last.

    A service may run fewer tasks than desired for `below_desired`, and wait for a scale-in that protected
    tasks block for `scale_in_blocked`. A deployment is stalled after `stalled_failed_tasks` failed tasks with
    none that runs, or after `stalled` without progress.

    An incident is over when nothing came for `resolve`. One that goes on is announced again after `remind`,
    then at growing intervals; what is not published by itself is listed every `digest`. In an hour at most
    `max_messages_per_hour` are published, but for what is high and what is over. `accepted_exit_codes` are no
    failure; what is `ignored` makes no findings, and what is `muted` no messages until then. `teams` look
    after what their rules cover, by the runbook that those of `runbooks` give the address of. Messages have
    the last lines of a container's log only of what `logs` covers, and only of these log groups. `prices` of
    Fargate go before those that are built in.
    """

    protection_lead: timedelta = timedelta(minutes=15)
    protection_limit: timedelta = timedelta(hours=24)
    after_expiry: timedelta = timedelta(minutes=10)
    stuck_after: Mapping[str, timedelta] = field(default_factory=lambda: _STUCK_AFTER)
    below_desired: timedelta = timedelta(minutes=10)
    stalled_failed_tasks: int = 3
    stalled: timedelta = timedelta(minutes=30)
    scale_in_blocked: timedelta = timedelta(minutes=30)
    resolve: timedelta = timedelta(minutes=15)
    remind: timedelta = timedelta(hours=4)
    digest: timedelta = timedelta(days=1)
    max_messages_per_hour: int = 30
    severities: tuple[tuple[Scope, Severity], ...] = ()
    accepted_exit_codes: tuple[tuple[Scope, frozenset[int]], ...] = ()
    ignored: tuple[Scope, ...] = ()
    muted: tuple[tuple[Scope, datetime], ...] = ()
    runbooks: tuple[tuple[Scope, str], ...] = ()
    teams: tuple[tuple[Scope, str], ...] = ()
    logs: tuple[tuple[Scope, frozenset[str]], ...] = ()
    prices: PricesByRegion = field(default_factory=dict)

    def judge(self, finding: Finding) -> Finding | None:
        """The finding with the severity that the rules give it; None when they ignore or accept it."""
        about = (finding.cluster_arn, finding.owner, finding.kind, finding.cause)
        if any(scope.covers(*about) for scope in self.ignored) or self._accepts(finding):
            return None
        severity = self.severity_rule(*about) or finding.severity
        return finding if severity is finding.severity else replace(finding, severity=severity)

    def severity_rule(self, cluster_arn: str, owner: str, kind: Kind, cause: Cause | None) -> Severity | None:
        """The severity that the rules give a fault, whatever it does; None where none covers it."""
        return _first(self.severities, cluster_arn, owner, kind, cause)

    def runbook(self, cluster_arn: str, owner: str, kind: Kind, cause: Cause | None) -> str | None:
        """The address of what to do about such a fault; None where no rule gives one."""
        return _first(self.runbooks, cluster_arn, owner, kind, cause)

    def team(self, cluster_arn: str, owner: str, kind: Kind, cause: Cause | None) -> str | None:
        """Who looks after such a fault; None where no rule says."""
        return _first(self.teams, cluster_arn, owner, kind, cause)

    def muting(self, more: Iterable[tuple[Scope, datetime]]) -> Self:
        """The policy that mutes these, too."""
        return replace(self, muted=(*self.muted, *more))

    def muted_until(
        self, cluster_arn: str, owner: str, kind: Kind, cause: Cause | None, now: datetime
    ) -> datetime | None:
        """Until when nobody is to be notified of it; None when people are."""
        covering = (until for scope, until in self.muted if scope.covers(cluster_arn, owner, kind, cause))
        return max((until for until in covering if now < until), default=None)

    def log_groups(self, cluster_arn: str, owner: str, kind: Kind, cause: Cause | None) -> frozenset[str]:
        """The log groups of which a message about such a fault may have lines."""
        covering = (found for scope, found in self.logs if scope.covers(cluster_arn, owner, kind, cause))
        return frozenset[str]().union(*covering)

    def _accepts(self, finding: Finding) -> bool:
        if finding.cause not in (EXIT_CODE.cause, SIGNAL.cause) or not finding.exit_codes:
            return False
        about = (finding.cluster_arn, finding.owner, finding.kind, finding.cause)
        accepted = {
            code for scope, codes in self.accepted_exit_codes if scope.covers(*about) for code in codes
        }
        return accepted.issuperset(finding.exit_codes.values())


def _first(
    rules: Iterable[tuple[Scope, T]], cluster_arn: str, owner: str, kind: Kind, cause: Cause | None
) -> T | None:
    """What the first rule says that covers the fault."""
    return next((found for scope, found in rules if scope.covers(cluster_arn, owner, kind, cause)), None)


def _matches(pattern: str | None, name: str) -> bool:
    return pattern is None or fnmatchcase(name, pattern)


DEFAULT = Policy()
CAUSES = tuple(  # all that this version knows
    dict.fromkeys((*RECORDS, *map(Cause, _STUCK_AFTER), *FAILED_DEPLOYMENT, *IMPAIRED_SERVICE))
)
