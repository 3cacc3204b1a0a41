"""Secrets as text: which names promise one, which values are one, and how to show a line without it.

Enter names, values and lines; leave verdicts and masked lines. The name patterns are those of BuildKit's check
SecretsUsedInArgOrEnv; the value patterns are the token formats that their issuers document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_COMPOUND = r"(?:access|auth|api|client|private|refresh|secret)_?(?:key|token|secret|password)"
_SECRET_WORDS = rf"(?:{_COMPOUND}|credentials?|key|pass|password|passphrase|pword|passwd|secret|token)"
_NAME = re.compile(rf"(?:_|\b)(?:{_SECRET_WORDS}(?:_|$)|auth$)", re.IGNORECASE)
_NO_SECRET_NAME = re.compile(
    r"(?:^|_)(?:public|publishable|site)(?:_|$)|__key$|^(?:APT|GPG|PGP|SIGNING|RELEASE)_KEYS?(?:_|$)|(?:^|_)(?:GPG|PGP|SIGNING)_KEY(?:_|$)"
    r"|_(?:FILE|PATH|DIR|URL|URI|ENDPOINT|SERVER|HOST|PORT|ENABLED?|DISABLED?|TYPE|METHOD|HEADER|EXPIRY|EXPIRES|TTL"
    r"|LENGTH|SIZE|ALGORITHM|ALG|TIMEOUT|REALM|ISSUER|REQUIRED|MODE|PROVIDER|BACKEND|PLUGIN|LEN|CLASS|SCOPE|DUMMY"
    r"|VERSION|PREFIX|FORMAT|NAME|USER|USERNAME|FINGERPRINT|INTERVAL|ITERATIONS|DOMAIN|SOCK|SERVICE|SCHEME"
    r"|ROLE|GROUP|REGION|LEVEL|POLICY|DRIVER|STRATEGY|LIFETIME|COUNT|LIMIT|MANAGER)$",
    re.IGNORECASE,
)
_NO_SECRET_VALUE = re.compile(
    r"true|false|yes|no|on|off|none|null|[0-9]{0,3}|dummy\w*|placeholder|unused|not[-_]?(?:needed|used|set|a[-_]\w+)"
    r"|ignored?|fake\w*|build[-_ ]?\w*|trust|basic|bearer|jwt|oauth2?"
    r"|[\w./-]+\.(?:sh|py|js|sql|json|ya?ml|txt|conf|pem|key|crt)|/[\w./-]*",
    re.IGNORECASE,
)
_FINGERPRINT = re.compile(r"(?:0x)?[0-9A-F]{8}(?:[0-9A-F]{8}(?:[0-9A-F]{24})?)?", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"EXAMPLE|[xX]{8}|[*.]{4}|0{10}|123456789|abcdefgh|YOUR[-_]", re.IGNORECASE)


class TokenFormat(NamedTuple):
    """How the tokens of one issuer look. `literal` is in every one of them: a quick first look."""

    what: str
    literal: bytes
    pattern: re.Pattern[bytes]


def _formats(*rows: tuple[str, str, str]) -> tuple[TokenFormat, ...]:
    return tuple(TokenFormat(what, literal.encode(), re.compile(pattern.encode())) for what, literal, pattern in rows)


_B = r"(?<![A-Za-z0-9])"
TOKEN_FORMATS = _formats(
    ("an AWS access key id", "AKIA", rf"{_B}AKIA[0-9A-Z]{{16}}(?![0-9A-Z])"),
    ("a temporary AWS access key id", "ASIA", rf"{_B}ASIA[0-9A-Z]{{16}}(?![0-9A-Z])"),
    *(("a GitHub token", f"gh{kind}_", rf"{_B}gh{kind}_[A-Za-z0-9]{{36,}}") for kind in "oprsu"),
    ("a GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("a GitLab token", "glpat-", r"glpat-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", "xox", rf"{_B}xox[abeprs]-[A-Za-z0-9-]{{10,}}"),
    ("a Slack webhook", "hooks.slack.com", r"hooks\.slack\.com/services/T\w{8,}/B\w{8,}/\w{20,}"),
    ("a Stripe live key", "k_live_", rf"{_B}[sr]k_live_[A-Za-z0-9]{{20,}}"),
    ("a Google API key", "AIza", rf"{_B}AIza[A-Za-z0-9_-]{{35}}"),
    ("an npm token", "npm_", rf"{_B}npm_[A-Za-z0-9]{{36}}(?![A-Za-z0-9])"),
    ("a PyPI token", "pypi-AgEI", r"pypi-AgEI[A-Za-z0-9_-]{50,}"),
    ("a Docker Hub token", "dckr_pat_", r"dckr_pat_[A-Za-z0-9_-]{20,}"),
    ("a Hugging Face token", "hf_", rf"{_B}hf_[A-Za-z]{{34}}(?![A-Za-z0-9])"),
    ("a SendGrid key", "SG.", rf"{_B}SG\.[A-Za-z0-9_-]{{22}}\.[A-Za-z0-9_-]{{43}}"),
    ("an Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9-]{5,}_?[A-Za-z0-9_-]{40,}"),
    ("an OpenAI key", "T3BlbkFJ", r"sk-[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}"),
    ("a Shopify token", "shp", rf"{_B}shp(?:at|ca|pa|ss)_[a-fA-F0-9]{{32}}"),
    ("a DigitalOcean token", "_v1_", rf"{_B}do[opr]_v1_[a-f0-9]{{64}}"),
    ("an Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{86}=="),
    ("a Vault token", "hvs.", rf"{_B}hvs\.[A-Za-z0-9_-]{{24,}}"),
    ("an Atlassian token", "ATATT3", r"ATATT3[A-Za-z0-9_=-]{50,}"),
    ("a Telegram bot token", ":AA", r"(?<![0-9])[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    ("a JSON web token", "eyJ", rf"{_B}eyJ[A-Za-z0-9_-]{{10,}}\.eyJ[A-Za-z0-9_-]{{10,}}\.[A-Za-z0-9_-]{{20,}}"),
    (
        "a private key",
        "PRIVATE KEY",
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
        r"(?:\\r|\\n|[\r\n \\])+(?:[A-Za-z0-9+/=:, -]|\\n|[\r\n\\])*",
    ),
)
"""Formats that hardly anything else has. The body of a private key belongs to it: a bare header is none."""


class Token(NamedTuple):
    """One secret in a text: what it is, and its bytes."""

    what: str
    start: int
    end: int


def find_tokens(data: bytes) -> Iterator[Token]:
    """The tokens of known formats in `data`, placeholders left out."""
    for what, literal, pattern in TOKEN_FORMATS:
        if literal not in data:
            continue
        for match in pattern.finditer(data):
            text = match[0].decode("latin-1")
            if _PLACEHOLDER.search(text) or (literal == b"PRIVATE KEY" and len(text) < 100):
                continue
            yield Token(what, match.start(), match.end())


def is_secret_name(name: str) -> bool:
    """Whether a variable of that name is likely to hold a secret (and not its path, its length or its header)."""
    return _NAME.search(name) is not None and _NO_SECRET_NAME.search(name) is None


def is_secret_value(name: str, value: str) -> bool:
    """Whether a value under such a name can be a secret at all: not empty, no switch, no path, no key's fingerprint."""
    bare = value.strip().strip("\"'")
    fingerprint = name.upper().endswith("KEY") and _FINGERPRINT.fullmatch(bare) is not None
    return bool(bare) and not fingerprint and _NO_SECRET_VALUE.fullmatch(bare) is None


