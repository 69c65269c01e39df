"""The app: one stack as the context wants it, checked by cdk-nag whenever it is synthesised."""

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from .config import Config
from .parts.placement import Place, check_place
from .stack import TaskLedgerStack


def build(
    context: Mapping[str, object] | None = None, outdir: Path | None = None, place: Place | None = None
) -> cdk.App:
    """The app, ready to synthesise; where it is to be deployed is checked as far as it is known.

    The CDK's command line hands over context and folder by itself, and goes before what is given here.
    """
    app = cdk.App(context=context, outdir=str(outdir) if outdir else None)
    config = Config.read(app.node.get_all_context())
    check_place(config, place or Place())
    TaskLedgerStack(app, config)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    return app
