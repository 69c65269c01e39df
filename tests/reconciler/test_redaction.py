"""What is redacted of texts from outside, what stays, and that nothing gets past where they come in."""

import string
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.adapters.aws import translated
from reconciler.adapters.dynamodb.items import incident_items
from reconciler.adapters.dynamodb.items.task import entry_items
from reconciler.errors import InvalidInput
from reconciler.findings.phrases import PHRASES, read
from reconciler.findings.policy import DEFAULT
from reconciler.incidents.lifecycle import add_findings
from reconciler.incidents.reported import report_finding
from reconciler.model.task import Container
from reconciler.parsing.answer import parse_described_task
from reconciler.parsing.event import parse_event, parse_task_event
from reconciler.parsing.service_answer import parse_described_service, parse_service_deployment
from reconciler.text import REDACTED, redact
from tests.reconciler.parsing.test_service_answer import ANSWERED, ITEM
from tests.support.deployed import RETENTION
from tests.support.findings import finding
from tests.support.service_events import deployment_change, hook_change, service_action
from tests.support.values import START, envelope, state

KEY_ID = "AKIA" + "Z7" * 8
OPAQUE = string.ascii_letters + string.digits


def _key(id_: str) -> str:
    return f"-----BEGIN RSA PRIVATE KEY-----\n{id_}\n{id_}\n-----END RSA PRIVATE KEY-----"


# Each with a place for the secret, which must not be seen afterwards.
FORMS = [
    "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={}&x=1",
    "https://b.example/k?AWSAccessKeyId=1&Signature={}&Expires=2",
    "https://b.blob.core.windows.net/c?sv=2020&sig={}",
    "Authorization: Bearer {}",
    "authorization: Basic {}==",
    '"Authorization": "Bearer {}"',
    "Authorization: {}",
    "Authorization: AWS4-HMAC-SHA256 Credential=x/20261120/s3, SignedHeaders=host;date, Signature={}",
    "https://user:{}@registry.example/v2/",
    "postgres://user:p@/{}@db.example:5432/shop",
    "password={}",
    "DB_PASSWORD: {}",
    'pwd="{}"',
    "passwd='{}'",
    '{{"password": "a {} b", "host": "db"}}',
    '{{\\"secret\\":\\"{}\\"}}',
    '{{"password": "x\\"{}", "host": "db"}}',
    '{{\\"secret\\":\\"x\\\\\\"{}\\"}}',
    '{{"auth": {{"user": "a", "pass": "{}"}}}}',
    "DB_PASS: {}",
    "api_key={}&x=1",
    "apikey: {}",
    "token => {}",
    "secret: token: {}",
    "AWS_SECRET_ACCESS_KEY={}",
    "aws_session_token = {}",
    "session={};",
    "eyJhbGciOiJIUzI1NiJ9.{}.{}",
    "ghp_{}",
    "xoxb-{}",
]
# What a person needs to find the fault.
KEPT = [
    "CannotPullContainerError: ref 111122223333.dkr.ecr.eu-central-1.amazonaws.com/web:1@sha256:5dbd43d5",
    "Head https://registry.example:5000/v2/a@sha256:5dbd43d5: dial tcp 10.0.0.2:443: i/o timeout",
    "repository does not exist or may require authorization: server message: insufficient_scope",
    'failed to fetch anonymous token: Get "https://auth.docker.io/token?scope=repository%3Ax%3Apull": EOF',
    "ExpiredTokenException: The security token included in the request is expired",
    "unable to retrieve secret from asm: AccessDeniedException: User: arn:aws:sts::111122223333:role/a",
    "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/db-AbCdEf:password::: not found",
    "fetching secret: arn:aws:ssm:eu-central-1:111122223333:parameter/prod/db_password: ParameterNotFound",
    "retrieved secret from Secrets Manager did not contain json key MY_SECRET",
    "Authorization failure, status code: 400, request id: 904a550f-206b-4223-93c1-0a1b2c3d4e5f",
    "exec: [/app/start.sh]: not found",
    "invalid token: expired",
]
secrets = st.text(OPAQUE, min_size=20, max_size=40).filter(lambda text: any(c.isdigit() for c in text))
around = st.sampled_from(["", " ", "(", ") ", "get ", ": ", '"', "\n", "\u00fc ", ", "])


@given(form=st.sampled_from(FORMS), secret=secrets, before=around, after=around)
def test_no_secret_survives(form: str, secret: str, before: str, after: str) -> None:
    """Whatever stands around it; the name of its key, host and path stay."""
    text = before + form.replace("{}", secret).replace("{{", "{").replace("}}", "}") + after
    redacted = redact(text)
    assert secret not in redacted
    assert REDACTED in redacted
    assert redact(redacted) == redacted
    for name in (
        "b.s3.amazonaws.com/k",
        "registry.example/v2/",
        "db.example:5432/shop",
        "DB_PASSWORD",
        "api_key",
    ):
        assert (name in redacted) == (name in text)


@pytest.mark.parametrize("text", [KEY_ID, KEY_ID.replace("AKIA", "ASIA"), _key("MIIEpAIBAAKCAQEA")])
def test_keys_are_known_by_their_form(text: str) -> None:
    """Access key ids of AWS, and blocks of private keys, also one that is cut."""
    assert redact(f"use {text} here") == f"use {REDACTED} here"
    assert redact("-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCA") == REDACTED


@pytest.mark.parametrize("text", [*KEPT, *(phrase for known in PHRASES.values() for phrase in known)])
def test_what_a_person_needs_stays(text: str) -> None:
    """Messages as AWS and Docker write them, and every phrase by which stops are classified."""
    assert redact(text) == text
    assert read(redact(text)) == read(text)


