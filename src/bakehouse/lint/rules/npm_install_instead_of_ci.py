"""npm install is used where a lock file is there.

## What

A RUN calls `npm install` without packages, and a COPY or a mount brought `package-lock.json` (or
`npm-shrinkwrap.json`).

## Why

`npm install` may take other versions than the lock file says, and changes it. `npm ci` takes exactly what is locked,
fails where the two files disagree, and is faster.

## Bad

```dockerfile
FROM node:24
COPY package.json package-lock.json ./
RUN npm install --omit=dev
```

## Good

```dockerfile
FROM node:24
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
```

## Fix

Unsafe: `npm ci` is written. It fails where the lock file is out of date, and empties `node_modules` first. No fix
where only a pattern (`package*.json`) may have brought the lock file.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.lockfiles import copied_names
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import replace_word
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="npm-install-instead-of-ci",
    group=Group.REPRODUCIBILITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DD010",),
)
_LOCKS = frozenset({"package-lock.json", "npm-shrinkwrap.json"})
_PATTERNS = frozenset({"package*.json", "package-*.json", "package*", "package*.json*"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every npm install of the project's own dependencies beside a lock file."""
    for run, call in subject.calls("npm"):
        if call.verb not in ("install", "i") or call.packages or call.has("-g", "--global", "--package-lock-only"):
            continue
        if call.has("--no-package-lock", "--package-lock=false"):
            continue
        names = copied_names(run, subject)
        if names & (_LOCKS | _PATTERNS):
            fix = _fix(run, call) if names & _LOCKS else None
            yield Hit("npm install may take other versions than are locked", call.command.span, hint="npm ci", fix=fix)


def _fix(run: Run, call: PackageCall) -> Fix | None:
    if run.instruction.is_json:
        return None
    verb = next(word for word in call.command.words if word.text == call.verb)
    return unsafe_fix("Write npm ci", replace_word(verb, "ci"))
