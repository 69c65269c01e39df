"""Who subscribes with which filter policy: by the docs as they are, and by those of 0.1.0."""

from __future__ import annotations

from pathlib import Path

from .filters import policies

DOCS = Path(__file__).parents[2] / "docs" / "alerts.md"
RELEASED = """
| Who | Filter policy |
| --- | --- |
| whoever is on call | `{"severity": ["high"], "type": ["OPENED", "RESOLVED"]}` |
| the team of one service | `{"service": ["checkout"]}` |
| whoever looks after Spot | `{"cause": ["SPOT", "CAPACITY"]}` |
| everything but digests | `{"type": [{"anything-but": "DIGEST"}]}` |
"""  # docs/alerts.md of 0.1.0 (b877a80), word for word
NOW = policies(DOCS.read_text("utf-8"))
SUBSCRIBERS = policies(RELEASED) | NOW
ON_CALL = next(policy for who, policy in NOW.items() if "on call" in who)
