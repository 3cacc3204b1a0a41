"""A secret is passed as ARG or ENV.

## What

The name of an ARG or ENV promises a secret: `GITHUB_TOKEN`, `DB_PASSWORD`, `API_KEY`. Names of their files,
addresses and switches (`PASSWORD_FILE`, `TOKEN_URL`, `AUTH_ENABLED`), public keys, and values that cannot be secrets
(empty, `true`, a path, `dummy`) are no finding.

## Why

ENV is readable by everybody who has the image, and in every process of every container. ARG is kept in the
image's history and in provenance. A secret mount leaves nothing behind.

## Bad

```dockerfile
FROM node:24
ARG NPM_TOKEN
RUN echo "//npm.example.com/:_authToken=$NPM_TOKEN" > .npmrc && npm ci && rm .npmrc
```

## Good

```dockerfile
FROM node:24
RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN \\
    echo "//npm.example.com/:_authToken=$NPM_TOKEN" > .npmrc && npm ci && rm .npmrc
```

## Fix

Unsafe: an ARG without a default that only RUNs of its own stage use becomes a secret of the same name for these
RUNs. The build must then be given `--secret id=NAME` instead of `--build-arg NAME`, and the image is built with
BuildKit 0.14 or later (Dockerfile syntax 1.10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete_lines
from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.dockerfile.syntax import Instruction
from bakehouse.lint.frontends import allows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import add_run_flag
from bakehouse.lint.secrets import is_secret_name, is_secret_value
from bakehouse.lint.subject import Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="secret-in-arg-or-env",
    group=Group.SECURITY,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3064", "SecretsUsedInArgOrEnv", "CIS-DI-0010"),
)
_WHERE = {"ARG": "the image's history", "ENV": "the image's configuration"}
_VARIABLE = re.compile(r"\"?\$\{?(\w+)\}?\"?")
_ENV_MINOR = 10  # Dockerfile 1.10 brought env= of secret mounts


def check(subject: Subject) -> Iterator[Hit]:
    """Every pair of ARG and ENV whose name promises a secret and whose value may be one."""
    secrets = [(i, pair) for i in subject.named("ARG", "ENV") for pair in i.pairs if is_secret_name(pair.key.text)]
    before = {id(step.instruction): step.before.scope.values for _, step in subject.steps} if secrets else {}
    for instruction, pair in secrets:
        name, value = pair.key.text, pair.value.text if pair.value else ""
        variable, known = _VARIABLE.fullmatch(value), before.get(id(instruction))
        if variable is not None and known is not None and variable[1] in known:
            value = known[variable[1]]
        if not (is_secret_value(name, value) or (instruction.name == "ARG" and not value)):
            continue
        yield Hit(
            f"{instruction.name} {name} stays in {_WHERE[instruction.name]}",
            pair.key.span,
            hint=f"mount it where it is needed: RUN --mount=type=secret,id={name},env={name}",
            fix=None if value else _fix(subject, instruction, name),
        )


def _fix(subject: Subject, instruction: Instruction, name: str) -> Fix | None:
    at = next(((stage, step) for stage, step in subject.steps if step.instruction is instruction), None)
    if at is None or instruction.name != "ARG" or len(instruction.pairs) != 1:
        return None
    if not allows(subject.tree, _ENV_MINOR):
        return None
    users = list(_users(subject, *at, name))
    if not users or any(user.name != "RUN" for user in users):
        return None
    flag = f"--mount=type=secret,id={name},env={name}"
    edits = (add_run_flag(user, flag) for user in users)
    return unsafe_fix("Mount the secret instead", delete_lines(subject.tree, instruction.span), *edits)


def _users(subject: Subject, stage: StageMeaning, declared: Step, name: str) -> Iterator[Instruction]:
    """The instructions that mention the variable after its ARG, in its stage and in stages based on it."""
    mentions = re.compile(rf"\$(?:{re.escape(name)}\b|\{{{re.escape(name)}\b)")
    heirs = {stage.stage.index}
    after = False
    for other, step in subject.steps:
        after = after or step is declared
        if other.stage.origin.stage in heirs:
            heirs.add(other.stage.index)
        text = "".join((step.instruction.original, *(h.content for h in step.instruction.heredocs)))
        if after and step is not declared and other.stage.index in heirs and mentions.search(text):
            yield step.instruction
