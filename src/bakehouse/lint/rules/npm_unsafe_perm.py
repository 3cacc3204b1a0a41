"""npm runs the scripts of packages as root.

## What

`npm --unsafe-perm`, `npm config set unsafe-perm true`, or `NPM_CONFIG_UNSAFE_PERM`.

## Why

Up to npm 6 it lets the install scripts of all packages run as root. Since npm 7 it does nothing: scripts run as the
owner of the directory.

## Bad

```dockerfile
FROM node:24
RUN npm ci --unsafe-perm
```

## Good

```dockerfile
FROM node:24
RUN npm ci
```

## Fix

Unsafe: the flag or the setting is taken out.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import delete_lines
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import remove_command, remove_word, remove_words
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="npm-unsafe-perm", group=Group.SECURITY, severity=Severity.INFO, fix=FixSafety.UNSAFE)
_MESSAGE = "the scripts of all packages run as root"
_ON = ("true", "1")


def check(subject: Subject) -> Iterator[Hit]:
    """Every flag, setting and variable."""
    for program in subject.programs("npm", "yarn", "pnpm"):
        words, instruction = program.words, program.run.instruction
        if {"set", "unsafe-perm"} <= set(program.arguments) or "unsafe-perm=true" in program.arguments:
            edit = remove_command(subject.tree, program.run, program.command)
            yield Hit(_MESSAGE, program.command.span, hint="leave it out", fix=unsafe_fix("Take it out", edit))
            continue
        for at, word in enumerate(words):
            if word.static in ("--unsafe-perm", "--unsafe-perm=true", "--unsafe-perm=1"):
                valued = at + 1 < len(words) and words[at + 1].static == "true"
                edit = (
                    remove_words(subject.tree, instruction, words[at : at + 2])
                    if valued
                    else remove_word(subject.tree, instruction, word)
                )
                yield Hit(_MESSAGE, word.span, hint="leave it out", fix=unsafe_fix("Take it out", edit))
    for instruction in subject.named("ENV"):
        for pair in instruction.pairs:
            if pair.key.text.upper() == "NPM_CONFIG_UNSAFE_PERM" and pair.value and pair.value.text.strip("\"'") in _ON:
                edit = delete_lines(subject.tree, instruction.span) if len(instruction.pairs) == 1 else None
                yield Hit(_MESSAGE, pair.span, hint="leave it out", fix=unsafe_fix("Take it out", edit))
