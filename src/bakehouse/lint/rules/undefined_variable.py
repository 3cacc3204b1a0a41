"""A variable is used that nothing sets.

## What

An instruction uses `$NAME`, and NAME is not set there: it is declared before the first FROM, in another stage or
further down; it is misspelt; or the stage starts from scratch and nothing sets it at all.

## Why

BuildKit puts nothing in its place: `COPY $NAME/app .` copies `/app`. A base image may set variables that we cannot
see, so other names are not reported.

## Bad

```dockerfile
ARG VERSION=1.2
FROM alpine:3.20
LABEL version=$VERSION
```

## Good

```dockerfile
ARG VERSION=1.2
FROM alpine:3.20
ARG VERSION
LABEL version=$VERSION
```

## Fix

Unsafe: `ARG NAME` is put before the instruction where the name is one of the ARGs before the first FROM, or one of
BuildKit's own such as TARGETARCH. Otherwise none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bakehouse.dockerfile.edits import insert_line_before
from bakehouse.dockerfile.lexer import Lexer, LexError
from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.dockerfile.syntax import Word
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="undefined-variable",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("UndefinedVar",),
)
_EXPANDED = ("ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
_NAME = re.compile(r"\$\{?(\w+)")
_WITH_DEFAULT = re.compile(r"\$\{(\w+):?[-+?]")


class _Reason(NamedTuple):
    """Why a name is certainly not set: what to say, what to do, and whether `ARG NAME` is the cure."""

    message: str
    hint: str
    declare: bool = False


def check(subject: Subject) -> Iterator[Hit]:
    """Every use of such a variable, the first of each name in a stage."""
    lexer = Lexer(subject.tree.escape)
    seen: set[tuple[int, str]] = set()
    for stage, step in subject.steps_named(*_EXPANDED):
        for word in _words(step):
            for name in _missing(lexer, step, word):
                reason = _reason(subject, stage, step, name)
                if reason is None or (stage.stage.index, name) in seen:
                    continue
                seen.add((stage.stage.index, name))
                line = insert_line_before(subject.tree, step.instruction.span, f"ARG {name}")
                fix = unsafe_fix(f"Declare ARG {name}", line) if reason.declare else None
                yield Hit(reason.message, word.span, hint=reason.hint, fix=fix)


def _words(step: Step) -> Iterator[Word]:
    """The words of an instruction that have a variable."""
    instruction = step.instruction
    if "$" not in instruction.original:
        return
    values = [pair.value for pair in instruction.pairs if pair.value is not None] or instruction.words
    yield from (word for word in values if "$" in word.text)


def _missing(lexer: Lexer, step: Step, word: Word) -> list[str]:
    """The names that a word asks for in vain, without those that it has a default for."""
    if all(name in step.before.scope.values for name in _NAME.findall(word.text)):
        return []
    try:
        missing = lexer.expand(word.text, step.before.scope.values).missing
    except LexError:
        return []
    if not missing:
        return []
    own = {pair.key.text for pair in step.instruction.pairs}
    excused = own | set(_WITH_DEFAULT.findall(word.text)) | set(step.before.args)
    return sorted(missing - excused)


def _reason(subject: Subject, stage: StageMeaning, step: Step, name: str) -> _Reason | None:
    shown = f"${name} is not set here"
    if name in subject.meaning.graph.global_scope.values or _line_of_global(subject, name):
        line = _line_of_global(subject, name)
        where = f"the ARG in line {line} is only for FROM" if line else "the stage does not declare it"
        return _Reason(f"{shown}: {where}", f"declare ARG {name} in the stage", declare=True)
    for other in subject.stages:
        for found in other.stage.instructions:
            if found.name == "ARG" and any(pair.key.text == name for pair in found.pairs):
                where = f"line {found.start_line} declares it"
                where += " further down" if other is stage else f" in stage {other.stage.label}"
                return _Reason(f"{shown}: {where}", f"declare ARG {name} before this line")
    near = next((known for known in (*step.before.args, *step.before.env) if _is_misspelt(name, known)), None)
    if near is not None:
        return _Reason(shown, f"did you mean ${near}?")
    if step.before.scope.closed:
        return _Reason(shown, f"declare it with ARG {name}, or set it with ENV")
    return None


def _is_misspelt(name: str, known: str) -> bool:
    """Whether `name` is `known` with two neighbours swapped, or with one letter too few or too many inside.

    Anything further apart may be a name of the base image: START_FILE is no misspelt STARTUP_FILE.
    """
    if min(len(name), len(known)) < 4 or name == known:
        return False
    if len(name) == len(known):
        swapped = (known[:at] + known[at + 1] + known[at] + known[at + 2 :] for at in range(len(known) - 1))
        return name in swapped
    longer, shorter = sorted((name, known), key=len, reverse=True)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(1, len(longer) - 1))


def _line_of_global(subject: Subject, name: str) -> int | None:
    """The line of the ARG before the first FROM that declares a name."""
    for instruction in subject.tree.instructions:
        if instruction.name == "FROM":
            return None
        if instruction.name == "ARG" and any(pair.key.text == name for pair in instruction.pairs):
            return instruction.start_line
    return None
