"""An array that is no JSON, so the shell gets its brackets.

## What

CMD, ENTRYPOINT, HEALTHCHECK, RUN or VOLUME has a list in brackets that JSON does not accept: single or typographic
quotes, a comma too many.

## Why

What is no JSON is taken as shell form: the container tries to run a program called `['nginx',`, and a VOLUME gets a
path with brackets and quotes in it. The build says nothing.

## Bad

```dockerfile
CMD ['nginx', '-g', 'daemon off;']
```

## Good

```dockerfile
CMD ["nginx", "-g", "daemon off;"]
```

## Fix

Unsafe, since the image starts to do what was meant: quotes become double quotes, a last comma goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.syntax import Form, Instruction, Span
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="broken-exec-form", group=Group.CORRECTNESS, severity=Severity.ERROR, fix=FixSafety.UNSAFE)
_QUOTES = "'\"\u201c\u201d\u201e\u2018\u2019"
_ARRAY = re.compile(rf"\[\s*[{_QUOTES}].*[{_QUOTES}]\s*,?\s*\]\Z", re.DOTALL)
_LIST = re.compile(rf"[{_QUOTES}]\s*,")
_QUOTE = re.compile(f"[{_QUOTES}]")
_LAST_COMMA = re.compile(r",\s*\]\Z")


def check(subject: Subject) -> Iterator[Hit]:
    """Every argument that looks like a JSON array and is none."""
    for instruction in subject.named("CMD", "ENTRYPOINT", "HEALTHCHECK", "RUN", "VOLUME"):
        if instruction.form not in (Form.SHELL, Form.WORDS) or not instruction.words or instruction.heredocs:
            continue
        span = _array(instruction)
        if subject.data[span.start : span.start + 1] != b"[":
            continue
        text = "".join(_pieces(subject, instruction, span))
        if not _ARRAY.match(text) or (instruction.name in ("RUN", "HEALTHCHECK") and not _LIST.search(text)):
            continue
        repaired = _repaired(text)
        fix = unsafe_fix("Write JSON", replace(span, repaired)) if repaired else None
        message = f"this is no JSON, so {instruction.name} takes the brackets as they are"
        yield Hit(message, span, hint="use double quotes, and a comma between strings only", fix=fix)


def _array(instruction: Instruction) -> Span:
    """Where the array stands: all words, but for the CMD of a HEALTHCHECK."""
    first = instruction.words[-1] if instruction.name == "HEALTHCHECK" else instruction.words[0]
    return Span(first.span.start, instruction.words[-1].span.end)


def _pieces(subject: Subject, instruction: Instruction, span: Span) -> Iterator[str]:
    """The text of a span without continuations and the comments in them."""
    for piece in instruction.pieces:
        start, end = max(piece.start, span.start), min(piece.end, span.end)
        if start < end:
            yield subject.tree.text(Span(start, end))


def _repaired(text: str) -> str | None:
    """The array with double quotes, if that is JSON; None where a quote stands inside a string."""
    found = _LAST_COMMA.sub("]", _QUOTE.sub('"', text))
    try:
        strings = json.loads(found)
    except ValueError:
        return None
    return json.dumps(strings, ensure_ascii=False) if all(isinstance(s, str) for s in strings) else None
