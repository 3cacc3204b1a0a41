"""`bakehouse init`: writes what scan found to bakehouse.toml, commented, for correction."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click
import tomlkit
from tomlkit.items import Table

from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.config import CONFIG_NAME, load
from bakehouse.errors import UsageError
from bakehouse.model.service import Service, Workspace
from bakehouse.workspace.discover import discover

_HEAD = """What `bakehouse scan` found, for correction. Every line may be left out: then scan's finding holds.
Lines that are commented out show the default of a setting.
Values here are overridden by BAKEHOUSE_<SECTION>_<KEY> in the environment, and that by flags."""
_DEFAULTS = {
    "build": ('variant = "prod"', "platforms = []", "concurrency = 0   # 0: Bakehouse chooses", 'ca = "auto"'),
    "registry": ('url = "localhost:5000"', 'namespace = ""    # empty: the name of the workspace', "push = false"),
    "cache": ('backend = "none"   # none, registry, local, inline', "keep_days = 30", 'max_size = "10GB"'),
    "bases": ('substitute = "auto"   # auto, never', 'registry = "localhost:5000"'),
    "builder": ('name = ""   # empty: the current builder', 'driver = "docker"'),
}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--force", is_flag=True, help=f"Replace a {CONFIG_NAME} that exists.")
@common_options
def command(ctx: CliContext, force: bool) -> int:
    """Write what was found to bakehouse.toml, commented, for correction.

    \b
    Examples:
      bakehouse init
      bakehouse init -C ../shop --force
    """
    path = ctx.directory / CONFIG_NAME
    if path.exists() and not force:
        raise UsageError("exists already", path=CONFIG_NAME, hint="--force replaces it")
    # What is found without the file that is about to be replaced, which may be the very thing that is broken.
    workspace = discover(ctx.directory, load(ctx.directory, use_file=False))
    _write(path, render(workspace))
    names = [s.name for s in workspace.services if s.dockerfile]
    if ctx.json:
        emit_json("bakehouse.init/1", {"path": str(path), "services": names})
    else:
        ctx.say(f"wrote {path}: {len(names)} services")
    return 0


def render(workspace: Workspace) -> str:
    """The text of bakehouse.toml for a workspace."""
    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line))
    head = tomlkit.table()
    head.add("name", workspace.name)
    head.add(tomlkit.comment('exclude = ["experiments/*"]'))
    document.add("workspace", head)
    for name, lines in _DEFAULTS.items():
        table = tomlkit.table()
        for line in lines:
            table.add(tomlkit.comment(line))
        document.add(name, table)
    services = tomlkit.table(is_super_table=True)
    for service in workspace.services:
        if service.dockerfile is not None:
            services.add(service.name, _service(service))
    if services:
        document.add("services", services)
    return tomlkit.dumps(document)


def _service(service: Service) -> Table:
    table = tomlkit.table()
    origin = service.origins[0]
    table.add(tomlkit.comment(f"found in {origin.path}:{origin.line or 1}"))
    table.add("kind", service.kind.value)
    table.add("context", service.context)
    table.add("dockerfile", service.dockerfile)
    if service.target:
        table.add("target", service.target)
    if service.variants:
        variants = tomlkit.inline_table()
        variants.update(service.variants)
        table.add("variants", variants)
    if service.args:
        table.add(tomlkit.comment(f"args, from there: {', '.join(service.args)}"))
    table.add(tomlkit.comment('skip = "why it is not built"'))
    return table


def _write(path: Path, text: str) -> None:
    """Put the file there in one step: a reader sees the old one or the new one."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