_URL_PASSWORD = re.compile(r"(?<=://)([^\s:/@'\"]*:)([^\s@/'\"]+)(?=@)")
_URL_TOKEN = re.compile(r"(?<=://)()([A-Za-z0-9_-]{16,})(?=@)")
_HEADER = re.compile(r"((?:bearer|basic|token)\s+)([A-Za-z0-9_.+/=-]{12,})", re.IGNORECASE)
_VALUE = r"(\"[^\"]*\"?|'[^']*'?|[^\s'\"&|;]+)"
_SETTING = re.compile(rf"((?<![A-Za-z0-9])(?:[\w.-]*[_.-])?{_SECRET_WORDS}(?:[_-]\w*)?=){_VALUE}", re.IGNORECASE)
_LEGACY_ENV = re.compile(rf"(^\s*(?:ENV|ARG)\s+(?:\w*_)?{_SECRET_WORDS}(?:_\w*)?\s+){_VALUE}(?=\s*$)", re.IGNORECASE)
_OPTION = re.compile(rf"(--(?:[\w-]+-)?(?:password|passwd|token|secret|api-?key|secret-key)\s+){_VALUE}", re.IGNORECASE)
_CHPASSWD = re.compile(
    r"((?:echo|printf)\s+(?:-\w+\s+)*[\"']?[\w.-]+:)([^\s\"'|]+)(?=[\"']?\s*\|\s*(?:sudo\s+)?chpasswd)"
)


def mask(text: str) -> str:
    """`text` with a star for every character of a secret, so that columns stay right. Variables stay."""
    data = bytearray(text.encode("utf-8", "surrogateescape"))
    for _, literal, pattern in TOKEN_FORMATS:
        if literal in data:
            for found in pattern.finditer(bytes(data)):
                data[found.start() : found.end()] = b"*" * (found.end() - found.start())
    shown = data.decode("utf-8", "surrogateescape")
    for known in (_URL_PASSWORD, _URL_TOKEN, _HEADER, _SETTING, _LEGACY_ENV, _OPTION, _CHPASSWD):
        shown = known.sub(_starred, shown)
    return shown


def _starred(match: re.Match[str]) -> str:
    head, value = match[1], match[2]
    name = head.strip().rstrip("=: ").rpartition(" ")[2]
    if "$" in value or value in ("=", ":", "\\") or ("=" in head and not is_secret_value(name, value)):
        return match[0]
    if head and _NO_SECRET_NAME.search(name.replace("-", "_").replace(".", "_")):
        return match[0]
    quote = value[0] if value[0] in "\"'" else ""
    inner = value.strip(quote) if quote else value
    tail = quote if quote and len(value) > 1 and value.endswith(quote) else ""
    return f"{head}{quote}{'*' * len(inner)}{tail}"
