"""CMD or ENTRYPOINT in shell form: the program runs behind `sh -c`.

## What

CMD or ENTRYPOINT is written as a shell command instead of a JSON array.

## Why

The shell is process 1 of the container, not the program, and a shell does not pass signals on: `docker stop` waits
ten seconds and kills. `exec program` keeps the shell's features and avoids that, and a SHELL instruction says that
the shell is wanted; both are left alone.

## Bad

```dockerfile
CMD gunicorn --bind 0.0.0.0:8000 app:app
```

## Good

```dockerfile
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
```

## Fix

Unsafe: a single command without variables, globs, redirects or other work for the shell is written as a JSON array.
No fix where a CMD would become arguments of an ENTRYPOINT that ignores them now.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.shell import Script, read_script
from bakehouse.dockerfile.state import StageMeaning, Step
from bakehouse.dockerfile.syntax import Form
from bakehouse.lint.bases import is_windows
from bakehouse.lint.rule import FixSafety, Group, Hit, Severity, rule, unsafe_fix
from bakehouse.lint.subject import Subject
from bakehouse.model.finding import Fix

RULE = rule(
    __doc__,
    name="json-form",
    group=Group.CORRECTNESS,
    severity=Severity.WARNING,
    fix=FixSafety.UNSAFE,
    aliases=("DL3025", "JSONArgsRecommended"),
)
_EXPANDED = re.compile(r"[*?\[~{]")
_BUILTINS = frozenset({"exec", "cd", "source", ".", "exit", ":", "eval", "set", "ulimit", "umask", "trap", "wait"})


def check(subject: Subject) -> Iterator[Hit]:
    """Every CMD and ENTRYPOINT in shell form whose shell nobody asked for."""
    for stage, step in subject.steps_named("CMD", "ENTRYPOINT"):
        instruction = step.instruction
        if instruction.form is not Form.SHELL or step.before.shell is not None:
            continue
        if instruction.words[0].text.startswith("[") or is_windows(stage, subject):
            continue
        script = read_script(subject.tree, instruction)
        first = script.commands[0].name if script.commands else ""
        if first == "exec":
            continue
        fix = _fix(subject, stage, step, script)
        hint = "write it as a JSON array" if fix else "write it as a JSON array, or let the shell `exec` the program"
        yield Hit(f"{instruction.name} runs behind a shell, which passes no signals on", instruction.code, hint, fix)


def _fix(subject: Subject, stage: StageMeaning, step: Step, script: Script) -> Fix | None:
    instruction = step.instruction
    word = instruction.words[0]
    if len(script.commands) != 1 or not script.whole or b"#" in subject.data[word.span.start : word.span.end]:
        return None
    command = script.commands[0]
    if command.span != word.span or command.nested or command.assignments or command.redirects:
        return None
    if command.name in _BUILTINS or any(w.text is None or _EXPANDED.search(w.raw) for w in command.words):
        return None
    if instruction.name == "ENTRYPOINT" and stage.end.command:
        return None
    text = json.dumps([w.text for w in command.words], ensure_ascii=False)
    return unsafe_fix("Write it as a JSON array", replace(word.span, text))
