"""The shipped image runs in debug mode.

## What

A stage that becomes an image, and is not named as one for development, sets a debug switch (`FLASK_DEBUG=1`,
`DJANGO_DEBUG=True`, `NODE_ENV=development`, `ASPNETCORE_ENVIRONMENT=Development`, `APP_DEBUG=true`), or starts with a
debugger or a development server (`--inspect=0.0.0.0`, `debugpy`, `jdwp`, `manage.py runserver`, `npm run dev`,
`nodemon`, `--reload`).

## Why

Debug modes show source and variables to everybody who provokes an error; a debugger's port runs whatever it is sent.
And they are slow.

## Bad

```dockerfile
FROM python:3.14
COPY . /app
CMD ["python", "/app/manage.py", "runserver", "0.0.0.0:8000"]
```

## Good

```dockerfile
FROM python:3.14
COPY . /app
CMD ["gunicorn", "app.wsgi", "--bind", "0.0.0.0:8000"]
```

## Fix

None: how the program runs in production is not in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bakehouse.dockerfile.state import StageMeaning
from bakehouse.lint.rule import Group, Hit, Severity, rule
from bakehouse.lint.subject import Subject

RULE = rule(__doc__, name="debug-mode", group=Group.SECURITY, severity=Severity.INFO)
_VARIABLE = re.compile(
    r"(?:FLASK_DEBUG|DJANGO_DEBUG|APP_DEBUG|RAILS_DEBUG)=(?:1|true|on|yes)|(?:FLASK_ENV|NODE_ENV|RAILS_ENV|RACK_ENV"
    r"|ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT)=development|(?:JAVA_TOOL_OPTIONS|JAVA_OPTS)=.*jdwp.*",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"--inspect(?:-brk)?=0\.0\.0\.0|\bdebugpy\b|\bjdwp\b|manage\.py (?:\S+ )?runserver"
    r"|\bnpm run (?:dev|start:dev|watch)\b|\b(?:yarn|pnpm|bun)(?: run)? (?:dev|start:dev)\b|\bnodemon\b"
    r"|\bflask (?:\S+ )*run\b.*--debug|uvicorn .*--reload\b|\bdotnet watch\b|\bng serve\b|\bnext dev\b"
    r"|\bvite(?: dev)?\b(?! (?:build|preview))|\bdlv\b"
)
_HINT = "keep it in a stage of its own for development"
_DEVELOPMENT = re.compile(r"(?:^|[-_])(?:dev|devel|development|debug|test|tests|local|watch|ci)(?:[-_]|$)")


def check(subject: Subject) -> Iterator[Hit]:
    """Every product that runs in debug mode."""
    if _DEVELOPMENT.search(subject.path.rpartition("/")[2].lower().replace(".", "-")):
        return
    for stage in subject.products:
        if not _DEVELOPMENT.search(stage.stage.name or ""):
            yield from _commands(stage)
            yield from _variables(stage)


def _commands(stage: StageMeaning) -> Iterator[Hit]:
    last = {step.instruction.name: step.instruction for step in stage.steps}
    for instruction in (last.get("ENTRYPOINT"), last.get("CMD")):
        if instruction is not None and _COMMAND.search(" ".join(instruction.arguments)):
            yield Hit("the image starts a development server or a debugger", instruction.code, hint=_HINT)


def _variables(stage: StageMeaning) -> Iterator[Hit]:
    for step in stage.steps:
        for pair in step.instruction.pairs if step.instruction.name == "ENV" else ():
            value = pair.value.text.strip("\"'") if pair.value else ""
            setting = f"{pair.key.text}={value}"
            if _VARIABLE.fullmatch(setting):
                yield Hit(f"{setting} is for development", pair.span, hint=_HINT)
