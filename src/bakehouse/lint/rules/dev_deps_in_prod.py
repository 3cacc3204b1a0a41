"""Development dependencies are installed into the image.

## What

In a stage that is shipped, a package manager installs the project's dependencies with those that only development
needs: npm, yarn or pnpm without `--omit=dev` and its like, composer without `--no-dev`, poetry without `--only main`,
uv without `--no-dev`.

## Why

Test runners, bundlers and linters are often the greater part of `node_modules`, and each can have holes.

## Bad

```dockerfile
FROM node:20-slim
COPY package.json package-lock.json ./
RUN npm ci
CMD ["node", "server.js"]
```

## Good

```dockerfile
FROM node:20-slim
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
CMD ["node", "server.js"]
```

`NODE_ENV=production` does the same for npm and yarn. A stage that also builds or tests, a development image, and one
whose command is a development server are not looked at.

## Fix

Unsafe: the flag is added. What is needed at run time may be listed as a development dependency by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.state import StageMeaning
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import add_flag
from bakehouse.lint.subject import Run, Subject

RULE = rule(__doc__, name="dev-deps-in-prod", group=Group.SIZE, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_KINDS = {  # the verbs, the flag that leaves them out, and the flags that say something about it
    "npm": (("ci", "install", "i", "clean-install"), "--omit=dev",
            ("--omit", "--production", "--only", "--prod", "--include", "--dev")),
    "yarn": (("install",), "--production", ("--production", "--prod", "--immutable", "--mode")),
    "pnpm": (("install", "i"), "--prod", ("--prod", "-P", "--production", "--dev", "-D")),
    "composer": (("install",), "--no-dev", ("--no-dev", "--dev")),
    "poetry": (("install",), "--only main", ("--only", "--without", "--with", "--no-dev", "--sync")),
    "uv": (("sync",), "--no-dev",
           ("--no-dev", "--no-default-groups", "--only-group", "--dev", "--group", "--no-group")),
}  # fmt: skip
_VARIABLES = ("NODE_ENV", "NPM_CONFIG_PRODUCTION", "NPM_CONFIG_OMIT", "UV_NO_DEV", "COMPOSER_NO_DEV", "npm_config_omit")
_WORKING = re.compile(
    r"\b(?:run|exec|npx|dlx|tsc|vite|webpack|next|nest|ng|grunt|gulp|test|pytest|lint|prune|nodemon|ts-node|watch"
    r"|dev|develop|serve|storybook|jest|vitest|cypress|bower|artisan)\b"
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every install of a product that brings development dependencies."""
    products = {stage.stage.index for stage in subject.products}
    for run, call in subject.calls(*_KINDS):
        verbs, flag, telling = _KINDS[call.manager]
        if run.stage.stage.index not in products or call.verb not in verbs or call.packages:
            continue
        if call.has("-g", "--global", *telling) or any(name in run.step.before.env for name in _VARIABLES):
            continue
        if _is_working(subject, run):
            continue
        classic = call.manager != "yarn" or call.has("--frozen-lockfile", "--pure-lockfile")
        edit = add_flag(run, call, flag) if classic else None
        yield Hit(
            f"{call.program} {call.verb} brings development dependencies into the image",
            call.command.span,
            hint=f"add {flag}",
            fix=unsafe_fix(f"Add {flag}", edit) if edit else None,
        )


def _is_working(subject: Subject, run: Run) -> bool:
    """Whether the stage builds, tests or develops: then it needs them."""
    name = run.stage.stage.name or ""
    if any(word in name for word in ("dev", "test", "build", "ci")) or "dev" in subject.path.lower():
        return True
    texts = [
        step.instruction.original for step in run.stage.steps if step.instruction.name in ("RUN", "CMD", "ENTRYPOINT")
    ]
    return any(_WORKING.search(_without_installs(text)) for text in texts) or _is_base(subject, run.stage)


def _without_installs(text: str) -> str:
    return re.sub(r"^\s*\w+", "", text).replace("--mount=type", "")


def _is_base(subject: Subject, stage: StageMeaning) -> bool:
    return any(other.stage.origin.stage == stage.stage.index for other in subject.stages)
