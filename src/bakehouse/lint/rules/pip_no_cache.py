"""pip leaves its download cache in the image.

## What

`pip install` (or `uv pip install`) runs in a layer of the image without `--no-cache-dir`, and its cache is no mount.

## Why

Every wheel lies in the image twice: installed, and in `~/.cache`. Nothing in the image ever reads the second copy.

## Bad

```dockerfile
FROM python:3.12-slim
RUN pip install -r requirements.txt
```

## Good

```dockerfile
FROM python:3.12-slim
RUN pip install --no-cache-dir -r requirements.txt
```

A cache mount on the cache directory is better still: the next build finds it again. `ENV PIP_NO_CACHE_DIR=1`
(`UV_NO_CACHE` for uv) and a stage that only hands files on by COPY are fine.

## Fix

Safe: the flag is added; no fix beside a cache mount.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.cleanups import removed_paths
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import add_flag
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__, name="pip-no-cache", group=Group.SIZE, severity=Severity.WARNING, fix=FixSafety.SAFE, aliases=("DL3042",)
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every pip install of a shipped layer that keeps its cache."""
    for run, call in subject.calls("pip"):
        if call.verb != "install" or run.stage.stage.index not in subject.shipped or not run.script.whole:
            continue
        flag, variable = (
            ("--no-cache", "UV_NO_CACHE") if call.program == "uv" else ("--no-cache-dir", "PIP_NO_CACHE_DIR")
        )
        if call.has("--no-cache", "--no-cache-dir", "-n", "--no-index", "--dry-run") or _is_set(run, variable):
            continue
        if _is_mounted(run, call) or _is_cleaned(run, call):
            continue
        yield Hit(
            f"{call.program} keeps its download cache in the layer",
            call.command.span,
            hint=f"add {flag}, or mount a cache",
            fix=safe_fix(f"Add {flag}", add_flag(run, call, flag)),
        )


def _is_set(run: Run, variable: str) -> bool:
    """Whether the variable is set before the RUN, or named in it."""
    before = run.step.before
    texts = (run.instruction.original, *(heredoc.content for heredoc in run.instruction.heredocs))
    return variable in before.env or variable in before.args or any(variable in text for text in texts)


def _is_mounted(run: Run, call: PackageCall) -> bool:
    """Whether some cache mount looks like this tool's: below any home, for the user may not be known."""
    tool = "uv" if call.program == "uv" else "pip"
    kinds = [m for m in run.step.mounts if m.type in ("cache", "tmpfs")]
    return any(tool in mount.target or ".cache" in mount.target or mount.target == "/root" for mount in kinds)


def _is_cleaned(run: Run, call: PackageCall) -> bool:
    later = [c for c in run.script.commands if c.span.start > call.command.span.start]
    if any(
        path.endswith(("/.cache", "/.cache/pip", "/.cache/uv", "/root")) for c in later for path in removed_paths(c)
    ):
        return True
    return any(found.verb == "cache" and found.manager in ("pip", "uv") for found in run.calls)
