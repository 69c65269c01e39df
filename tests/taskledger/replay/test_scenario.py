"""Scenarios: what a script does happens, what it expects is checked, and what is wrong is reported."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.running import Ran, replay, taskledger, write
from tests.support.scenario_docs import PAGE, SCENARIOS, page
from tests.support.values import envelope
from tests.taskledger.replay.conftest import script

FILES = sorted(SCENARIOS.glob("*.toml"))
README = Path("events/README.md")
STORY = ("file", "title", "passed", "names", "timeline", "expectations", "failures")
COUNTS = ("events", "verdicts", "currency")
LISTS = ("tasks", "services", "findings", "incidents", "notifications")
STARTED = ('at = "0m", run = "web"', 'at = "1m", report = "web", status = "RUNNING"')


def texts(ran: Ran, by: str) -> list[str]:
    """What one source reports of the scenario."""
    (scenario,) = ran.document["scenarios"]
    return [moment["text"] for moment in scenario["timeline"] if moment["by"] == by]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_expected_holds(path: Path) -> None:
    """Every scenario of the repository goes as it expects, and expects something."""
    ran = replay(path)
    (scenario,) = ran.document["scenarios"]
    assert (ran.code, scenario["failures"], scenario["passed"]) == (0, [], True)
    assert scenario["expectations"] >= 4


def test_the_page_shows_what_they_print() -> None:
    """docs/scenarios.md is the output; `python -m tests.support.scenario_docs` writes it anew."""
    assert PAGE.read_text("utf-8") == page()


def test_the_readme_names_each() -> None:
    """Each file has its row in events/README.md, and each row its file."""
    rows = re.findall(r"^\| \[`([^`]+\.toml)`\]\(scenarios/\1\) \|", README.read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == [path.name for path in FILES]


def test_the_example_of_the_readme(tmp_path: Path) -> None:
    """The script that events/README.md shows does what it says."""
    (example,) = re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    ran = replay(write(tmp_path / "a.toml", example))
    assert ran.code == 0
    assert ran.document["scenarios"][0]["expectations"] == 3


def test_the_document() -> None:
    """A scenario has its story by moments, and the counts and lists that saved events have of their own."""
    document = replay(SCENARIOS / "lost-stop.toml").document
    (scenario,) = document["scenarios"]
    (task,), (finding,), (incident,) = scenario["tasks"], scenario["findings"], scenario["incidents"]
    assert scenario.keys() == {*STORY, *COUNTS, *LISTS}
    assert scenario["names"] == {"worker": task["taskArn"]}
    assert scenario["timeline"][0] == {
        "at": "2026-11-20T09:01:00.000Z",
        "by": "ecs",
        "text": "worker of service:checkout starts in shop: PROVISIONING, version 1",
    }
    assert (task["version"], task["source"], task["versionsSeen"]) == (6, "describe", [1, 2, 3, 6])
    assert (finding["kind"], finding["taskArn"]) == ("ESSENTIAL_CONTAINER_FAILED", task["taskArn"])
    assert incident["incidentId"] in {each["incidentId"] for each in scenario["notifications"]}
    assert scenario["events"] == {"read": 3, "accepted": 3, "rejected": 0}
    assert scenario["verdicts"] == {"NEW": 1, "NEWER": 2, "DUPLICATE": 0, "STALE": 0}
    assert {name: document[name] for name in LISTS} == {name: [] for name in LISTS}
    assert {number for name in COUNTS for number in document[name].values()} == {0}


def test_the_day_after_the_last_step() -> None:
    """Of it the timeline has the messages and nothing else; they are all that was sent, each at its time."""
    (scenario,) = replay(SCENARIOS / "crash-breaker-off.toml").document["scenarios"]
    sent = [each["sentAt"] for each in scenario["notifications"]]
    later = [each for each in scenario["timeline"] if each["at"] > "2026-11-20T09:20:00.000Z"]
    assert {each["by"] for each in later} == {"message"}
    assert [each["at"] for each in scenario["timeline"] if each["by"] == "message"] == sent
    assert later[-1]["at"] == sent[-1] <= "2026-11-21T09:20:00.000Z"


def test_both_ledgers_report_the_same() -> None:
    """On DynamoDB's emulation and in memory: not a byte is different."""
    path = SCENARIOS / "forgotten-stop.toml"
    emulated = taskledger("replay", "--json", "--ledger", "dynamodb", path)
    assert emulated == replay(path) == replay(path)


