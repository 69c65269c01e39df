"""The console script `taskledger`: one verb a module.

Exit codes: 0 fine, 1 what was asked shows a problem, 2 wrong usage or something could not be reached or
written, 130 after Ctrl-C.
"""

import click

from .output.options import expect_clear
from .output.terminal import shown
from .verbs.at import at
from .verbs.audit import audit
from .verbs.cost import cost
from .verbs.diff import diff
from .verbs.findings import findings
from .verbs.forget import forget_task
from .verbs.incidents import incidents
from .verbs.lab import lab
from .verbs.latency import latency
from .verbs.mute import mute
from .verbs.replay import replay
from .verbs.report import report
from .verbs.send import send
from .verbs.services import services
from .verbs.show import show
from .verbs.sweep import sweep
from .verbs.tasks import tasks
from .verbs.why import why


class Verbs(click.Group):
    """The verbs, given only what is clear; their errors are printed without what a terminal would obey."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, verb, rest = super().resolve_command(ctx, args)
        if verb:
            expect_clear(click.Context(verb, ctx, name), rest)
        return name, verb, rest

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            vars(error)["message"] = "\n".join(map(shown, error.message.split("\n")))  # final by its type
            raise


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="task-ledger-for-amazon-ecs", prog_name="taskledger")
def main() -> None:
    """The ledger of what your Amazon ECS tasks did, and why they stopped.

    Exits with 0 if all is well, with 1 if what was asked shows a problem, with 2 on wrong usage or if
    something cannot be reached or written, and with 130 after Ctrl-C.
    """


for command in (
    why,
    replay,
    send,
    tasks,
    services,
    show,
    findings,
    incidents,
    at,
    diff,
    latency,
    cost,
    report,
    mute,
    sweep,
    audit,
    forget_task,
    lab,
):
    main.add_command(command)
