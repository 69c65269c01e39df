"""From the answer of DescribeTaskDefinition to the model: how containers log.

Nothing else of the answer is kept, which has the environment in clear.
"""

from collections.abc import Mapping

from ..model.logs import LogSettings
from .fields import Fields, inner, objects, required, text


def parse_log_settings(answer: Fields) -> Mapping[str, LogSettings]:
    """How each container of the task definition logs, by its name."""
    definition = required(inner(answer, "taskDefinition", "") or None, "taskDefinition")
    containers = objects(definition, "containerDefinitions", "taskDefinition.")
    return {text(each, "name", "containerDefinitions.") or "": _settings(each) for each in containers}


def _settings(container: Fields) -> LogSettings:
    at = "containerDefinitions.logConfiguration."
    configuration = inner(container, "logConfiguration", "containerDefinitions.")
    options = inner(configuration, "options", at)
    return LogSettings(
        driver=text(configuration, "logDriver", at),
        group=text(options, "awslogs-group", at),
        region=text(options, "awslogs-region", at),
        prefix=text(options, "awslogs-stream-prefix", at),
    )
