"""A package manager asks a question that nobody answers.

## What

`apt-get install` (or yum, dnf, zypper, pacman, and their other verbs that ask) without the flag that says yes.

## Why

A build has no terminal: the question gets no answer and the build stops, perhaps only on the day when one more
package is needed.

## Bad

```dockerfile
RUN apt-get update && apt-get install curl
```

## Good

```dockerfile
RUN apt-get update && apt-get install -y curl
```

## Fix

Safe: the flag is put behind the verb. Nothing is added where the answer comes from elsewhere: `yes |`, `-qq` of
apt-get, a configuration file that assumes yes.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.run_edits import add_flag
from bakehouse.lint.subject import Subject

RULE = rule(
    __doc__,
    name="missing-yes-flag",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.SAFE,
    aliases=("DL3014", "DL3030", "DL3034", "DL3038"),
)
_REMOVES = frozenset({"remove", "purge", "autoremove", "erase", "rm"})
_FLAGS = {"apt-get": "-y", "aptitude": "-y", "yum": "-y", "zypper": "-y", "pacman": "--noconfirm"}
_ANSWERS = {
    "apt-get": ("-y", "--yes", "--assume-yes", "--force-yes", "-qq", "-s", "--dry-run", "--download-only", "-d"),
    "aptitude": ("-y", "--assume-yes"),
    "yum": ("-y", "--assumeyes", "--assumeno", "--downloadonly"),
    "zypper": ("-y", "--no-confirm", "-n", "--non-interactive", "--dry-run"),
    "pacman": ("--noconfirm",),
}


def check(subject: Subject) -> Iterator[Hit]:
    """Every call that asks."""
    configured: bool | None = None
    for run, call in subject.calls(*_FLAGS):
        if not _asks(call) or call.command.operator in ("|", "|&"):
            continue
        configured = _is_configured(subject.data.lower()) if configured is None else configured
        if configured:
            return
        flag = _FLAGS[call.manager]
        message = f"{call.program} {call.verb} asks, and nobody answers"
        fix = safe_fix(f"Add {flag}", add_flag(run, call, flag))
        yield Hit(message, call.command.span, hint=f"add {flag}", fix=fix)


def _is_configured(lowered: bytes) -> bool:
    """Whether the file sets somewhere that the package manager does not ask."""
    return b"assume-yes" in lowered.replace(b"--assume-yes", b"") or b"assumeyes=" in lowered


def _asks(call: PackageCall) -> bool:
    if call.program == "microdnf" or call.has(*_ANSWERS[call.manager]):
        return False
    texts = [flag.static for flag in call.flags]
    if any(text.startswith(("-qq", "-q=2", "-yq", "-qy")) or "ssume-Yes" in text for text in texts):
        return False
    if any("Assume-Yes" in value or "assumeyes" in value for _, value in call.options):
        return False
    if call.packages and all(package.name.endswith(".deb") for package in call.packages):  # what is named does not ask
        return False
    return (call.installs or call.verb in _REMOVES) and not any(w.static.startswith("$") for w in call.command.words)
