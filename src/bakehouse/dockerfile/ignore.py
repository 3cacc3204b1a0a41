"""`.dockerignore`: what of the build context BuildKit never sees.

Enter the bytes of an ignore file; leave an `IgnoreMatcher` that says of each path whether it is excluded and
of each directory whether it can be skipped whole. Pure: whoever walks the tree gives the paths, relative to
the context, with slashes.

As BuildKit walks, a directory's verdict counts for what lies in it; `!` patterns bring single paths back.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from bakehouse.dockerfile.ignore_pattern import SPECIAL, expression_of, is_well_formed
from bakehouse.dockerfile.mounts import clean_path
from bakehouse.errors import DockerfileError

MAX_LINE = 65535
_NOT_PREFIX = re.compile(r"[*\[\]?^\\]")


class IgnoreFileError(DockerfileError):
    """An ignore file that BuildKit refuses."""


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line that counts. `text` is the line as written, `pattern` its cleaned form without `!`."""

    text: str
    pattern: str
    negated: bool
    line: int


class Visit(NamedTuple):
    """What is known of one path: whether it is excluded, whether (for a directory) nothing below it can come
    back, and, as bits, which rules matched it or a directory above it."""

    excluded: bool
    prune: bool
    matched: int


def candidates(dockerfile: str) -> tuple[str, str]:
    """The two places of an ignore file: beside the Dockerfile under its name, which wins where it exists, and
    `.dockerignore`, which is relative to the context. The first is relative to whatever `dockerfile` is."""
    return f"{dockerfile}.dockerignore", ".dockerignore"


def read_ignore(data: bytes, filename: str = ".dockerignore") -> IgnoreMatcher:
    """The matcher of an ignore file. Raises IgnoreFileError with the line."""
    rules: list[IgnoreRule] = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if len(line) > MAX_LINE:
            raise IgnoreFileError(
                f"a line of {len(line)} bytes; at most {MAX_LINE} are read", path=filename, line=number
            )
        rule = _rule(line.removesuffix(b"\r").decode("utf-8", "surrogateescape"), number, filename)
        if rule is not None:
            rules.append(rule)
    return IgnoreMatcher(tuple(rules), filename)


def match_patterns(patterns: Iterable[str], what: str = "pattern") -> IgnoreMatcher:
    """A matcher of patterns that stand in no file: --exclude, --parents, the paths a build follows.

    BuildKit reads them with the same matcher (moby/patternmatcher): `excluded` then means that they match. Raises
    IgnoreFileError, with `what` for the file's name.
    """
    cleaned = (_cleaned(text) for text in patterns if _trim(text))
    return IgnoreMatcher(
        tuple(IgnoreRule(text, text.removeprefix("!"), text.startswith("!"), 0) for text in cleaned), what
    )


def _cleaned(text: str) -> str:
    return clean_path(_trim(text))


def _rule(text: str, line: int, filename: str) -> IgnoreRule | None:
    pattern = _trim(text)
    if text.startswith("#") or not pattern:
        return None
    negated = pattern.startswith("!")
    pattern = _trim(pattern[negated:])
    if pattern:
        pattern = clean_path(pattern)
        if len(pattern) > 1 and pattern.startswith("/"):
            pattern = pattern[1:]
    # BuildKit reads the cleaned line once more: `!/` becomes `!`, and `/!x` becomes `!x`.
    pattern = clean_path(_trim("!" * negated + pattern))
    negated = pattern.startswith("!")
    pattern = pattern[negated:]
    if not pattern:
        raise IgnoreFileError(
            'illegal exclusion pattern: "!"', path=filename, line=line, hint="write a path after the !, or take it out"
        )
    return IgnoreRule(text, pattern, negated, line)


def _trim(text: str) -> str:
    return text.strip(
        "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
        "\u2028\u2029\u202f\u205f\u3000"
    )


