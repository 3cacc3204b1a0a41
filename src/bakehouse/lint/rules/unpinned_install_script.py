"""An install script is not told which version to install.

## What

A RUN runs a well-known install script (Docker, rustup, Poetry, uv, Bun, pnpm, Deno, Helm, Composer, nvm, .NET,
NodeSource) without the variable, the argument or the address that names a version.

## Why

The script then installs what is newest on the day.

## Bad

```dockerfile
FROM python:3.14
RUN curl -sSL https://install.python-poetry.org | python3 -
```

## Good

```dockerfile
FROM python:3.14
RUN curl -sSL https://install.python-poetry.org | POETRY_VERSION=2.1.3 python3 -
```

## Fix

None: which version was meant is not known. The hint says how to name one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bakehouse.lint.downloads import downloads
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__, name="unpinned-install-script", group=Group.REPRODUCIBILITY, severity=Severity.INFO, needs=("curl", "wget")
)


class _Script(NamedTuple):
    """One install script: its address without a version, what in a RUN names a version, and how to say it."""

    name: str
    address: re.Pattern[str]
    pinned: re.Pattern[str]
    hint: str
    variable: str = ""


def _script(name: str, address: str, pinned: str, hint: str, variable: str = "") -> _Script:
    return _Script(name, re.compile(address), re.compile(pinned), hint, variable)


_NEVER = r"(?!)"
_SCRIPTS = (
    _script("Docker", r"get\.docker\.com", r"VERSION=|--version", "VERSION=28.0 sh", "VERSION"),
    _script("rustup", r"sh\.rustup\.rs", r"--default-toolchain[ =][\"']?(?:\d|\$|none)", "--default-toolchain 1.90"),
    _script("Poetry", r"install\.python-poetry\.org", r"POETRY_VERSION=|--version", "POETRY_VERSION=2.1.3",
            "POETRY_VERSION"),
    _script("uv", r"astral\.sh/uv/install\.sh", _NEVER, "https://astral.sh/uv/0.9.5/install.sh"),
    _script("Bun", r"bun\.(?:sh|com)/install\b", r"bun-v|\$", "bash -s bun-v1.3.0", "BUN_VERSION"),
    _script("pnpm", r"get\.pnpm\.io/install\.sh", r"PNPM_VERSION=", "PNPM_VERSION=10.4.1 sh -", "PNPM_VERSION"),
    _script("Deno", r"deno\.land/install\.sh", r"sh -s -?-? ?v?\d|\$", "sh -s v2.5.0"),
    _script("Helm", r"helm/.*/get-helm-\d", r"DESIRED_VERSION=|--version", "DESIRED_VERSION=v3.19.0",
            "DESIRED_VERSION"),
    _script("Composer", r"getcomposer\.org/installer", r"--version|--\d", "php -- --version=2.8.5"),
    _script("nvm", r"nvm-sh/nvm/(?:master|main|HEAD)/", _NEVER, "put a tag in the address"),
    _script("Node.js", r"nodesource\.com/setup_(?:lts|current)\.x", _NEVER, "put setup_24.x in the address"),
    _script(".NET", r"dotnet-install\.sh", r"(?i)--?version|--?channel|-c |-v ", "--version 9.0.100"),
)  # fmt: skip


def check(subject: Subject) -> Iterator[Hit]:
    """Every known script that is run without a version."""
    for download in downloads(subject):
        run = download.program.run
        script = next((s for s in _SCRIPTS if s.address.search(download.url)), None)
        if script is not None and not _is_pinned(run, script):
            message = f"the script installs whichever {script.name} is newest today"
            yield Hit(message, download.address.span, hint=f"name a version: {script.hint}")


def _is_pinned(run: Run, script: _Script) -> bool:
    instruction = run.instruction
    text = "".join((instruction.original, *(h.content for h in instruction.heredocs)))
    known = bool(script.variable) and script.variable in run.step.before.scope.values
    return known or script.pinned.search(text) is not None
