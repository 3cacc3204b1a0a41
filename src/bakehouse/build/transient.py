"""Failures that may be gone at the next try, as data. In: what a failed step said. Out: how long to wait, or None.

Only these are tried again. A failure that means something else first (a limit that needs a login, a full disk, a
lack of memory, a step stopped for another's sake) is listed too, because it may use the same words. The first row
that matches wins. The patterns come from public issue threads of the tools that print them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Row:
    """`wait` is the least number of seconds before another try; None: another try would not help."""

    pattern: str
    what: str
    wait: float | None
    tries: int = 5


def _row(pattern: str, what: str, wait: float | None = 0.0, tries: int = 5) -> Row:
    return Row(pattern, what, wait, tries)


ROWS: tuple[Row, ...] = (
    _row(r"context canceled|desc = Canceled|\bCANCELED\b", "stopped for another's sake", None),
    _row(r"You have reached your (?:unauthenticated )?pull rate limit", "pull limit: log in", None),
    _row(r"toomanyrequests: retry-after: ([\d.]+)(m?s)", "the registry asks to wait"),
    _row(r"429 Too Many Requests", "too many requests", MINUTE),
    _row(r"x509: certificate signed by unknown authority", "unknown certificate", None),
    _row(r"insufficient_scope: authorization failed|pull access denied", "access denied", None),
    _row(r"no space left on device", "disk full", None),
    _row(r"exit code: 137|JavaScript heap out of memory", "out of memory", None),
    _row(r"failed to fetch oauth token: .*(?:EOF|50[0234])", "token service failed"),
    _row(r"failed to authorize: .*(?:i/o timeout|DeadlineExceeded)", "token service slow"),
    _row(r"TLS handshake timeout", "TLS handshake timeout"),
    _row(r"unexpected status(?: from \w+ request to \S+)?: 50[0234]", "registry failed (5xx)"),
    _row(r"failed to parse error response 50\d", "registry failed (5xx)"),
    _row(r"the registry failed on \S+ \(HTTP 50[0234]\)", "registry failed (5xx)"),
    _row(r"the registry limits requests for \S+ \(HTTP 429\)", "too many requests", MINUTE),
    _row(r"BLOB_UPLOAD_UNKNOWN|blob upload unknown", "upload lost by the registry"),
    _row(r"unexpected commit digest sha256:\w+, expected", "damaged transfer", 0.0, 1),
    _row(r"failed to copy: .*(?:connection timed out|connection reset|EOF)", "transfer cut off"),
    _row(r"dial tcp: lookup .*(?:server misbehaving|i/o timeout)", "name service failed", 0.0, 1),
    _row(r"dial tcp .*: (?:i/o timeout|connect: connection (?:timed out|reset))", "connection failed"),
    _row(r"no active session for \w+: context deadline exceeded", "session lost"),
    _row(r"graceful_stop", "engine restarted", 10.0),
    _row(r"inconsistent graph state", "BuildKit's inconsistent graph state", 0.0, 1),
    _row(r"parent snapshot .*does not exist", "snapshot lost"),
    _row(r"content digest sha256:\w+: not found", "content lost"),
    _row(r"uncaught target signal 11", "emulator crashed", 0.0, 2),
    _row(r"Hash Sum mismatch", "package mirror changing"),
    _row(r"File has unexpected size .*Mirror sync in progress", "package mirror changing", 3 * MINUTE),
    _row(r"temporary error \(try again later\)", "package mirror busy"),
    _row(r"npm (?:ERR!|error) .*(?:ECONNRESET|ETIMEDOUT)", "npm lost its connection"),
    _row(r"ESOCKETTIMEDOUT|trouble with your network connection", "yarn lost its connection"),
    _row(r"ReadTimeoutError.*Read timed out", "pip lost its connection"),
    _row(r"stream error: stream ID \d+; INTERNAL_ERROR", "go lost its connection"),
    _row(r'(?:go: |Get ")\S+@v/\S+.*(?:i/o timeout|reset by peer)', "go lost its connection"),
    _row(r"RPC failed; curl \d+|fetch-pack: unexpected disconnect", "git lost its connection"),
    _row(r"spurious network error", "cargo lost its connection"),
    _row(r"Could not transfer artifact .*Connection (?:reset|timed out)", "maven lost its connection"),
    _row(r"maximum timeout reached", "cache service slow"),
    _row(r"error writing layer blob: not_found", "cache service lost a layer"),
    _row(r"context deadline exceeded", "timed out"),
)


@dataclass(frozen=True, slots=True)
class Transient:
    """`what` happened, the seconds to wait at least, and how many tries may follow at most."""

    what: str
    wait: float
    tries: int


def recognise(text: str) -> Transient | None:
    """What a failed step's error and the end of its log say, where another try may help; else None."""
    for row in ROWS:
        found = re.search(row.pattern, text)
        if found is None:
            continue
        if row.wait is None:
            return None
        wait = row.wait
        if found.groups():
            wait = float(found[1]) / (1000 if found[2] == "ms" else 1)
        return Transient(row.what, wait, row.tries)
    return None
