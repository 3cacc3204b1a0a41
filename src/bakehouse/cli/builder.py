"""`bakehouse builder`: the builders there are, their configuration and retention; more verbs in builder_verbs.py."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import click

from bakehouse import config
from bakehouse.build import builder_apply, builders, ca
from bakehouse.build.builder_list import list_builders
from bakehouse.build.version_gates import parse_version
from bakehouse.cli import builder_verbs
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK, ToolError, ToolMissingError
from bakehouse.model.builder import Builder, GcRule

_CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=_CONTEXT)
def command() -> None:
    """Make, choose, watch and configure builders.

    The retention is [cache] keep_days and max_size of bakehouse.toml, 30 days and 10 GB where it says nothing.
    Logins to registries are Docker's own: docker login.

    \b
    Examples:
      bakehouse builder ls
      bakehouse builder status
      bakehouse builder create n1 --driver remote --node tcp://n1.example:1234
      bakehouse builder use n1 n2
      bakehouse builder apply
    """


for verb in (builder_verbs.create, builder_verbs.use, builder_verbs.rm, builder_verbs.status):
    command.add_command(verb)


def _builder_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--image", metavar="REF", help="BuildKit's image, for docker-container and kubernetes."),
        click.option("--name", metavar="NAME", help="Name of the builder."),
        click.option("--driver", type=click.Choice(builders.DRIVERS), help="Driver; as configured where not given."),
    ):
        function = option(function)
    return function


@command.command("config", context_settings=_CONTEXT)
@_builder_options
@click.option("--endpoint", metavar="URL", help="Address of a remote builder: tcp://HOST:PORT.")
@common_options
def show_config(ctx: CliContext, driver: str | None, name: str | None, image: str | None, endpoint: str | None) -> int:
    """Print what to write where, and which commands use it. Nothing is changed.

    \b
    Examples:
      bakehouse builder config
      bakehouse builder config --driver remote --endpoint tcp://builder.example:1234
    """
    wanted = _configuration(ctx, driver, name, image, endpoint)
    if ctx.json:
        emit_json("bakehouse.builder.config/1", wanted)
        return EXIT_OK
    ctx.say(f"# {wanted.driver} driver, keeps {wanted.retention.words}; {wanted.file}:")
    ctx.out(wanted.text.rstrip("\n"))
    for argv in wanted.commands:
        ctx.say(f"# then: {shlex.join(argv)}")
    for step in wanted.steps:
        ctx.say(f"# {step}")
    return EXIT_OK


@command.command("apply", context_settings=_CONTEXT)
@_builder_options
@common_options
def apply(ctx: CliContext, driver: str | None, name: str | None, image: str | None) -> int:
    """Bring the configuration into effect where that can be done from here.

    docker: compares the running engine's policy and says what to put into its daemon.json (exit code 1 until it is
    there). docker-container: creates the builder, or makes it anew with its cache kept.

    \b
    Examples:
      bakehouse builder apply
      bakehouse builder apply --driver docker-container --name fleet
    """
    from bakehouse import api  # the whole house: the other two verbs answer faster without it

    wanted = _configuration(ctx, driver, name, image, None)
    directory = api.state_directory(ctx.directory) / "builders" / wanted.name
    done = builder_apply.apply(wanted, image=image or builders.DEFAULT_IMAGE, directory=directory)
    if ctx.json:
        emit_json("bakehouse.builder.apply/1", done)
    else:
        ctx.out(done.message)
        for number, step in enumerate(done.steps, start=1):
            ctx.out(f"{number}. {step}")
        if done.text:
            ctx.out(done.text.rstrip("\n"))
    return EXIT_OK if done.done else EXIT_FINDINGS


@command.command("ls", context_settings=_CONTEXT)
@common_options
def ls(ctx: CliContext) -> int:
    """List the builders of buildx, and what each keeps.

    \b
    Example:
      bakehouse builder ls --json
    """
    found = list_builders()
    if ctx.json:
        emit_json("bakehouse.builder.ls/1", {"builders": found})
        return EXIT_OK
    for builder in found:
        for line in describe(builder):
            ctx.out(line)
    return EXIT_OK


def describe(builder: Builder) -> list[str]:
    """A builder as lines for people."""
    lines = [f"{builder.name}{' (current)' if builder.current else ''}: {builder.driver}"]
    if builder.error:
        lines.append(f"  error: {builder.error}")
    for node in builder.nodes:
        lines.append(f"  {node.name}: {node.error or node.status}, BuildKit {node.buildkit or 'version not told'}")
        lines += [f"    platforms: {', '.join(node.platforms)}"] if node.platforms else []
        lines += [f"    keeps {_rule(rule)}" for rule in node.gc]
    return lines


def _rule(rule: GcRule) -> str:
    kinds = "all records" if rule.all else "all but internal records"
    kinds = f"records of {'; '.join(rule.filters)}" if rule.filters else kinds
    words = builders.Retention(max_age=round(rule.max_age), max_bytes=rule.max_bytes).words
    return f"{kinds}: {words}"


def _configuration(
    ctx: CliContext, driver: str | None, name: str | None, image: str | None, endpoint: str | None
) -> builders.BuilderConfig:
    settings = config.load(ctx.directory)
    chosen = driver or settings.builder.driver
    extra = ca.detect(settings.build.ca)
    named = name or settings.builder.name or builders.DEFAULT_NAME
    return builders.configuration(
        chosen,
        builders.retention(settings),
        builders.registries(settings, extra.files if extra else ()),
        name=named,
        image=image,
        endpoint=endpoint,
        buildkit=_buildkit_of(named) if chosen == "remote" else None,
    )


def _buildkit_of(name: str) -> tuple[int, int] | None:
    """BuildKit's version where a builder of that name exists and tells it."""
    try:
        found = next((b for b in list_builders(timeout=5) if b.name == name and b.nodes), None)
    except (ToolError, ToolMissingError):
        return None
    version = parse_version(found.nodes[0].buildkit) if found else None
    return version[:2] if version else None
