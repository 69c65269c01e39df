"""The app: one stack as the context wants it, checked by cdk-nag whenever it is synthesised."""

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from .config import Config
from .stack import TaskLedgerStack


def build(context: Mapping[str, object] | None = None, outdir: Path | None = None) -> cdk.App:
    """The app, ready to synthesise.

    The CDK's command line hands over context and folder by itself, and goes before what is given here.
    """
    app = cdk.App(context=context, outdir=str(outdir) if outdir else None)
    TaskLedgerStack(app, Config.read(app.node.get_all_context()))
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    return app
