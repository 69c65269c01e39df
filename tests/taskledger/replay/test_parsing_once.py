"""How much JSON a replay parses: as text of all files, whatever form the events have in them."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.findings.policy import Policy
from taskledger.replay.run import replay_paths
from tests.support.values import envelope, task_arn

MOST = 5  # times the length of the files, with a policy: which is compared with the default one

EVENTS = [envelope(version, taskArn=task_arn(number)) for version in (1, 2, 3) for number in range(20)]
TEXTS = [json.dumps(event) for event in EVENTS]


def _table() -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["@timestamp", "@message"])
    rows.writerows(("2026-11-20 09:00:00.000", event) for event in TEXTS)
    return text.getvalue()


def _row(event: str) -> list[dict[str, str]]:
    named = {"@timestamp": "2026-11-20 09:00:00.000", "@message": event}
    return [{"field": name, "value": value} for name, value in named.items()]


MESSAGES = {"Messages": [{"Body": text} for text in TEXTS]}
# By form, how often one replay parses each byte: what is a text within a text is parsed in both.
FORMS: Mapping[str, tuple[str, int]] = {
    "lines": ("\n".join(TEXTS), 1),
    "lines of a log": ("\n".join(f"2026-11-20T09:14:02.000Z {text}" for text in TEXTS), 1),
    "lines after others": ("\n".join(["began", *TEXTS]), 1),
    "lines, the first of which is broken": ("\n".join(["{", *TEXTS]), 1),
    "array": (json.dumps(EVENTS), 1),
    "array, indented": (json.dumps(EVENTS, indent=2), 1),
    "documents": ("\n".join(json.dumps(event, indent=2) for event in EVENTS), 1),
    "CSV": (_table(), 1),
    "messages": (json.dumps(MESSAGES), 2),
    "messages, indented": (json.dumps(MESSAGES, indent=2), 2),
    "several answers with messages": ("\n".join([json.dumps(MESSAGES, indent=2)] * 2), 2),
    "bodies": (json.dumps(TEXTS), 2),
    "bodies, indented": (json.dumps(TEXTS, indent=2), 2),
    "results of a query": (json.dumps({"results": [_row(text) for text in TEXTS]}), 2),
}


class Counted:
    """The characters that are parsed as JSON in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number = 0
        parse = json.JSONDecoder.raw_decode

        def counting(decoder: json.JSONDecoder, text: str, idx: int = 0) -> Any:
            try:
                value, end = parse(decoder, text, idx)
            except json.JSONDecodeError as error:
                self.number += error.pos - idx
                raise
            self.number += end - idx
            return value, end

        monkeypatch.setattr(json.JSONDecoder, "raw_decode", counting)


@pytest.mark.parametrize("policy", [None, Policy()], ids=["default", "compared"])
@pytest.mark.parametrize("form", FORMS)
def test_a_replay_parses_each_text_once(
    form: str, policy: Policy | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each replay, and twice where events are texts within JSON; never more than five times."""
    text, times = FORMS[form]
    file = tmp_path / ("a.csv" if form == "CSV" else "a.json")
    file.write_text(text)
    counted = Counted(monkeypatch)
    replayed = replay_paths([str(file)], policy, lambda _: None, in_memory=True)
    assert replayed.outcome.accepted in (len(EVENTS), 2 * len(EVENTS))
    most = times * (2 if policy else 1)
    assert 0 < counted.number <= most * len(text) * 1.01
    assert most <= MOST
