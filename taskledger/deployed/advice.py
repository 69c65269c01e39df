"""What to do about an AWS error, in one line for the person at the command.

The advice is chosen by the error's class or code; what AWS says is only passed on.
"""

from botocore import exceptions as botocore
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from reconciler.errors import LedgerError
from reconciler.text import redact

from .answers import NotFromAws

_SIGN_IN = "sign in again (aws sso login, aws login), or name another profile in AWS_PROFILE"

_UNUSABLE = (
    botocore.SSOError,
    botocore.LoginError,
    botocore.TokenRetrievalError,
    botocore.CredentialRetrievalError,
    botocore.PartialCredentialsError,
)

# The first class that fits counts: a subclass stands before its base class.
_BY_CLASS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    (
        (botocore.NoRegionError,),
        "No AWS Region is set: set AWS_REGION, or name a profile that has one in AWS_PROFILE.",
    ),
    (
        (botocore.InvalidRegionError,),
        "{said}: set AWS_REGION to the code of a Region, such as eu-central-1.",
    ),
    (
        (botocore.NoCredentialsError,),
        "No AWS credentials are found: sign in (aws sso login, aws login), or name a profile in AWS_PROFILE.",
    ),
    (
        (botocore.ProfileNotFound,),
        "{said}: name one in AWS_PROFILE that `aws configure list-profiles` lists.",
    ),
    (
        _UNUSABLE,
        "The AWS credentials can't be used ({said}): " + _SIGN_IN + ".",
    ),
    (
        (NotFromAws, ResponseParserError),  # what is said may be a page: it is not passed on
        "What answers is not AWS: look at AWS_ENDPOINT_URL, and whether a proxy or network wants a sign-in.",
    ),
    (
        (botocore.ConnectionError, botocore.HTTPClientError),
        "{said}: look at the network, AWS_REGION and AWS_ENDPOINT_URL.",
    ),
)

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_UNACCEPTED = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_BY_CODE = (
    (
        _EXPIRED,
        "The AWS credentials have expired: " + _SIGN_IN + ".",
    ),
    (
        _UNACCEPTED,
        "AWS does not accept the credentials ({said}): " + _SIGN_IN + ".",
    ),
    (
        {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"},
        "AWS denied access ({said}): ask for that permission, or name another profile in AWS_PROFILE.",
    ),
    (
        {
            "AWS.SimpleQueueService.NonExistentQueue",
            "QueueDoesNotExist",
            "ResourceNotFoundException",
        },
        "What the stack's outputs name is not there ({said}): deploy the stack again with cdk deploy.",
    ),
    (
        {
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "ThrottledException",
            "Throttling",
            "ThrottlingException",
        },
        "AWS is throttling these calls ({said}): wait a minute and try again.",
    ),
)


def advice(error: LedgerError | ClientError | BotoCoreError | ResponseParserError) -> str:
    """What is wrong and what to do, on one line."""
    if isinstance(error, LedgerError):
        cause = error.__cause__
        return advice(cause) if isinstance(cause, ClientError | BotoCoreError) else str(error)
    said = _said(str(error))
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        said = _said(details.get("Message", str(error)))
        return _by_code(details.get("Code", "")).format(said=said, operation=error.operation_name)
    return _by_class(error).format(said=said)


def is_of_credentials(error: LedgerError) -> bool:
    """Whether AWS takes these credentials for no call any more, or there are none."""
    cause = error.__cause__
    if isinstance(cause, ClientError):
        return cause.response.get("Error", {}).get("Code") in _EXPIRED | _UNACCEPTED
    return isinstance(cause, (botocore.NoCredentialsError, *_UNUSABLE))


def _said(text: str) -> str:
    """What AWS says, on one line and without credentials."""
    return redact(" ".join(text.split()).rstrip("."))


def _by_class(error: BotoCoreError | ResponseParserError) -> str:
    return next((text for classes, text in _BY_CLASS if isinstance(error, classes)), "{said}.")


def _by_code(code: str) -> str:
    return next((text for codes, text in _BY_CODE if code in codes), "AWS refused {operation}: {said}.")
