"""Comments that silence rules: ours, hadolint's, and BuildKit's `# check=`.

    # bakehouse: ignore=cache-mount-missing,DL3008 why we know better
    # bakehouse: ignore-file=security
    # hadolint ignore=DL3008,DL3009
    # hadolint global ignore=DL3008
    # check=skip=StageNameCasing;error=true        (or skip=all; a parser directive, at the top)

An `ignore` comment goes for the next instruction; inside a RUN it goes for that RUN. `error=true` makes BuildKit
fail a build for its checks. Enter a tree; leave which rules are silent in which lines, which are errors, and the
names that no rule has.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from operator import itemgetter

from bakehouse.dockerfile.syntax import Dockerfile, Instruction, Trivia, TriviaKind
from bakehouse.lint.selection import RuleNames

_OURS = re.compile(r"#?\s*bakehouse:\s*(ignore(?:-file)?)\s*=\s*([\w,\-. ]*)", re.IGNORECASE)
_HADOLINT = re.compile(r"#?\s*hadolint\s+(?:(global)\s+)?ignore\s*=\s*([\w,\- ]*)", re.IGNORECASE)
_BYTES = re.compile(rb"^[ \t]*#[^\n]*(?:bakehouse|hadolint)[^\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Suppressions:
    """`everywhere` are the rules silent in the whole file, `lines` (first, last, rules) those of single
    instructions, `unknown` the (line, name) of names that nobody has, `errors` the rules that fail a build."""

    everywhere: frozenset[str]
    lines: tuple[tuple[int, int, frozenset[str]], ...]
    unknown: tuple[tuple[int, str], ...]
    errors: frozenset[str] = frozenset()

    def hide(self, rule: str, line: int) -> bool:
        """Whether a finding of `rule` at `line` is not to be shown."""
        if rule in self.everywhere:
            return True
        at = bisect_right(self.lines, line, key=itemgetter(0)) - 1  # instructions come one after the other
        return at >= 0 and line <= self.lines[at][1] and rule in self.lines[at][2]


def read_suppressions(tree: Dockerfile, names: RuleNames) -> Suppressions:
    """All suppressions of a file."""
    unknown: list[tuple[int, str]] = []
    everywhere, errors = _checks(tree, names, unknown)
    lines: list[tuple[int, int, frozenset[str]]] = []
    pending: frozenset[str] = frozenset()
    first = 0
    lowered = tree.data.lower()
    if b"hadolint" not in lowered and b"bakehouse" not in lowered:
        return Suppressions(everywhere, (), tuple(unknown), errors)
    for item in tree.items:
        if isinstance(item, Trivia) and item.kind is TriviaKind.COMMENT:
            whole, rules = _read("#" + item.text, item.line, names, unknown)
            if whole:
                everywhere |= rules
            elif rules:
                first = first or item.line
                pending |= rules
        elif isinstance(item, Instruction):
            here = pending
            for comment, line in _inner_comments(tree, item):
                here |= _read(comment, line, names, unknown)[1]
            if here:
                lines.append((first or item.start_line, item.end_line, here))
            pending, first = frozenset(), 0
    return Suppressions(everywhere, tuple(lines), tuple(unknown), errors)


def _inner_comments(tree: Dockerfile, instruction: Instruction) -> Iterator[tuple[str, int]]:
    """Comment lines inside an instruction's continuations or here-documents, with their line."""
    for match in _BYTES.finditer(tree.data, instruction.code.start, instruction.span.end):
        yield match[0].decode("utf-8", "replace").strip(), tree.position(match.start()).line


def _read(text: str, line: int, names: RuleNames, unknown: list[tuple[int, str]]) -> tuple[bool, frozenset[str]]:
    """Whether a comment goes for the whole file, and the rules it silences."""
    ours, theirs = _OURS.match(text), _HADOLINT.match(text)
    if ours:
        whole, listed = ours[1].lower() == "ignore-file", _listed(ours[2])
    elif theirs:
        whole, listed = theirs[1] is not None, _listed(theirs[2])
    else:
        return False, frozenset()
    found: frozenset[str] = frozenset()
    for name in listed:
        rules = names.find(name)
        if not rules and (ours or re.match(r"DL\d+\Z", name, re.IGNORECASE)):
            unknown.append((line, name))
        found |= rules
    return whole, found


def _listed(text: str) -> list[str]:
    """`a, b why` → a, b: names end at the first word that no comma announces."""
    words = re.split(r"\s*,\s*", text.strip())
    *heads, last = words
    whole = list(takewhile(lambda word: " " not in word, heads))
    return [*whole, *(last if len(whole) == len(heads) else heads[len(whole)]).split()[:1]]


def _checks(
    tree: Dockerfile, names: RuleNames, unknown: list[tuple[int, str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """The rules that `# check=` skips (`all` stands for those that BuildKit has too), and those it makes errors."""
    directive = tree.directive("check")
    skipped: frozenset[str] = frozenset()
    errors: frozenset[str] = frozenset()
    for option in directive.value.split(";") if directive else ():
        key, _, value = (part.strip() for part in option.partition("="))
        if key.lower() == "error" and value.lower() in ("1", "t", "true"):
            errors = _buildkit_checks(names)
        elif key.lower() == "skip":
            for name in filter(None, map(str.strip, value.split(","))):
                rules = _buildkit_checks(names) if name == "all" else names.find(name)
                if directive and not rules:
                    unknown.append((directive.line, name))
                skipped |= rules
    return skipped, errors


def _buildkit_checks(names: RuleNames) -> frozenset[str]:
    """Rules with an alias in BuildKit's spelling (StageNameCasing)."""
    camel = re.compile(r"(?:[A-Z][a-z]+){2,}\w*\Z|[A-Z][A-Za-z]+[a-z]\Z")
    return frozenset(rule.name for rule in names.rules if any(camel.match(alias) for alias in rule.aliases))
