"""What a path says of itself: certificates, a package manager's cache, ...; a table, first match."""

from __future__ import annotations

import re

from bakehouse.model.image_diff import Cause

_HOME = r"(?:root|home/[^/]+|github/home|var/lib/[^/]+)"

# Looked at before it is asked whose file it is: these matter, or are nobody's work, whatever package brought them.
_FIRST: tuple[tuple[Cause, str], ...] = (
    (
        Cause.CERTIFICATES,
        r"(?:etc/ssl(?:/.*)?|etc/ca-certificates(?:\.conf|/.*)?|etc/pki(?:/.*)?|usr/share/ca-certificates(?:/.*)?"
        r"|usr/local/share/ca-certificates(?:/.*)?|usr/lib/ssl(?:/.*)?|etc/ssl1\.1(?:/.*)?|.*/cacerts|.*/certifi/cacert\.pem)",
    ),
    (Cause.TIME_ZONES, r"(?:usr/share/zoneinfo(?:/.*)?|etc/localtime|etc/timezone|.*/(?:py)?tzdata/.*)"),
    (
        Cause.LOCALE,
        r"(?:usr/lib/locale(?:/.*)?|usr/share/i18n(?:/.*)?|etc/locale\.(?:gen|alias|conf)|etc/default/locale)",
    ),
    (
        Cause.CACHE,
        r"(?:var/cache/(?:apt|apk|dnf|yum|debconf|ldconfig)(?:/.*)?|var/lib/apt(?:/.*)?|etc/apk/cache(?:/.*)?"
        rf"|{_HOME}/\.(?:cache|npm|cargo/registry|cargo/git|m2|gradle|yarn|pnpm-store|bun|conda|nuget)(?:/.*)?"
        r"|go/pkg(?:/.*)?|usr/local/cargo/(?:registry|git)(?:/.*)?|usr/local/share/\.cache(?:/.*)?"
        r"|(?:.*/)?node_modules/\.cache(?:/.*)?)",
    ),
    (Cause.LOGS, r"(?:var/log(?:/.*)?|tmp(?:/.*)?|var/tmp(?:/.*)?|run(?:/.*)?|(?:.*/)?npm-debug\.log)"),
    (
        Cause.DATABASE,
        r"(?:var/lib/dpkg(?:/.*)?|(?:usr/)?lib/apk(?:/.*)?|etc/apk/world|var/lib/rpm(?:/.*)?"
        r"|(?:.*/)?node_modules/\.(?:package-lock\.json|modules\.yaml|yarn-integrity))",
    ),
)

# Looked at where no package that differs owns the path.
_LAST: tuple[tuple[Cause, str], ...] = (
    (Cause.LOCALE, r"usr/(?:local/)?share/locale(?:/.*)?"),
    (Cause.DOCUMENTATION, r"usr/(?:local/)?(?:share/)?(?:man|doc|info|doc-base|lintian|gtk-doc|help)(?:/.*)?"),
    (
        Cause.BUILD_TOOL,
        r"(?:usr/(?:local/)?include(?:/.*)?|usr/lib/(?:gcc|cmake|llvm-\d+)(?:/.*)?|(?:.*/)?pkgconfig(?:/.*)?"
        r"|usr/share/(?:aclocal|cmake|autoconf|pkgconfig)(?:[^/]*)(?:/.*)?|usr/(?:local/)?lib/(?:.*/)?[^/]+\.l?a"
        r"|usr/local/(?:go|cargo|rustup)(?:/.*)?)",
    ),
    (Cause.BYTE_CODE, r"(?:.*/)?(?:__pycache__(?:/.*)?|[^/]+\.py[co])"),
)
_CONFIGURATION = re.compile(r"etc(?:/.*)?")


def _compiled(table: tuple[tuple[Cause, str], ...]) -> tuple[tuple[Cause, re.Pattern[str]], ...]:
    return tuple((cause, re.compile(pattern, re.DOTALL)) for cause, pattern in table)


_FIRST_PATTERNS, _LAST_PATTERNS = _compiled(_FIRST), _compiled(_LAST)


def plain_cause(path: str) -> Cause | None:
    """The cause that holds whoever owns the path."""
    return next((cause for cause, pattern in _FIRST_PATTERNS if pattern.fullmatch(path)), None)


def weak_cause(path: str) -> Cause | None:
    """The cause where no package explains the path."""
    return next((cause for cause, pattern in _LAST_PATTERNS if pattern.fullmatch(path)), None)


def is_configuration(path: str) -> bool:
    """Whether a path is a system's configuration."""
    return _CONFIGURATION.fullmatch(path) is not None
