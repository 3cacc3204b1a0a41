"""The cases of rules, as data: `cases/<rule-name>.txt` in, `Case`s out.

    === bad: what is wrong here [options]
    FROM alpine
    --- file .dockerignore        another file of the workspace
    .git
    --- fixed                     what --fix leaves; `--- fixed-unsafe` what --fix --unsafe leaves
    FROM alpine
    --- created .dockerignore     another file as the fix leaves it, new or changed
    === good: why this is fine

Options in brackets: `lines=2,5` the lines of the findings (else at least one), `crlf` (the Dockerfile and what is
fixed have CRLF), `no-newline` (no newline at the end; `no-newline=before`: only before the fix), `path=sub/Dockerfile` (where it lies), `escape` (backslash
sequences such as \\t are read as in Python), `lint.KEY=VALUE` a setting of [lint].
A file whose text is `<sparse N>` has N bytes. A case with `--- file` parts is scanned as a workspace; else the Dockerfile is looked at alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

CASES = Path(__file__).parent / "cases"
_HEAD = re.compile(r"=== (bad|good): (.*?)(?: \[(.*)\])?\Z")
_PART = re.compile(r"--- (file|created|fixed-unsafe|fixed)(?: (\S+))?\Z")


@dataclass(slots=True)
class Case:
    """One case. `fixed` and `fixed_unsafe` are None where the case says nothing of the fix."""

    rule: str
    bad: bool
    title: str
    options: dict[str, str]
    dockerfile: bytes = b""
    files: dict[str, bytes] = field(default_factory=dict)
    fixed: bytes | None = None
    fixed_unsafe: bytes | None = None
    created: dict[str, bytes] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.rule}: {'bad' if self.bad else 'good'}: {self.title}"


def read_cases(path: Path) -> list[Case]:
    """All cases of one rule's file."""
    cases: list[Case] = []
    part: tuple[str, str | None] = ("dockerfile", None)
    lines: list[str] = []

    def close() -> None:
        if not cases:
            return
        case, (kind, name) = cases[-1], part
        options = case.options
        if kind.startswith("fixed") and options.get("no-newline") == "before":
            options = {key: value for key, value in options.items() if key != "no-newline"}
        data = _encode(lines, options, is_dockerfile=kind not in ("file", "created"))
        if kind == "dockerfile":
            case.dockerfile = data
        elif kind == "fixed":
            case.fixed = data
        elif kind == "fixed-unsafe":
            case.fixed_unsafe = data
        else:
            (case.files if kind == "file" else case.created)[str(name)] = data

    for line in path.read_text(encoding="utf-8").split("\n"):
        if head := _HEAD.match(line):
            close()
            options = dict(o.partition("=")[::2] for o in (head[3] or "").split())
            cases.append(Case(path.stem, head[1] == "bad", head[2], options))
            part, lines = ("dockerfile", None), []
        elif found := _PART.match(line):
            close()
            part, lines = (found[1], found[2]), []
        else:
            lines.append(line)
    close()
    return cases


def _encode(lines: list[str], options: dict[str, str], *, is_dockerfile: bool) -> bytes:
    while lines and not lines[-1]:
        lines = lines[:-1]
    text = "".join(f"{line}\n" for line in lines)
    if "escape" in options:
        text = text.encode("latin-1", "backslashreplace").decode("unicode_escape")
    if is_dockerfile and "crlf" in options:
        text = text.replace("\n", "\r\n")
    if is_dockerfile and "no-newline" in options:
        text = text.rstrip("\r\n")
    return text.encode()


def all_cases() -> list[Case]:
    """The cases of all rules."""
    return [case for path in sorted(CASES.glob("*.txt")) for case in read_cases(path)]
