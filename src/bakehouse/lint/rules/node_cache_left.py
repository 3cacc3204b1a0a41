"""The download cache of npm or yarn stays in the image.

## What

`npm` or `yarn` installs in a layer of the image, its cache is no mount, and the RUN does not clean it.

## Why

Every package lies in the image twice: in `node_modules`, and as an archive in the cache.

## Bad

```dockerfile
FROM node:20-slim
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile
```

## Good

```dockerfile
FROM node:20-slim
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile && yarn cache clean
```

A cache mount (`/root/.npm`, `/usr/local/share/.cache/yarn`) is better still. Newer yarn (`--immutable`), which may
run from its cache, and a stage that only hands files on by COPY are not looked at; pnpm links into its store, so
that nothing is there twice.

## Fix

Safe: `npm cache clean --force` or `yarn cache clean` is added at the end of the RUN; for yarn only where a flag
of version 1 (`--frozen-lockfile`, `--production`) tells which yarn it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.packages import PackageCall
from bakehouse.lint.cleanups import Leftover, left_behind, removed_paths
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, safe_fix
from bakehouse.lint.subject import Run, Subject

RULE = rule(
    __doc__,
    name="node-cache-left",
    group=Group.SIZE,
    severity=Severity.INFO,
    fix=FixSafety.SAFE,
    aliases=("DL3060",),
    needs=("npm", "yarn"),
)
_KINDS = (
    Leftover(
        managers=("npm",),
        directories=("/root/.npm", "~/.npm", "$HOME/.npm"),
        cleans=frozenset({"cache"}),
        tidy=lambda _: "npm cache clean --force",
        foreign=("--cache",),
    ),
    Leftover(
        managers=("yarn",),
        directories=("/usr/local/share/.cache", "~/.cache/yarn", "/root/.cache/yarn"),
        cleans=frozenset({"cache"}),
        tidy=lambda _: "yarn cache clean",
        foreign=("--immutable", "--cache-folder"),
    ),
)
_CLASSIC = ("--frozen-lockfile", "--pure-lockfile", "--production", "--prod", "--non-interactive", "--network-timeout")


def check(subject: Subject) -> Iterator[Hit]:
    """Every RUN of a shipped layer that leaves the cache."""
    for kind in _KINDS:
        for run, call, edit in left_behind(subject, kind):
            if not _keeps_it(run, call):
                continue
            tidy = kind.tidy(call)
            fixable = edit if call.manager == "npm" or call.has(*_CLASSIC) else None
            yield Hit(
                f"{call.program} leaves its cache in the layer",
                call.command.span,
                hint=f"end the RUN with `{tidy}`, or mount a cache",
                fix=safe_fix(f"Add {tidy}", fixable),
            )


def _keeps_it(run: Run, call: PackageCall) -> bool:
    """Whether neither a mount nor a variable nor another clean-up says otherwise."""
    env = run.step.before.env
    if any(name.lower() in ("npm_config_cache", "yarn_cache_folder") for name in env):
        return False
    if any(m.type in ("cache", "tmpfs") and call.manager in m.target for m in run.step.mounts):
        return False
    return not any(
        path.endswith(("/.npm", "/.cache", "/_cacache")) for c in run.script.commands for path in removed_paths(c)
    )
