"""The check after a fix: what it accepts, and each way in which an edit can go wrong."""

from __future__ import annotations

import pytest

from bakehouse.dockerfile.edits import apply_edits
from bakehouse.dockerfile.parser import parse
from bakehouse.lint.verify import verify
from bakehouse.model.edit import Edit

FILE = b"""FROM debian:12
RUN apt-get update && \\
    # curl is for the health check
    apt-get install -y \\
      curl \\
      git
COPY <<EOF /etc/motd
hello
EOF
CMD ["x"]
"""


def _verdict(old: bytes, new: bytes, data: bytes = FILE) -> str | None:
    start = data.index(old)
    edits = [Edit(start, start + len(old), new)]
    return verify(parse(data), edits, parse(apply_edits(data, edits)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"-y", b"-y --no-install-recommends"),
        (b"git\n", b"git && rm -rf /var/lib/apt/lists/*\n"),
        (b"      curl \\\n", b""),
        (b"      curl \\\n", b"      curl \\\n      jq \\\n"),
        (b"CMD", b"USER app\nCMD"),
        (b'CMD ["x"]\n', b""),
        (b'CMD ["x"]\n', b'CMD ["y"]\nUSER app\n'),
        (b"hello\n", b"hello\nworld\n"),
        (b"    # curl is for the health check\n", b""),
        (b"FROM", b"# syntax=docker/dockerfile:1\nFROM"),
        (b"RUN", b"run"),
    ],
)
def test_accepted(old: bytes, new: bytes) -> None:
    assert _verdict(old, new) is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"check\n", b"check && rm -rf /tmp/x\n", "comment"),  # the clause ends up in a comment
        (b"curl \\\n", b"curl\n", "refused"),  # the backslash is lost: git becomes an instruction
        (b"    apt-get install", b"    # apt-get install", "instruction"),
        (b"hello\nEOF\nCMD", b"hello\nEOFCMD", "refused"),  # the here-document no longer ends
    ],
)
def test_taken_back(old: bytes, new: bytes, reason: str) -> None:
    verdict = _verdict(old, new)
    assert verdict is not None
    assert reason in verdict


def test_two_instructions_joined() -> None:
    data = b"FROM a\nRUN apt-get update\n# why\nRUN apt-get install x\nCMD y\n"
    start, end = data.index(b"\n# why"), data.index(b"apt-get install")
    edits = [Edit(start, end, b" && \\\n    ")]
    assert verify(parse(data), edits, parse(apply_edits(data, edits))) is None


def test_a_shell_that_breaks() -> None:
    verdict = _verdict(b" fi", b"", b"FROM a\nRUN if true; then echo; fi\n")
    assert verdict is not None
    assert "shell" in verdict


def test_backtick_escape() -> None:
    assert _verdict(b"two", b"two `\n  three", b"# escape=`\nFROM a\nRUN one `\n  two\n") is None