def test_what_stands_after_a_quoted_value_stays() -> None:
    """The next field, also where JSON is a text in JSON, and what comes after a quote that nobody escaped."""
    for text in ('{"password": "%s", "host": "db"}', '{\\"token\\":\\"%s\\",\\"host\\":\\"db\\"}'):
        assert redact(text % "a1 b2") == text % REDACTED
    assert redact('say \\"password=\\"a1" to "db"') == f'say \\"password=\\"{REDACTED}\\" to "db"'


@given(st.text(st.characters(exclude_characters=":=@-_"), max_size=200))
def test_text_without_secrets_is_unchanged(text: str) -> None:
    """Without the marks of a key and its value there is nothing to redact but tokens of a known form."""
    if not any(word in text.lower() for word in ("akia", "asia", "eyj", "bearer", "basic")):
        assert redact(text) == text


pieces = st.sampled_from(
    [
        *"'\"\\:=@/?&;, .-",
        "token",
        "password",
        "Bearer ",
        "Authorization",
        "://",
        "arn:aws:",
        "eyJ",
        REDACTED,
        "x1",
    ]
)


@given(st.lists(pieces | st.text(max_size=4), max_size=30).map("".join))
@example("token: token")
def test_redaction_is_idempotent_and_never_raises(text: str) -> None:
    """Nor does it wait: what is redacted once is the same the next time."""
    assert redact(redact(text)) == redact(text)


SAID = (
    "CannotPullContainerError:\tGet https://u:hunter2pw@x.example/?sig=hunter2pw\u202e password=hunter2pw "
    + "x" * 9000
)
CLEAN = "CannotPullContainerError: Get https://u:REDACTED@x.example/?REDACTED  password=REDACTED xx"


def _parsed() -> Any:
    return parse_task_event(
        envelope(
            stoppedReason=SAID, startedBy=SAID, containers=[{"name": "app", "exitCode": 1, "reason": SAID}]
        )
    ).state


def test_free_texts_of_an_event_are_redacted_where_they_come_in() -> None:
    """The reasons and who started it: clean, without credentials, and cut after that."""
    found = _parsed()
    for text in (found.stopped_reason, found.started_by, found.containers[0].reason):
        assert text.startswith(CLEAN)
        assert len(text) == 1024
        assert text.isprintable()


def test_free_texts_of_an_answer_are_redacted_where_they_come_in() -> None:
    """The same of DescribeTasks, where tags have texts too; and what AWS says of an error."""
    item = envelope(stoppedReason=SAID)["detail"] | {"tags": [{"key": "note", "value": "password=hunter2pw"}]}
    found = parse_described_task({name: value for name, value in item.items() if name != "updatedAt"})
    assert "hunter2pw" not in repr(found)
    refused = ClientError({"Error": {"Code": "ServerException", "Message": SAID}}, "DescribeTasks")
    assert "hunter2pw" not in str(translated(refused))


PLACES = [
    (made, name) for made in (deployment_change, service_action, hook_change) for name in made()["detail"]
]


@pytest.mark.parametrize(("made", "name"), PLACES)
@pytest.mark.parametrize("secret", ["password=hunter2pw", "https://u:hunter2pw@x.example/?sig=hunter2pw"])
def test_events_of_services_are_redacted_where_they_come_in(
    made: Callable[..., Any], name: str, secret: str
) -> None:
    """In every field, also one that is refused: what is wrong with it is logged."""
    try:
        found: object = parse_event(made(**{name: secret}))
    except InvalidInput as error:
        found = error
    assert "hunter2pw" not in repr(found)


@pytest.mark.parametrize("changed", [{"source": SAID}, {"time": SAID}, {"resources": [SAID]}])
def test_what_is_refused_of_an_envelope_is_redacted(changed: dict[str, Any]) -> None:
    """What stands there in place of its value is shown in the log."""
    with pytest.raises(InvalidInput) as caught:
        parse_event(deployment_change(updatedAt=None) | changed)
    assert "hunter2pw" not in str(caught.value)


def test_answers_about_services_are_redacted_where_they_come_in() -> None:
    """Messages of a service, reasons of its deployments, and the hooks of these."""
    deployment = ITEM["deployments"][0] | {"rolloutStateReason": SAID}
    event = {"createdAt": 1795165200.0, "message": SAID}
    read = parse_described_service(ITEM | {"deployments": [deployment], "events": [event]})
    hooks = [{"hookId": SAID, "status": "FAILED", "timeoutAction": SAID}]
    rollback = {"rollback": {"reason": SAID}, "lifecycleHookDetails": hooks}
    for reason in (SAID, None):
        answered = parse_service_deployment(ANSWERED | rollback | {"statusReason": reason})
        assert "hunter2pw" not in repr((read, answered))
        assert "REDACTED" in answered.reason


def test_what_an_earlier_version_stored_is_redacted_when_it_is_read() -> None:
    """An entry and an incident whose texts were stored as they came."""
    containers = (Container(name="app", exit_code=1, reason=SAID),)
    stored = state(stopped_reason=SAID, started_by=SAID, containers=containers)
    item = {"pk": {"S": stored.task_arn}, **entry_items.state_values(stored)}
    assert "hunter2pw" in repr(item)
    app = replace(containers[0], reason=redact(SAID))
    shown = {"stopped_reason": redact(SAID), "started_by": redact(SAID), "containers": (app,)}
    assert entry_items.state(item) == replace(stored, **shown)
    assert "hunter2pw" not in redact(SAID)
    incident = add_findings(None, [report_finding(finding(), START, stored)], START, DEFAULT)
    assert "hunter2pw" not in repr(incident_items.incident(incident_items.incident_item(incident, RETENTION)))
