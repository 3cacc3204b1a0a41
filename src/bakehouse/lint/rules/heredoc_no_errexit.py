"""A here-document goes on after a command that failed.

## What

A RUN has a here-document as its script, with several commands and without `set -e`.

## Why

The exit code of the script is that of its last command. When an earlier one fails, the build goes on with what is
left and stores it as a good layer. Chains of `&&` do not have that problem, and the conversion to a here-document
brings it in.

## Bad

```dockerfile
RUN <<EOF
apt-get update
apt-get install -y curl
EOF
```

## Good

```dockerfile
RUN <<EOF
set -e
apt-get update
apt-get install -y curl
EOF
```

## Fix

Unsafe: `set -e` becomes the first line, after a `#!` line. A script that relied on a failure being ignored stops now.
"""

from __future__ import annotations

from collections.abc import Iterator

from bakehouse.dockerfile.edits import insert, newline_near
from bakehouse.dockerfile.syntax import Dockerfile, Heredoc
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.run_edits import script_body
from bakehouse.lint.shell_options import sets_errexit
from bakehouse.lint.subject import Subject
from bakehouse.model.edit import Edit

RULE = rule(
    __doc__,
    name="heredoc-no-errexit",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    needs=("<<",),
)


def check(subject: Subject) -> Iterator[Hit]:
    """Every here-document with commands on several lines that does not stop at a failure."""
    for run in subject.runs:
        if not run.instruction.heredocs or script_body(run.instruction, run) is None or sets_errexit(run):
            continue
        if sum(command.operator in ("", "\n", ";") for command in run.chain) > 1:
            heredoc = run.instruction.heredocs[0]
            fix = unsafe_fix("Stop at the first failure", _set_e(subject.tree, heredoc))
            message = "a command that fails here does not stop the build, unless it is the last one"
            yield Hit(message, heredoc.word_span, hint="begin with `set -e`", fix=fix)


def _set_e(tree: Dockerfile, heredoc: Heredoc) -> Edit:
    """`set -e` in a line of its own, with the tabs that `<<-` takes away."""
    at = heredoc.body.start
    first = tree.data[at : heredoc.body.end].split(b"\n", 1)[0]
    tabs = first[: len(first) - len(first.lstrip(b"\t"))] if heredoc.strip_tabs else b""
    if first.lstrip(b"\t").startswith(b"#!"):
        at += len(first) + 1
    return insert(at, tabs + b"set -e" + newline_near(tree, heredoc.body.start))
