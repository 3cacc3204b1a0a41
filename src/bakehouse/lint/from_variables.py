"""The variables that FROM uses: which are declared for it, and which have no value.

Enter a subject; leave names. FROM sees the ARGs before the first FROM and BuildKit's platform arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.lexer import Lexer, LexError
from bakehouse.dockerfile.stages import Stage
from bakehouse.dockerfile.syntax import Word
from bakehouse.lint.subject import Subject, once

_WITH_DEFAULT = re.compile(r"\$\{(\w+):?[-+?]")


def declared(subject: Subject) -> frozenset[str]:
    """The names that FROM can use, with and without a default."""
    names = set(subject.meaning.graph.global_scope.values)
    for instruction in subject.tree.instructions:
        if instruction.name == "FROM":
            break
        names.update(pair.key.text for pair in instruction.pairs)
    return frozenset(names)


@once
def used_without_value(subject: Subject) -> Iterator[tuple[Stage, Word, list[str]]]:
    """The image and the platform of every FROM that uses variables without a value, with their names."""
    lexer = Lexer(subject.tree.escape)
    for meaning in subject.stages:
        from_ = meaning.stage.from_
        flags = [Word(f.value, f.value_span) for f in from_.flags if f.value and f.value_span]
        for word in (*flags, from_.words[0]):
            if "$" not in word.text:
                continue
            try:
                missing = lexer.expand(word.text, subject.meaning.graph.global_scope.values).missing
            except LexError:
                continue
            names = sorted(missing - set(_WITH_DEFAULT.findall(word.text)))
            if names:
                yield meaning.stage, word, names
