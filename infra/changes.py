"""What the table's stream passes on to a function: entries that came or changed.

History rows, cluster marks and what the time to live removed are none of its business, and cost nothing when
they are left out here.
"""

from collections.abc import Mapping
from typing import Any

ENTRY_CHANGES: Mapping[str, Any] = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"Keys": {"sk": {"S": ["ENTRY"]}}},
}
