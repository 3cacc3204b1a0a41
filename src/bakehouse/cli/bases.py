"""`bakehouse bases`: substitutes for base images that cannot be pulled, made from Debian packages."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from bakehouse import api
from bakehouse.build import ca, recipes
from bakehouse.build.bases import BootstrapResult, bootstrap
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Make substitutes for base images that cannot be pulled.

    \b
    Examples:
      bakehouse bases bootstrap
      bakehouse bases bootstrap node:20-trixie-slim python:3.13-slim-trixie
    """


@command.command("bootstrap", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("refs", nargs=-1, metavar="[REF]...")
@click.option("--registry", default="localhost:5000", show_default=True, help="Push the substitutes there.")
@click.option("--all", "everything", is_flag=True, help="Make all that are known, whatever the workspace names.")
@click.option("--force", is_flag=True, help="Make them anew, with today's packages.")
@click.option("--platform", "platforms", multiple=True, metavar="NAME", help="For this platform (linux/arm64) too.")
@common_options
def bootstrap_command(
    ctx: CliContext, refs: tuple[str, ...], registry: str, everything: bool, force: bool, platforms: tuple[str, ...]
) -> int:
    """Build substitutes from Debian packages and push them to the local registry.

    Without REF: for those base images of the workspace that cannot be pulled. A substitute that was made from
    the same recipe is kept. Plans then use it wherever the official image cannot be pulled; no Dockerfile
    changes. With --platform, or [build] platforms, each is one index for all of these platforms;
    another architecture than this machine's needs an emulator (scripts/engine up --emulation).

    \b
    Examples:
      bakehouse bases bootstrap
      bakehouse bases bootstrap nginx:1.26 --force
      bakehouse bases bootstrap debian:trixie-slim --platform linux/amd64 --platform linux/arm64
    """
    with tempfile.TemporaryDirectory(prefix="bakehouse-ca-") as directory:
        results = bootstrap(
            _wanted(ctx, refs, everything),
            registry=registry,
            force=force,
            say=ctx.say,
            ca_file=_ca_file(Path(directory)),
            platforms=platforms or _configured(ctx),
        )
    if ctx.json:
        emit_json("bakehouse.bases.bootstrap/1", {"registry": registry, "bases": results})
    else:
        for result in results:
            ctx.out(_line(result))
    return EXIT_FINDINGS if any(r.status in ("failed", "impossible") for r in results) else EXIT_OK


def _wanted(ctx: CliContext, refs: tuple[str, ...], everything: bool) -> list[str]:
    """The references to make: those named, all known, or those the workspace needs and cannot pull."""
    if refs or everything:
        return list(refs) or recipes.defaults()
    needed = api.substitutable_bases(ctx.directory)
    for ref, impossible in needed.items():
        if impossible:
            ctx.say(f"no substitute for {ref}: {impossible}")
    wanted = [ref for ref, impossible in needed.items() if impossible is None]
    if not wanted:
        ctx.say("all base images that can be had here are there: nothing to substitute")
    return wanted


def _configured(ctx: CliContext) -> tuple[str, ...]:
    """The platforms that this workspace builds for, where it names any."""
    config = api.config(ctx.directory)
    return tuple(dict.fromkeys((*config.build.platforms, *(p for s in config.services.values() for p in s.platforms))))


def _ca_file(directory: Path) -> Path | None:
    """This host's bundle, where it trusts authorities of its own."""
    found = ca.detect("auto")
    if found is None:
        return None
    secrets = ca.write_secrets(found, directory)
    return next((Path(s.src) for s in secrets if s.id == ca.SECRET_ID and s.src), None)


def _line(result: BootstrapResult) -> str:
    if result.status == "built":
        return f"built       {result.ref} -> {result.name} ({result.seconds:.0f} s)"
    if result.status == "kept":
        return f"kept        {result.ref} -> {result.name}"
    return f"{result.status:<11} {result.ref}: {result.reason}"
