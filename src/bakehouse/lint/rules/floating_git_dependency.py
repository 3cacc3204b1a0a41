"""A package is installed from a git repository without saying which state.

## What

`pip install git+https://...` without `@ref`, npm `github:user/repo` or `git+https://...` without `#ref`,
`cargo install --git` without `--tag` or `--rev`, `go install ...@main`; or with a branch that moves.

## Why

The newest state of the branch is installed, without any release and without any lock.

## Bad

```dockerfile
FROM python:3.14
RUN pip install git+https://github.com/example/tool.git
```

## Good

```dockerfile
FROM python:3.14
RUN pip install git+https://github.com/example/tool.git@v1.4.2
```

## Fix

None: which state was meant is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.dockerfile.shell import ShellWord
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="floating-git-dependency", group=Group.REPRODUCIBILITY, severity=Severity.WARNING)
_MOVING = r"(?:main|master|develop|HEAD|trunk)"
_PIP = re.compile(rf"(?:[\w.-]+(?:\[[\w,-]+\])?\s*@\s*)?git\+\w+://(?:[^@/]+@)?[^@#]+(?:@{_MOVING})?(?:#.*)?\Z")
_NPM = re.compile(rf"(?:git\+\w+://[^#]+|(?:github|gitlab|bitbucket):[\w./-]+|git://[^#]+)(?:#{_MOVING})?\Z")
_GO = re.compile(rf"[\w./-]+@{_MOVING}\Z")
_PATTERNS = {"pip": _PIP, "pipx": _PIP, "uv": _PIP, "npm": _NPM, "yarn": _NPM, "pnpm": _NPM, "bun": _NPM, "go": _GO}


def check(subject: Subject) -> Iterator[Hit]:
    """Every package of a call that comes from git without a fixed ref."""
    for _, call in subject.calls(*_PATTERNS, "cargo"):
        for word in _floating(call):
            yield Hit("the newest state of a repository is installed", word.span, hint="name a tag or a commit")


def _floating(call: PackageCall) -> Iterator[ShellWord]:
    if call.manager == "cargo":
        if call.verb == "install" and call.has("--git") and not call.has("--rev", "--tag"):
            yield next(flag for flag in call.flags if flag.static.startswith("--git"))
        return
    pattern = _PATTERNS[call.manager]
    for package in call.packages:
        if "$" not in package.word.raw and pattern.match(package.word.static):
            yield package.word
