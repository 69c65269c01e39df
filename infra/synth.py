"""The app: one stack as the context wants it, checked by cdk-nag whenever it is synthesised."""

from collections.abc import Mapping

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from .config import Config
from .stack import TaskLedgerStack


def build(context: Mapping[str, object] | None = None) -> cdk.App:
    """The app, ready to synthesise; its context is what the CDK's command line hands over, and this."""
    app = cdk.App(context=context)
    TaskLedgerStack(app, Config.read(app.node.get_all_context()))
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    return app
