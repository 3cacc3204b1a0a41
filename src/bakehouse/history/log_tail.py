"""The end of a step's output, fit to be stored and shown: bounded, without escapes, without secrets.

In: LogEvent data of one vertex, raw and hostile. Out: at most 40 lines and 8 KiB of plain text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

TAIL_LINES = 40
TAIL_BYTES = 8192
_KEPT_BYTES = 4 * TAIL_BYTES  # escapes and overwritten progress bars are removed later
_REMEMBERED = 20_000

_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_URL_AUTH = re.compile(r"(\b[a-zA-Z][\w+.-]{0,20}://[^/@:\s]{0,200}:)[^/@\s]{1,500}@")
_NAMED_SECRET = re.compile(
    r"(?i)((?:pass(?:word|wd)?|token|secret|api[_-]?key|authorization|credential)[\w-]{0,40}[\"']?\s{0,3}[=:]\s{0,3}[\"']?"
    r"(?:(?:bearer|basic)\s)?)[^\s\"',;&]{3,}"
)
_KNOWN_TOKEN = re.compile(r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{15,}|AKIA[0-9A-Z]{16}|npm_\w{30,})")


class LogTail:
    """Collects the output of one vertex.

    A bake call reports the log of a shared vertex once for every target that waits for it: a chunk is taken
    once per `copies` (targets seen with the vertex) times that it arrives.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._seen: dict[bytes, int] = {}

    def add(self, data: bytes, copies: int) -> None:
        """Take a chunk as it came."""
        if len(self._seen) < _REMEMBERED or data in self._seen:
            count = self._seen.get(data, 0)
            self._seen[data] = count + 1
            if count % max(1, copies):
                return
        self._data += data
        if len(self._data) > 2 * _KEPT_BYTES:
            del self._data[:-_KEPT_BYTES]

    def text(self, secrets: Sequence[str] = ()) -> str:
        """The last lines, cleaned; each of `secrets` and everything that looks like one reads ***."""
        text = clean(self._data.decode("utf-8", "replace"), secrets)
        lines = text.rstrip("\n").split("\n")[-TAIL_LINES:]
        kept = "\n".join(lines).encode()[-TAIL_BYTES:]
        return kept.decode("utf-8", "ignore")


def clean(text: str, secrets: Sequence[str] = ()) -> str:
    """Text without terminal escapes, control characters, overwritten parts of lines, and secrets."""
    text = _ESCAPE.sub("", text).replace("\r\n", "\n")
    text = "\n".join(_CONTROL.sub("", line.rstrip("\r").rsplit("\r", 1)[-1]) for line in text.split("\n"))
    for secret in sorted((s for s in secrets if len(s) >= 4), key=len, reverse=True):
        text = text.replace(secret, "***")
    text = _URL_AUTH.sub(r"\1***@", text)
    text = _NAMED_SECRET.sub(r"\1***", text)
    return _KNOWN_TOKEN.sub("***", text)
