"""Fixers on real Dockerfiles: ours, tally's and dockerfile-doctor's, in safe and unsafe mode, on the same files.

Each fixes a copy of the files, then the result once more. Goals for ours: nothing left invalid, nothing that a
second run changes again, nothing changed outside the spans of a fix, no damage to line ends or encoding.
"""

from __future__ import annotations

import codecs
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bakehouse.config import Config
from bakehouse.lint.fixing import Fixer
from bakehouse.lint.linter import Linter
from bakehouse.lint.repo import Repo
from bakehouse.lint.rules import rule_infos
from bakehouse.lint.selection import RuleNames, select
from bakehouse.model.edit import Edit
from bench import corpus, rivals
from bench.rivals import Tool

PARSED = ("parser", "instructions")


@dataclass
class Outcome:
    """What a fixer did: names of files by kind of damage."""

    changed: list[str] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    unsolvable: list[str] = field(default_factory=list)
    restless: list[str] = field(default_factory=list)
    line_ends: list[str] = field(default_factory=list)
    encoding: list[str] = field(default_factory=list)
    outside: list[str] | None = None
    """Files changed outside the spans of the fixes; None for a tool that does not tell its spans."""

    def counts(self) -> str:
        """The cells of the table. Not idempotent counts among the valid."""
        kinds = (self.changed, self.invalid, self.unsolvable, self.restless, self.line_ends, self.encoding)
        cells = [str(len(names)) for names in kinds]
        return " | ".join([*cells, "?" if self.outside is None else str(len(self.outside))])


def measure(directory: Path, rounds: int) -> str:
    """The table. `rounds` counts for nothing here: the result is the same each time."""
    del rounds
    files = corpus.read(directory)
    text = ""
    with tempfile.TemporaryDirectory(prefix="bakehouse-bench-") as scratch:
        here = corpus.place(files, Path(scratch, "files"))
        said = corpus.verdicts(here, list(files))
        good = {name: data for name, data in files.items() if said[name][0] not in PARSED}
        solved = {name for name in good if not said[name][0]}
        text += f"{len(good)} different files that BuildKit's parser accepts, {len(solved)} that it can solve.\n\n"
        text += (
            "| fixer | changed | left invalid | no longer solved | not idempotent | line ends | encoding | outside |\n"
        )
        text += "|---|---|---|---|---|---|---|---|\n"
        for tool in rivals.tools():
            for mode in tool.fixes:
                outcome = run(tool, mode, good, solved, Path(scratch))
                if tool.name == "bakehouse":
                    outcome.outside = changed_outside(good, unsafe=mode == "unsafe")
                text += f"| {tool.name}, {mode} | {outcome.counts()} |\n"
                if tool.name == "bakehouse":
                    _show(mode, outcome)
    return text


def run(tool: Tool, mode: str, files: Mapping[str, bytes], solved: set[str], scratch: Path) -> Outcome:
    """Fix a copy of the files, twice, and compare."""
    here = corpus.place(files, scratch / "fixed")
    names = list(files)
    _fix(tool, mode, here, names)
    once = {name: (here / name).read_bytes() for name in names}
    said = corpus.verdicts(here, names)
    _fix(tool, mode, here, [name for name in names if said[name][0] not in PARSED])  # some give up at invalid ones
    outcome = Outcome()
    for name in names:
        before, after = files[name], once[name]
        if before == after:
            continue
        outcome.changed.append(name)
        if said[name][0] in PARSED:
            outcome.invalid.append(name)
        elif (here / name).read_bytes() != after:
            outcome.restless.append(name)
        if said[name][0] == "solve" and name in solved:
            outcome.unsolvable.append(name)
        if lost_line_ends(before, after):
            outcome.line_ends.append(name)
        if lost_encoding(before, after):
            outcome.encoding.append(name)
    return outcome


def _fix(tool: Tool, mode: str, here: Path, names: list[str]) -> None:
    for first in range(0, len(names), rivals.CHUNK):
        _fix_part(tool, tool.fixes[mode], here, names[first : first + rivals.CHUNK])


def _fix_part(tool: Tool, arguments: Sequence[str], here: Path, names: list[str]) -> None:
    """Let a tool fix some files. Where it gives up, the halves are tried, from the bytes that were there."""
    before = {name: (here / name).read_bytes() for name in names}
    _, out, code = rivals.timed([*arguments, *names], here)
    if tool.name == "bakehouse":
        assert code == 0, (code, out[-2000:])
        json.loads(out)
    if code in (0, 1) or len(names) == 1:
        return
    for name, data in before.items():
        (here / name).write_bytes(data)
    middle = len(names) // 2
    for half in (names[:middle], names[middle:]):
        _fix_part(tool, arguments, here, half)


def changed_outside(files: Mapping[str, bytes], *, unsafe: bool) -> list[str]:
    """The files where ours changes a byte that no edit of a fix covers: each round's edits, played again on the
    bytes before it by other code than the product's, must give the result."""
    settings = Config()
    linter = Linter(select(settings.lint, RuleNames(rule_infos())))
    wrong = []
    for name, data in files.items():
        repo = Repo(Path(), settings, None)
        repo.add(name, data)
        for file in Fixer(linter, unsafe=unsafe).fix(repo):
            played = data
            for edits in file.rounds:
                played = _played(played, edits)
            if played != file.after:
                wrong.append(name)
    return wrong


def _played(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes after edits, from the last to the first."""
    for _, edit in sorted(enumerate(edits), key=lambda found: (found[1].start, found[1].end, found[0]), reverse=True):
        data = data[: edit.start] + edit.text + data[edit.end :]
    return data


def lost_line_ends(before: bytes, after: bytes) -> bool:
    """Whether lines of a kind appeared that the file did not have: bare newlines where all were CRLF, carriage
    returns where there were none, or fewer CRLF lines kept than lines with the same words."""
    bare, crlf = (re.compile(rb"(?<!\r)\n"), re.compile(rb"\r\n"))
    if not crlf.search(before):
        return b"\r" in after and b"\r" not in before
    if not bare.search(before):
        return bare.search(after) is not None
    kept = Counter(line for line in before.split(b"\n")[:-1]) & Counter(line for line in after.split(b"\n")[:-1])
    changed = Counter(line.rstrip(b"\r") for line in before.split(b"\n")[:-1]) & Counter(
        line.rstrip(b"\r") for line in after.split(b"\n")[:-1]
    )
    return kept.total() < changed.total()


def lost_encoding(before: bytes, after: bytes) -> bool:
    """Whether a byte order mark went, or bytes above 127 came that were not there."""
    if before.startswith(codecs.BOM_UTF8) != after.startswith(codecs.BOM_UTF8):
        return True
    high = re.compile(rb"[\x80-\xff]+")
    return bool(Counter(high.findall(after)) - Counter(high.findall(before)))


def _show(mode: str, outcome: Outcome) -> None:
    for kind in ("invalid", "unsolvable", "restless", "line_ends", "encoding", "outside"):
        for name in getattr(outcome, kind) or ():
            print(f"{mode}: {kind}: {name}", file=sys.stderr)
