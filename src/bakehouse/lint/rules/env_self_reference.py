"""An ENV uses a variable that the same instruction sets.

## What

`ENV A=1 B=$A`: one pair uses another pair of the same ENV.

## Why

All values of an ENV are expanded before any of them is set: B gets what A was before, mostly nothing. On a base image
that we know nothing of, which may set the variable itself, nothing is reported.

## Bad

```dockerfile
ENV APP_HOME=/srv/app PATH=$APP_HOME/bin:$PATH
```

## Good

```dockerfile
ENV APP_HOME=/srv/app
ENV PATH=$APP_HOME/bin:$PATH
```

## Fix

Unsafe: the ENV is split before the pair, so that it gets the new value, as it was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import newline_near, replace
from bakehouse.dockerfile.lexer import Lexer, LexError
from bakehouse.dockerfile.syntax import Dockerfile, Instruction
from bakehouse.lint.bases import Distribution, distribution
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject
from bakehouse.model.edit import Edit

RULE = rule(
    __doc__,
    name="env-self-reference",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3044",),
)
_ALWAYS_SET = ("PATH", "HOME")
_WITH_DEFAULT = re.compile(r"\$\{(\w+):?[-+?]")


def check(subject: Subject) -> Iterator[Hit]:
    """Every such pair of every ENV, where the variable had no value before."""
    lexer = Lexer(subject.tree.escape)
    for stage, step in subject.steps_named("ENV"):
        pairs = step.instruction.pairs
        if len(pairs) < 2 or not (step.before.scope.closed or distribution(stage, subject) is not Distribution.UNKNOWN):
            continue
        keys = {pair.key.text for pair in pairs}
        for number, pair in enumerate(pairs):
            if pair.value is None or "$" not in pair.value.text or not any(key in pair.value.text for key in keys):
                continue
            try:
                used = lexer.expand(pair.value.text, step.before.scope.values).missing
            except LexError:
                continue
            names = sorted((used & keys) - {pair.key.text, *_ALWAYS_SET} - set(_WITH_DEFAULT.findall(pair.value.text)))
            if names:
                before = {found.key.text for found in pairs[:number]}
                edit = _split(subject.tree, step.instruction, number) if set(names) <= before else None
                message = f"${names[0]} is set by this ENV, which is too late for {pair.key.text}"
                fix = unsafe_fix("Split the ENV", edit)
                yield Hit(message, pair.span, hint="set it in an ENV of its own before", fix=fix)


def _split(tree: Dockerfile, instruction: Instruction, number: int) -> Edit | None:
    """Two instructions in place of one: the pairs before `number`, and the rest."""
    data, code = tree.data, instruction.code
    end, start = instruction.pairs[number - 1].span.end, instruction.pairs[number].span.start
    if b"#" in data[end:start]:
        return None
    keyword = instruction.keyword.text.encode()
    newline = newline_near(tree, code.start)
    return replace(code, data[code.start : end] + newline + keyword + b" " + data[start : code.end])
