"""Variables: what a word is worth at one point of a Dockerfile, and whether that is certain.

Enter words and the scope in force; leave values. A value is uncertain where it hangs on a variable that
only the base image knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bakehouse.dockerfile.environment import Environment
from bakehouse.dockerfile.lexer import Lexer
from bakehouse.dockerfile.syntax import Instruction

PROXY_ARGS = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
"""ARGs that every RUN sees, in either case, without declaring them; no word can be expanded with them."""

NOT_IN_ENV = frozenset({"BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"})
"""ARGs that BuildKit reads itself and keeps out of the environment."""

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Expanded(NamedTuple):
    """A value, whether it is certain, and the variables it asked for in vain."""

    text: str
    certain: bool
    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables in force: ARG and ENV together, as BuildKit keeps them.

    `closed` means that a name not in `values` is not set; otherwise a base image may set it.
    """

    values: Environment = field(default_factory=Environment)
    closed: bool = True

    def expand(self, lexer: Lexer, word: str) -> Expanded:
        """The value of one word. Raises lexer.LexError."""
        if lexer.is_plain(word):
            return certain(word)
        lexed = lexer.expand(word, self.values)
        doubtful = any(self.values.is_doubtful(name) for name in lexed.used)
        return Expanded(lexed.text, not doubtful and (self.closed or not lexed.missing), lexed.missing)

    def split(self, lexer: Lexer, word: str) -> list[str]:
        """The values of one word that may become several (EXPOSE). Raises lexer.LexError."""
        return [found.text for found in lexer.split(word, self.values)]

    def with_values(self, pairs: Iterable[tuple[str, Expanded]]) -> Scope:
        """This scope and the pairs, later ones winning."""
        changes = [(name, value.text, not value.certain) for name, value in pairs]
        return Scope(self.values.with_values(changes), self.closed)


def certain(text: str) -> Expanded:
    """A value that hangs on nothing."""
    return Expanded(text, True, frozenset())


def declare_globals(scope: Scope, instruction: Instruction, lexer: Lexer, build_args: Mapping[str, str]) -> Scope:
    """The scope after an ARG before the first FROM. Raises lexer.LexError."""
    for pair in instruction.pairs:
        name = pair.key.text
        if name in build_args:
            scope = scope.with_values([(name, certain(build_args[name]))])
        elif pair.value is not None:
            scope = scope.with_values([(name, scope.expand(lexer, pair.value.text))])
    return scope


def declare_args(
    scope: Scope, instruction: Instruction, lexer: Lexer, build_args: Mapping[str, str], global_scope: Scope
) -> Scope:
    """The scope after an ARG inside a stage: build args win, then its default, then the global ARG."""
    for pair in instruction.pairs:
        name = pair.key.text
        if name in build_args:
            value = certain(build_args[name])
        elif pair.value is not None:
            value = scope.expand(lexer, pair.value.text)
        elif name in global_scope.values:
            value = certain(global_scope.values[name])
        else:
            continue
        if name not in NOT_IN_ENV:
            scope = scope.with_values([(name, value)])
    return scope
