"""Dependencies are installed without holding to the lock file.

## What

A RUN installs a project's dependencies, a COPY or a mount brought its lock file, and the command may still change
it: `yarn install`, `pnpm install`, `bun install`, `uv sync`, `pipenv install`, `bundle install`, `cargo build`,
`dotnet restore` without the flag or the variable that forbids it. `cargo install NAME` is meant too: without
`--locked` it ignores the lock file that the program was published with.

Poetry, Composer and Go hold to their lock files by themselves.

## Why

Where the lock file and the manifest disagree, other versions are installed than were tested, and nobody sees it.

## Bad

```dockerfile
FROM node:24
COPY package.json yarn.lock ./
RUN yarn install
```

## Good

```dockerfile
FROM node:24
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile
```

## Fix

Unsafe: the flag is added. The build fails where the lock file is out of date, which is its purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bakehouse.dockerfile.edits import insert
from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.lockfiles import copied_names
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import add_flag, insert_after
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.edit import Edit

RULE = rule(
    __doc__,
    name="frozen-lockfile",
    group=Group.REPRODUCIBILITY,
    severity=Severity.INFO,
    fix=FixSafety.UNSAFE,
)


@dataclass(frozen=True, slots=True)
class _Frozen:
    """How one manager is told to hold to its lock file: flags and variables that do, the first flag is written."""

    verbs: tuple[str, ...]
    locks: frozenset[str]
    flags: tuple[str, ...]
    variables: tuple[str, ...] = ()


_MANAGERS = {
    "yarn": _Frozen(
        ("install",), frozenset({"yarn.lock"}), ("--frozen-lockfile", "--immutable", "--pure-lockfile"),
        ("YARN_ENABLE_IMMUTABLE_INSTALLS", "CI"),
    ),
    "pnpm": _Frozen(
        ("install", "i"), frozenset({"pnpm-lock.yaml"}),
        ("--frozen-lockfile", "--offline", "--no-frozen-lockfile", "--no-lockfile"), ("CI",),
    ),
    "bun": _Frozen(("install", "i"), frozenset({"bun.lock", "bun.lockb"}), ("--frozen-lockfile",)),
    "uv": _Frozen(("sync",), frozenset({"uv.lock"}), ("--locked", "--frozen"), ("UV_LOCKED", "UV_FROZEN")),
    "pipenv": _Frozen(
        ("install",), frozenset({"Pipfile.lock"}), ("--deploy", "--ignore-pipfile", "--skip-lock"),
        ("PIPENV_IGNORE_PIPFILE",),
    ),
    "bundle": _Frozen(
        ("install",), frozenset({"Gemfile.lock"}), ("--frozen", "--deployment"),
        ("BUNDLE_FROZEN", "BUNDLE_DEPLOYMENT"),
    ),
    "cargo": _Frozen(
        ("build", "fetch", "install"), frozenset({"Cargo.lock"}), ("--locked", "--frozen", "--offline"),
    ),
    "dotnet": _Frozen(
        ("restore",), frozenset({"packages.lock.json"}), ("--locked-mode", "-p:RestoreLockedMode=true"),
        ("RestoreLockedMode",),
    ),
}  # fmt: skip


def check(subject: Subject) -> Iterator[Hit]:
    """Every install beside a lock file that may change it."""
    for run, call in subject.calls(*_MANAGERS):
        known = _MANAGERS[call.manager]
        if call.verb not in known.verbs or call.has(*known.flags) or call.has("-g", "--global"):
            continue
        if _is_set(run, call, known) or not _has_lock(subject, run, call, known):
            continue
        flag = "--immutable" if call.manager == "yarn" and _is_berry(subject, run) else known.flags[0]
        edit = _edit(run, call, flag)
        yield Hit(
            f"{call.program} {call.verb} may take other versions than are locked",
            call.command.span,
            hint="BUNDLE_FROZEN=true" if call.manager == "bundle" else f"add {flag}",
            fix=unsafe_fix("Hold to the lock file", edit),
        )


def _is_berry(subject: Subject, run: Run) -> bool:
    """Whether a newer Yarn is configured, which knows --immutable and not --frozen-lockfile."""
    return not {".yarnrc.yml", ".yarn"}.isdisjoint(copied_names(run, subject))


def _has_lock(subject: Subject, run: Run, call: PackageCall, known: _Frozen) -> bool:
    if call.manager == "cargo" and call.verb == "install" and not call.has("--path"):
        return bool(call.packages) and not call.has("--git")
    return not call.packages and bool(known.locks & copied_names(run, subject))


def _is_set(run: Run, call: PackageCall, known: _Frozen) -> bool:
    """Whether a variable, or `bundle config`, does it already."""
    assigned = {word.raw.partition("=")[0] for c in run.script.commands for word in c.assignments}
    assigned |= {word.static.partition("=")[0] for c in run.script.commands if c.name == "export" for word in c.words}
    scope = run.step.before.scope.values
    if any(name in assigned or name in scope for name in known.variables):
        return True
    if call.manager != "bundle":
        return False
    return any(
        step.instruction.name == "RUN" and "bundle config" in step.instruction.original for step in run.stage.steps
    )


def _edit(run: Run, call: PackageCall, flag: str) -> Edit | None:
    first = call.command.words[0]
    if run.instruction.is_json:
        return None
    if call.manager == "bundle":
        return insert(first.span.start, "BUNDLE_FROZEN=true ") if first.text == "bundle" else None
    if call.manager == "yarn" and not any(word.text == "install" for word in call.command.words):
        return insert_after(first, flag) if first.text == "yarn" else None
    return add_flag(run, call, flag)