class IgnoreMatcher:
    """The rules of one ignore file, ready to match. `rules` are in the order of the file."""

    def __init__(self, rules: tuple[IgnoreRule, ...], filename: str = ".dockerignore") -> None:
        self.rules = rules
        self._negated = tuple(rule.negated for rule in rules)
        self._broken = 0
        self._filename = filename
        self._exact: dict[str, int] = {}  # path -> bits of the rules that are exactly it
        self._names: dict[str, int] = {}  # last part -> bits of `**/name` rules
        self._below: dict[str, list[tuple[int, re.Pattern[str]]]] = {}  # first part -> patterns that start with it
        self._rest: list[tuple[int, re.Pattern[str]]] = []
        for index, rule in enumerate(rules):
            self._add(1 << index, rule, filename)
        self._comeback: tuple[str, ...] | None = _comeback(rules)
        self._in_order = any(self._negated) or self._broken != 0

    def _add(self, bit: int, rule: IgnoreRule, filename: str) -> None:
        pattern = rule.pattern
        if not SPECIAL.search(pattern):
            self._exact[pattern] = self._exact.get(pattern, 0) | bit
            return
        name = pattern.removeprefix("**/")
        if name != pattern and name and "/" not in name and not SPECIAL.search(name):
            self._names[name] = self._names.get(name, 0) | bit
            return
        if not is_well_formed(pattern):
            raise _bad_pattern(rule, filename)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # "[[" in a class may mean more in a later Python
                expression = re.compile(expression_of(pattern), re.ASCII | re.DOTALL)
        except (re.error, ValueError):
            self._broken |= bit  # BuildKit compiles a pattern when it first needs it, and fails then
            return
        top, slash, _ = pattern.partition("/")
        home = self._rest if not slash or _NOT_PREFIX.search(top) else self._below.setdefault(top, [])
        home.append((bit, expression))

    def visit(self, path: str, parent: Visit | None = None, *, is_directory: bool = False) -> Visit:
        """The verdict on one path, given that of its directory (None at the top of the context).

        Raises IgnoreFileError where the verdict hangs on a pattern that makes no sense.
        """
        above = parent.matched if parent is not None else 0
        hits = above | self._exact.get(path, 0) | self._names.get(path.rpartition("/")[2], 0)
        for bit, expression in chain(self._rest, self._below.get(path.partition("/")[0], ())):
            if not hits & bit and expression.match(path):
                hits |= bit
        if not self._in_order:
            return Visit(hits != 0, hits != 0 and is_directory, hits)
        excluded, matched = self._decide(hits | self._broken, above)
        return Visit(excluded, excluded and is_directory and self._can_prune(path), matched)

    def _decide(self, hits: int, above: int) -> tuple[bool, int]:
        """Go through the rules that hit, in order. A rule that could change nothing is not remembered."""
        excluded, matched = False, 0
        while hits:
            bit = hits & -hits
            hits ^= bit
            negated = self._negated[bit.bit_length() - 1]
            if negated != excluded and not above & bit:
                continue
            if bit & self._broken:
                raise _bad_pattern(self.rules[bit.bit_length() - 1], self._filename)
            matched |= bit
            excluded = not negated
        return excluded, matched

    def _can_prune(self, path: str) -> bool:
        """Whether no `!` rule can match below an excluded directory."""
        if self._comeback is None:
            return False
        below = path + "/"
        return not any(prefix.startswith(below) for prefix in self._comeback)

    def excluded(self, path: str) -> bool:
        """Whether BuildKit's walk leaves out this path (a file or a directory, relative, with slashes)."""
        visit: Visit | None = None
        end = path.find("/")
        while end >= 0:
            visit = self.visit(path[:end], visit, is_directory=True)
            if visit.prune:
                return True
            end = path.find("/", end + 1)
        return self.visit(path, visit).excluded

    def __bool__(self) -> bool:
        return bool(self.rules)


def _comeback(rules: tuple[IgnoreRule, ...]) -> tuple[str, ...] | None:
    """The plain prefixes under which `!` rules match, or None where one has a wildcard before its end."""
    prefixes = []
    for rule in rules:
        if rule.negated:
            prefix = rule.pattern.removesuffix("/**").removesuffix("/*")
            if _NOT_PREFIX.search(prefix):
                return None
            prefixes.append(prefix + "/")
    return tuple(prefixes)


def _bad_pattern(rule: IgnoreRule, filename: str) -> IgnoreFileError:
    return IgnoreFileError(
        f"syntax error in pattern: {rule.text.strip()}",
        path=filename,
        line=rule.line,
        hint="close each [ and let no pattern end with a single backslash",
    )
