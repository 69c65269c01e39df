"""Texts from outside, made fit to be kept and shown: cleaned, redacted and cut.

What is redacted: private keys, credentials in URLs, queries of signed URLs, `Authorization` headers, access
key ids of AWS, JWTs and other tokens of a known form, and the values of keys that name a secret
(`password=...`, `token: ...`). Hosts, paths, names, request ids and ARNs stay.
"""

import re
from collections.abc import Sequence
from typing import Final

LONGEST_EXCERPT: Final = 240
REDACTED: Final = "REDACTED"  # letters only: no terminal, chat, mail or URL takes it for anything else

_MOST_READ: Final = 4  # times what is kept of a text: more is not looked at, however long the text
_GAP = "..."
_AROUND = "'()[],;:."
# An ARN, an address, an image, a path, an action, or the id of a resource.
_NAME = re.compile(r"arn:aws|://|\w:\w|[\w:.-]/\w|/\w+/|\b(?:i|sg|fs|eni|vol|vpce?|subnet|fsap)-[0-9a-f]{8}")
_REQUEST = re.compile(r"[\s,]*status code: \d+, request id: [\w-]+")
# As containerd has it: `failed to resolve reference "NAME": NAME: not found`.
_NAMED_TWICE = re.compile(r"(?<!\S)('?)(\S{10,}?)\1: (?=\2:? )")

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r".*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)",
    re.DOTALL,
)
# A port is no password: `registry:5000/name@sha256:...` has none.
_URL_PASSWORD = re.compile(r"""(://[^\s/?#:@"'\[]{0,256}:)(?!\d+[/?#])[^\s"']{1,1024}@""")
_QUERY = re.compile(r"""(://[^\s?"'<>]{1,1024}\?)([^\s"'<>]+)""")
_SIGNED = re.compile(
    r"x-(?:amz|goog|oss|cos)-|(?:^|[&;])(?:signature|sig|awsaccesskeyid|googleaccessid|key-pair-id|policy)=",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(
    r"""(authorization\\*["']?\s*[:=]\s*\\*["']?)"""
    r"""(?:bearer|basic|digest|negotiate|ntlm|token|apikey|aws4-[\w-]+)\s+[^\s"',]+(?:,\s*\w+=[^\s"',]+)*""",
    re.IGNORECASE,
)
_SCHEME = re.compile(
    r"""(\b(?:bearer|basic)\s+)(?=[\w.~+/-]*\d)[\w.~+/-]{8,}=*|"""
    r"""(\baws4-hmac-sha256)(?:[\s,]*(?:credential|signedheaders|signature)=[^\s,"']+)+""",
    re.IGNORECASE,
)
_KNOWN_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA)[A-Z0-9]{16,}"
    r"|eyJ[\w-]{8,}(?:\.[\w-]*){0,4}"
    r"|gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}"
    r"|xox[a-z]-[\w-]{8,}|xapp-[\w-]{8,}"
    r"|(?:sk|rk)_(?:live|test)_\w{8,}|sk-[\w-]{20,}|npm_\w{20,}|dckr_pat_[\w-]{16,}|hvs\.[\w-]{16,}|AIza[\w-]{30,}"
    r")|(?<=hooks\.slack\.com/services/)[\w/-]+"
)

_KEY = (
    r"""(?:passw(?:or)?d|passphrase|pwd|(?<![a-z])pass(?==|\\*["']\s*[:=])|_pass(?=:)"""
    r"|token|secret|authorization|session(?:[_-]?id)?"
    r"|(?:api|access|secret|private|account|signing|encryption)[_-]?key(?:[_-]?id)?)"
)
# A quoted value ends at its quote with as many backslashes as at its beginning: others belong to it.
_CLOSES = r"(?<!\\)(?P=slashes)?"
_VALUE = (
    rf"""(?:"(?:(?!{_CLOSES}")[\s\S])+(?:{_CLOSES}")?|'(?:(?!{_CLOSES}')[\s\S])+(?:{_CLOSES}')?"""
    r"""|(?:(?![,;&]\s*[\w.-]+\s*[=:])[^\s"'])+)"""
)
# An ARN is read whole, as `:secret:` in it names no secret's value. After a colon a key may stand, no value.
_KEY_VALUE = re.compile(
    r"arn:aws[\w-]*:[\w:/.+@<>*#-]+"
    rf"""|({_KEY}\\*["']?\s*(?:(=+>?)|:(?!:))\s*(?P<slashes>\\*))(?!arn:|\w{{1,9}}://)"""
    rf"""(?(2)|(?!["']?[\w.-]{{0,30}}?{_KEY}\\*["']?\s*[:=]))({_VALUE})""",
    re.IGNORECASE,
)
_CLOSING = ".,:;)]}>"
# How a sentence goes on that speaks of a token or a password and shows none.
_PROSE = re.compile(
    r"[A-Za-z]*(?:Exception|Error|Denied|Failure|Fault)|[^\w]+"
    r"|a|access|an|and|any|are|attempt|auth|authentication|authorization|bad|be|been|but|by|can|cannot"
    r"|connection|context|could|denied|dial|do|does|eof|error|exceeded|execution|expired|fail|failed"
    r"|failure|for|forbidden|found|from|get|has|have|head|http|https|i/o|if|in|incorrect|insufficient"
    r"|internal|invalid|is|it|json|key|lookup|malformed|may|mismatch|missing|must|name|net/http|never|nil"
    r"|no|none|not|null|of|on|operation|or|parameter|permission|please|post|put|read|received|refused"
    r"|rejected|request|required|resource|response|retrieval|retrieved|rpc|send|server"
    r"|service|should|signature|status|tcp|that|the|there|this|timeout|to|token|too|unable|unauthorized"
    r"|unexpected|unknown|unsupported|user|using|validation|value|was|we|were|while|with|write|you|your",
    re.IGNORECASE,
)


