"""The console script `taskledger`: one verb a module.

Exit codes: 0 fine, 1 what was asked shows a problem, 2 wrong usage or something could not be reached.
"""

import click

from .output.terminal import shown
from .verbs.audit import audit
from .verbs.findings import findings
from .verbs.forget import forget_task
from .verbs.incidents import incidents
from .verbs.mute import mute
from .verbs.replay import replay
from .verbs.send import send
from .verbs.services import services
from .verbs.show import show
from .verbs.sweep import sweep
from .verbs.tasks import tasks
from .verbs.why import why


class Verbs(click.Group):
    """The verbs, whose errors are printed without what a terminal would obey."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            vars(error)["message"] = "\n".join(map(shown, error.message.split("\n")))  # final by its type
            raise


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="task-ledger-for-amazon-ecs", prog_name="taskledger")
def main() -> None:
    """The ledger of what your Amazon ECS tasks did, and why they stopped."""


for command in (
    why,
    replay,
    send,
    tasks,
    services,
    show,
    findings,
    incidents,
    mute,
    sweep,
    audit,
    forget_task,
):
    main.add_command(command)
