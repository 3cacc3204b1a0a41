"""A comment silences a rule that does not exist.

## What

`# bakehouse: ignore=NAME`, `# hadolint ignore=DL...` or `# check=skip=NAME` with a name that nobody has.

## Why

A misspelt name silences nothing, or the rule is gone and the comment can go too.

## Bad

```dockerfile
# bakehouse: ignore=lates-tag
FROM alpine
```

## Good

```dockerfile
# bakehouse: ignore=latest-tag we follow it on purpose
FROM alpine
```

## Fix

None: the rule that was meant is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache

from bakehouse.dockerfile.syntax import Span
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.selection import RuleNames
from bakehouse.lint.subject import Subject
from bakehouse.lint.suppressions import read_suppressions

RULE = rule(__doc__, name="unknown-suppression", group=Group.CORRECTNESS, severity=Severity.WARNING)
_SHELLCHECK = re.compile(r"SC\d+\Z", re.IGNORECASE)


def check(subject: Subject) -> Iterator[Hit]:
    """Every such name."""
    for line, name in read_suppressions(subject.tree, _names()).unknown:
        if not _SHELLCHECK.match(name):
            start = subject.tree.line_starts[line - 1]
            at = subject.data.find(name.encode(), start)
            yield _hit(name, Span(at, at + len(name.encode())))


def _hit(name: str, span: Span) -> Hit:
    known = [known for rule in _names().rules for known in (rule.name, *rule.aliases)]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "`bakehouse rule` lists them all"
    return Hit(f"no rule is called {name}", span, hint=hint)


@cache
def _names() -> RuleNames:
    from bakehouse.lint.rules import rule_infos  # the table imports this module

    return RuleNames(rule_infos())