def clean(text: str | None, longest: int) -> str | None:
    """The text with spaces in place of control characters, cut; None stays None."""
    return None if text is None else _printable(text[:longest])


def safe(text: str, longest: int) -> str:
    """A text that anybody may have written: without control characters and credentials, cut."""
    return redact(_printable(text[: _MOST_READ * longest]))[:longest]


def redact(text: str) -> str:
    """The text with its credentials replaced by `REDACTED`; any other text is the same as before."""
    text = _PRIVATE_KEY.sub(REDACTED, text)
    text = _URL_PASSWORD.sub(rf"\1{REDACTED}@", text)
    text = _QUERY.sub(_unsigned, text)
    text = _AUTHORIZATION.sub(rf"\1{REDACTED}", text)
    text = _SCHEME.sub(_scheme_only, text)
    text = _KNOWN_TOKEN.sub(REDACTED, text)
    return _KEY_VALUE.sub(_key_only, text)


def excerpt(text: str, longest: int = LONGEST_EXCERPT) -> str:
    """The text on one line without control characters and request ids, at most `longest` characters.

    AWS begins with the kind of fault and ends with what is wrong, so a long text is cut in between, by whole
    words. Names of images and resources in it stay, each once, as many as there is room for.
    A name that is said twice in a row is shown once.
    """
    line = " ".join(_printable(text).replace('"', "'").split())
    line = _NAMED_TWICE.sub("", _REQUEST.sub("", line)).rstrip(". ")
    if len(line) <= longest or " " not in line:
        return _cut(line, longest)
    return _shortened(line, longest)


def _shortened(line: str, longest: int) -> str:
    words = [_cut(word, longest * 3 // 4) for word in line.split()]
    names = {word.strip(_AROUND): place for place, word in enumerate(words) if _NAME.search(word)}
    head, tail = range(len(words)), range(len(words) - 1, -1, -1)
    ends = [place for place in tail if len(" ".join(words[place:])) <= longest // 8]
    kept: set[int] = set()
    for place in (0, *ends, *names.values()):
        kept |= {place} if len(_joined(words, kept | {place})) <= longest else set()
    begins = (place for place in head if len(" ".join(words[: place + 1])) <= longest // 3)
    for places in (begins, tail):
        for place in places:
            if len(_joined(words, kept | {place})) > longest:
                break
            kept.add(place)
    return _joined(words, kept)


def _joined(words: Sequence[str], kept: set[int]) -> str:
    """The words that are kept, with dots for those between them that are not."""
    shown: list[str] = []
    for place, word in enumerate(words):
        if place in kept:
            shown.append(word)
        elif not shown or shown[-1] != _GAP:
            shown.append(_GAP)
    return " ".join(shown)


def _cut(word: str, longest: int) -> str:
    if len(word) <= longest:
        return word
    head = longest // 3
    return f"{word[:head]}{_GAP}{word[head + len(_GAP) - longest :]}"


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def _unsigned(found: re.Match[str]) -> str:
    return found[1] + (REDACTED if _SIGNED.search(found[2]) else found[2])


def _scheme_only(found: re.Match[str]) -> str:
    return f"{found[1] or found[2] + ' '}{REDACTED}"


def _key_only(found: re.Match[str]) -> str:
    """The key with its value redacted; all of it where there is no value but the rest of a sentence."""
    key, equals, slashes, value = found.groups()
    if key is None or (not equals and _PROSE.fullmatch(value.rstrip(_CLOSING))):
        return found[0]
    if value[0] in "\"'":
        return key + value[0] + REDACTED + (slashes + value[0] if value[-1] == value[0] else "")
    bare = value.rstrip(_CLOSING)
    return key + (REDACTED + value[len(bare) :] if bare else value)
