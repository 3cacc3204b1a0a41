"""ENV or LABEL with a blank between name and value.

## What

`ENV name value`: the old form, which takes one name and the rest of the line.

## Why

BuildKit warns about it. It cannot set two names, and `ENV A = b` sets A to `= b`.

## Bad

```dockerfile
ENV APP_HOME /srv/app
```

## Good

```dockerfile
ENV APP_HOME=/srv/app
```

## Fix

Safe: `=` is put between name and value, quotes around a value with blanks. The value stays the same to the byte; no fix
where quotes in it would mean something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert, replace
from bakehouse.dockerfile.lexer import Lexer, LexError
from bakehouse.dockerfile.syntax import Dockerfile, Form, Pair, Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Subject
from bakehouse.model.edit import Edit
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="legacy-key-value",
    group=Group.BUILDKIT,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("LegacyKeyValueFormat",),
)
_BARE = re.compile(r"""(?:[^\s"']++|"[^"\\`]*+"|'[^'\\`]*+')++\Z""")
_QUOTABLE = re.compile(r"""[^"'\\`]+\Z""")


def check(subject: Subject) -> Iterator[Hit]:
    """Every ENV and LABEL in the old form."""
    for instruction in subject.named("ENV", "LABEL"):
        if instruction.form is Form.LEGACY:
            pair = instruction.pairs[0]
            message = f"a blank between {pair.key.text} and its value"
            yield Hit(message, pair.key.span, hint="write NAME=value", fix=_fix(subject.tree, pair))


def _fix(tree: Dockerfile, pair: Pair) -> Fix | None:
    value = pair.value
    if value is None or value.text.startswith("=") or value.text.endswith(tree.escape):  # `A = b`: not what was meant
        return None
    gap = Span(pair.key.span.end, value.span.start)
    if b"#" in tree.data[gap.start : gap.end]:
        return None
    edits: list[Edit]
    if _BARE.match(value.text):
        edits, written = [replace(gap, "=")], value.text
    elif _QUOTABLE.match(value.text):
        edits, written = [replace(gap, '="'), insert(value.span.end, '"')], f'"{value.text}"'
    else:
        return None
    return safe_fix("Write NAME=value", *edits) if _same(tree.escape, value.text, written) else None


def _same(escape: str, before: str, after: str) -> bool:
    """Whether BuildKit reads the same value from both."""
    lexer = Lexer(escape, keep_unset=True)
    try:
        return lexer.expand(before, {}).text == lexer.expand(after, {}).text
    except LexError:
        return False