def test_events_beside_scenarios(tmp_path: Path) -> None:
    """A folder may hold both: events are reported first, and neither knows of the other or counts it."""
    event = write(tmp_path / "a.json", json.dumps(envelope(1)))
    write(tmp_path / "b.toml", script(*STARTED))
    document, alone = replay(tmp_path).document, replay(event).document
    (scenario,) = document["scenarios"]
    assert {**document, "scenarios": []} == alone
    assert (document["events"]["read"], scenario["events"]["read"]) == (1, 2)
    shown = taskledger("replay", "--ledger", "memory", tmp_path).out
    assert shown.startswith("1 event of 1 task: 1 accepted, 0 rejected")
    assert shown.index("A title") > shown.index("0 findings")


def test_an_expectation_that_does_not_hold(tmp_path: Path) -> None:
    """It makes the exit code 1 and is named, with what was there; the rest goes on."""
    wrong = (*STARTED, 'at = "2m", expect = "web", version = 9, lastStatus = "RUNNING"')
    write(tmp_path / "a.toml", script(*wrong, title="One"))
    write(tmp_path / "b.toml", script(*STARTED, 'at = "3m", expect = "web", version = 2', title="Two"))
    ran = replay(tmp_path)
    one, two = ran.document["scenarios"]
    assert ran.code == 1
    assert (one["passed"], one["expectations"], two["passed"]) == (False, 2, True)
    assert one["failures"] == [
        {
            "index": 2,
            "at": "2026-11-20T09:02:00.000Z",
            "task": "web",
            "field": "version",
            "expected": 9,
            "found": 2,
        }
    ]
    in_full, shown = taskledger("replay", "-v", tmp_path), taskledger("replay", tmp_path)
    assert "1 of 2 expectations do not hold: version of web in steps[2]" in in_full.out
    assert "\nOne: web: version is 2, expected 9\n" in shown.out
    for each in (in_full, shown):
        assert each.code == 1
        assert "web: version is 2, expected 9" in each.out
        assert each.out.rstrip().endswith("2 scenarios: 1 of them did not go as expected")


@pytest.mark.parametrize(
    ("fact", "holds"),
    [
        ("version = 2", True),
        ("version = true", False),
        ("open = true", True),
        ("open = 1", False),
        ("tags = { }", True),
        ('containers = [{ name = "app" }]', False),
        ('group = "family:web"', True),
        ("findings = []", True),
        ('findings = ["STUCK PENDING"]', False),
        ('closedAs = "STOPPED"', False),
    ],
)
def test_facts(play: Any, fact: str, holds: bool) -> None:  # noqa: FBT001 - a column of the table
    """A fact holds when it is equal to what --json prints; of a table, as far as the fact goes."""
    assert play(*STARTED, f'at = "2m", expect = "web", {fact}').code == (0 if holds else 1)


