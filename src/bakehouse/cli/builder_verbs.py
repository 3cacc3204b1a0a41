"""`bakehouse builder create|use|rm|status`: builders made, chosen, removed, and asked how they are."""

from __future__ import annotations

from pathlib import Path

import click

from bakehouse.api import builders as api
from bakehouse.build import builder_create
from bakehouse.build.builder_create import BuilderWish, NodeWish
from bakehouse.build.builders import DRIVERS
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK, UsageError
from bakehouse.model.builder import BuilderHealth
from bakehouse.report.text import size
from bakehouse.tools import buildx
from bakehouse.tools.run import run

_CONTEXT = {"help_option_names": ["-h", "--help"]}
_FILE = click.Path(path_type=Path)


@click.command("create", context_settings=_CONTEXT)
@click.argument("name")
@click.option("--driver", type=click.Choice(DRIVERS), required=True, help="How BuildKit is reached.")
@click.option("--node", "nodes", multiple=True, metavar="[PLATFORMS=]ENDPOINT",
              help="A node: tcp://HOST:1234, or linux/arm64=tcp://HOST:1234. Several make one builder.")  # fmt: skip
@click.option("--ca", type=_FILE, metavar="FILE", help="Authority of buildkitd's certificate (remote).")
@click.option("--cert", type=_FILE, metavar="FILE", help="This client's certificate (remote).")
@click.option("--key", type=_FILE, metavar="FILE", help="Its key (remote).")
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="Driver option, as buildx takes it.")
@click.option("--config", "file", type=_FILE, metavar="FILE", help="buildkitd.toml, see `builder config`.")
@common_options
def create(
    ctx: CliContext,
    name: str,
    driver: str,
    nodes: tuple[str, ...],
    ca: Path | None,
    cert: Path | None,
    key: Path | None,
    options: tuple[str, ...],
    file: Path | None,
) -> int:
    """Make a builder and see it answer. One that does not is not kept.

    \b
    Examples:
      bakehouse builder create n1 --driver remote --node tcp://n1.example:1234 --ca ca.pem --cert me.pem --key me.key
      bakehouse builder create both --driver remote --node linux/amd64=tcp://x:1234 --node linux/arm64=tcp://a:1234
      bakehouse builder create k8s --driver kubernetes --option namespace=bakehouse --option replicas=2
    """
    if file is not None and not file.is_file():
        raise UsageError(f"{file} is not there", hint="`bakehouse builder config` prints one")
    wish = BuilderWish(
        name=name,
        driver=driver,
        nodes=tuple(builder_create.node_wish(n) for n in nodes) or (NodeWish(),),
        ca=ca.resolve() if ca else None,
        cert=cert.resolve() if cert else None,
        key=key.resolve() if key else None,
        options=options,
        config=file,
    )
    made = builder_create.create(wish)
    if ctx.json:
        emit_json("bakehouse.builder.create/1", {"builder": made})
    else:
        ctx.out(f"{made.name} answers: {made.driver}, {len(made.nodes)} node(s)")
        ctx.say(f"build on it with --builder {name}, or always: bakehouse builder use {name}")
    return EXIT_OK


@click.command("use", context_settings=_CONTEXT)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--global", "everywhere", is_flag=True, help="As buildx's current builder, for all workspaces.")
@common_options
def use(ctx: CliContext, names: tuple[str, ...], everywhere: bool) -> int:
    """Build this workspace on a builder, or spread its builds over several.

    Written to [builder] of bakehouse.toml: other lines of the file stay as they are.

    \b
    Examples:
      bakehouse builder use n1
      bakehouse builder use n1 n2
      bakehouse builder use default --global
    """
    if everywhere:
        if len(names) != 1:
            raise UsageError("--global takes one builder", hint="several are chosen for a workspace, without --global")
        builder_create.known(names[0])
        run(buildx.use_builder(names[0]))
        where = "buildx's current builder"
    else:
        where = str(api.use(ctx.directory, names).name)
    if ctx.json:
        emit_json("bakehouse.builder.use/1", {"builders": names, "written_to": where})
    else:
        ctx.out(f"{', '.join(names)}: in {where}")
    return EXIT_OK


@click.command("rm", context_settings=_CONTEXT)
@click.argument("name")
@click.option("--keep-state", is_flag=True, help="Keep its cache for the next builder of that name.")
@click.option("--force", is_flag=True, help="Even if bakehouse.toml builds on it.")
@common_options
def rm(ctx: CliContext, name: str, keep_state: bool, force: bool) -> int:
    """Remove a builder. A remote buildkitd goes on running; only the way to it is forgotten.

    \b
    Example:
      bakehouse builder rm n1
    """
    api.remove(ctx.directory, name, keep_state=keep_state, force=force)
    if ctx.json:
        emit_json("bakehouse.builder.rm/1", {"removed": name})
    else:
        ctx.out(f"{name} is removed")
    return EXIT_OK


@click.command("status", context_settings=_CONTEXT)
@click.option("--all", "everything", is_flag=True, help="All builders of buildx, not only this workspace's.")
@common_options
def status(ctx: CliContext, everything: bool) -> int:
    """Ask each builder how it is: health, platforms, capacity, queue, utilisation, size of its cache.

    Queue and utilisation are those of this workspace's run at work, or of the last one that had several builders:
    BuildKit does not tell what other clients have queued. Exit code 1 if a builder does not answer.

    \b
    Examples:
      bakehouse builder status
      bakehouse builder status --all --json
    """
    found, run_use = api.status(ctx.directory, everything=everything)
    works = run_use is not None and api.at_work(ctx.directory, run_use)
    bad = [h for h in found if h.trouble]
    if ctx.json:
        emit_json("bakehouse.builder.status/1", {"ok": not bad, "builders": found, "run": run_use, "at_work": works})
        return EXIT_FINDINGS if bad else EXIT_OK
    for health in found:
        for line in _health_lines(health, works=works):
            ctx.out(line)
    if run_use is not None and works:
        ctx.out(f"{run_use.queued} calls wait")
    return EXIT_FINDINGS if bad else EXIT_OK


def _health_lines(found: BuilderHealth, *, works: bool) -> list[str]:
    state = f"does not answer: {found.trouble}" if found.trouble else f"answers in {found.seconds:.2f} s"
    lines = [f"{found.name} ({found.driver}): {state}"]
    lines += [f"  native {', '.join(found.native)}"] if found.native else []
    lines += [f"  emulated {', '.join(found.emulated)}"] if found.emulated else []
    cache = f", cache {size(found.cache_bytes)}" if found.cache_bytes is not None else ""
    lines.append(f"  takes {found.capacity} calls at once{cache}")
    if found.use is not None:
        use, when = found.use, "now" if works else "last run"
        lines.append(
            f"  {when}: {use.calls} calls, {use.utilisation:.0%} used" + (f", lost: {use.lost}" if use.lost else "")
        )
        lines += [f"  at work: {', '.join(use.running)}"] if works and use.running else []
    return lines
