"""The causes of stops and failed starts: add one by adding its record to the module of its subject.

Where the texts of several containers name a cause, the record that stands first here decides.
"""

from collections.abc import Mapping

from ..model import Cause
from . import exits, health, host, image, resources, runtime, unknown
from .record import CauseRecord

RECORDS: Mapping[Cause, CauseRecord] = {
    record.cause: record
    for module in (host, health, exits, image, resources, runtime, unknown)
    for record in vars(module).values()
    if isinstance(record, CauseRecord)
}