# What is wrong with a script, and how it is reported: step, field and a part of the words.
WRONG: dict[str, tuple[str, int, str, str]] = {
    "nothing": ("", 0, "title", "is missing"),
    "no TOML": ("title = ", 0, "body", "is not TOML: "),
    "JSON": ("{}", 0, "body", "is not TOML: "),
    "nested deeply": ("a = " + "[" * 100_000, 0, "body", "is not TOML: "),
    "no title": ('story = "b"\nsteps = []', 0, "title", "is missing"),
    "no story": ('title = "a"\nsteps = []', 0, "story", "is missing"),
    "no steps": ('title = "a"\nstory = "b"', 0, "steps", "are missing"),
    "steps is a text": (
        'title = "a"\nstory = "b"\nsteps = "c"',
        0,
        "steps",
        "must be a list, found a string",
    ),
    "a step is a text": ('title = "a"\nstory = "b"\nsteps = ["c"]', 0, "steps[0]", "found a string"),
    "another key": (f'{script(*STARTED)}\nexpect = "all"', 0, "expect", "is not known: a scenario has title"),
    "no time": (script('run = "web"'), 0, "at", "is missing"),
    "a number for a time": (script('at = 5, run = "web"'), 0, "at", "must be a string, found 5"),
    "no span": (script('at = "soon", run = "web"'), 0, "at", "must be a time such as 90s, 20m or 1h30m"),
    "a long time": (script('at = "73h", run = "web"'), 0, "at", "must be within 3 days, found 73h"),
    "no verb": (script('at = "0m", walk = "web"'), 0, "step", "has no verb: run, report, stop, "),
    "two verbs": (script('at = "0m", run = "web", stop = "web"'), 0, "step", "has the verbs run and stop"),
    "no name": (script('at = "0m", run = "a b"'), 0, "run", "must be a name of letters"),
    "an unknown option": (
        script('at = "0m", run = "web", minutes = 5'),
        0,
        "minutes",
        "a step that says run has",
    ),
    "run twice": (script(*STARTED, 'at = "2m", run = "web"'), 2, "run", '"web" is running already'),
    "never run": (script('at = "0m", stop = "web"'), 0, "stop", 'no task "web" has been run by then'),
    "run later": (
        script('at = "0m", stop = "web"', 'at = "1m", run = "web"'),
        0,
        "stop",
        "has been run by then",
    ),
    "nothing to report": (
        script(*STARTED, 'at = "2m", report = "web"'),
        2,
        "report",
        "says neither status nor exit",
    ),
    "no status": (
        script(*STARTED, 'at = "2m", report = "web", status = "GONE"'),
        2,
        "status",
        "must be one of PROV",
    ),
    "no exit code": (
        script(*STARTED, 'at = "2m", report = "web", exit = 256'),
        2,
        "exit",
        "must be from 0 to 255",
    ),
    "no protection": (
        script(*STARTED, 'at = "2m", protect = "web", minutes = 0'),
        2,
        "minutes",
        "from 1 to 2880",
    ),
    "no fate": (
        script('at = "0m", events = "eaten"'),
        0,
        "events",
        "must be one of delivered, doubled, lost, held",
    ),
    "no state": (script('at = "0m", api = "down"'), 0, "api", "must be one of well, throttled, stale"),
    "no order": (
        script('at = "0m", release = "any"'),
        0,
        "release",
        "must be one of oldest first, newest first",
    ),
    "sweep is not true": (script('at = "0m", sweep = "yes"'), 0, "sweep", "must be true, found a string"),
    "too often": (script('at = "0m", watch = true, every = "1s"'), 0, "every", "must be a minute or more"),
    "never again": (script('at = "0m", watch = true, every = "0m"'), 0, "every", "must be a minute or more"),
    "too many": (
        script(*['at = "0m", watch = true, every = "1m"'] * 3, 'at = "72h", sweep = true'),
        0,
        "steps",
        "more than the 10,000 allowed",
    ),
    "nothing expected": (script(*STARTED, 'at = "2m", expect = "web"'), 2, "expect", "says nothing that is"),
    "a TOML time": (
        script(*STARTED, 'at = "2m", expect = "web", createdAt = 2026-11-20T09:00:00Z'),
        2,
        "createdAt",
        "a time is a text there",
    ),
    "an unknown fact": (
        script(*STARTED, 'at = "2m", expect = "web", state = "x"'),
        2,
        "state",
        "is no field of a task",
    ),
    "not in the ledger": (
        script('at = "0m", events = "lost"', *STARTED, 'at = "2m", expect = "web", version = 1'),
        3,
        "expect",
        'the ledger has not heard of "web" by then',
    ),
    "refused by ECS": (
        script(*STARTED, 'at = "2m", protect = "web"'),
        2,
        "protect",
        "is refused by ECS: TASK_NOT_VALID: ",
    ),
    "forgotten by ECS": (
        script(*STARTED, 'at = "2m", report = "web", status = "STOPPED"', 'at = "2h", stop = "web"'),
        3,
        "stop",
        "is refused by ECS: InvalidParameterException: The referenced task was not found.",
    ),
}


@pytest.mark.parametrize(("text", "index", "field", "error"), WRONG.values(), ids=list(WRONG))
def test_what_is_wrong(tmp_path: Path, text: str, index: int, field: str, error: str) -> None:
    """A wrong script is rejected by file, step, field and error, and none of its tasks is reported."""
    path = write(tmp_path / "bad.toml", text)
    ran = replay(path)
    (rejected,) = ran.document["rejected"]
    assert ran.code == 1
    assert (rejected["file"], rejected["index"], rejected["field"]) == (str(path), index, field)
    assert error in rejected["error"]
    assert ran.document["scenarios"] == ran.document["tasks"] == []
    assert ran.document["events"] == {"read": 1, "accepted": 0, "rejected": 1}


def test_a_wrong_one_among_others(tmp_path: Path) -> None:
    """The scenarios beside it are played, and in the text it is reported last."""
    bad = write(tmp_path / "bad.toml", script('at = "0m"'))
    good = write(tmp_path / "good.toml", script(*STARTED))
    document = replay(tmp_path).document
    assert [scenario["file"] for scenario in document["scenarios"]] == [str(good)]
    assert document["events"] == {"read": 1, "accepted": 0, "rejected": 1}
    shown = taskledger("replay", "--ledger", "memory", tmp_path).out
    assert shown.rstrip().splitlines()[-1].startswith(f"{bad}[0]  step: has no verb")
