"""`bakehouse platforms`: how each platform is built, what emulation costs, and whether the images run."""

from __future__ import annotations

import shlex

import click

from bakehouse.api import platforms as api
from bakehouse.build.platform_test import WATCH_SECONDS
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK
from bakehouse.model.platforms import How, PlatformReport, Ran
from bakehouse.report.text import duration

_CONTEXT = {"help_option_names": ["-h", "--help"]}


@click.group(context_settings=_CONTEXT)
def command() -> None:
    """Look after several platforms: linux/amd64, linux/arm64.

    Which ones: [build] platforms, or platforms of a service, in bakehouse.toml.

    \b
    Examples:
      bakehouse platforms status
      bakehouse platforms test api
    """


@command.command("status", context_settings=_CONTEXT)
@click.option("--platform", "platforms", multiple=True, metavar="NAME", help="This one, whatever is configured.")
@common_options
def status(ctx: CliContext, platforms: tuple[str, ...]) -> int:
    """Show how each platform would be built, what emulation cost in recorded runs, and where it can be spared.

    Exit code 1 if a platform cannot be built here.

    \b
    Examples:
      bakehouse platforms status
      bakehouse platforms status --platform linux/arm64 --json
    """
    found = api.report(ctx.directory, platforms)
    if ctx.json:
        emit_json("bakehouse.platforms.status/1", found)
    else:
        for line in _lines(found):
            ctx.out(line)
    return EXIT_FINDINGS if any(p.how is How.IMPOSSIBLE for p in found.platforms) else EXIT_OK


@command.command("test", context_settings=_CONTEXT)
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("--platform", "platforms", multiple=True, metavar="NAME", help="This one, whatever is configured.")
@click.option("--command", "words", metavar="TEXT", help="Run this in place of the image's own command.")
@click.option("--push", is_flag=True, help="Run the images in the registry, not the local ones.")
@click.option("--seconds", type=click.FloatRange(min=1), default=WATCH_SECONDS, show_default=True,
              help="How long a service is watched.")  # fmt: skip
@common_options
def test(
    ctx: CliContext,
    services: tuple[str, ...],
    platforms: tuple[str, ...],
    words: str | None,
    push: bool,
    seconds: float,
) -> int:
    """Run the built image of each platform, without network, and see whether it works.

    Good is what ends with 0, becomes healthy, or still runs when the time is over. Exit code 1 if one is not good.

    \b
    Examples:
      bakehouse platforms test
      bakehouse platforms test api --command "python --version" --push
    """
    runs = api.compatibility(ctx.directory, services, platforms, shlex.split(words or ""), push=push, seconds=seconds)
    ok = all(r.result is Ran.OK for r in runs)
    if ctx.json:
        emit_json("bakehouse.platforms.test/1", {"ok": ok, "runs": runs})
    else:
        for one in runs:
            said = f": {one.said}" if one.said else ""
            ctx.out(f"{one.result:<7} {one.target} {one.platform} in {duration(one.seconds)}{said}")
        if not runs:
            ctx.out("no image to run")
    return EXIT_OK if ok else EXIT_FINDINGS


def _lines(found: PlatformReport) -> list[str]:
    lines = []
    for one in found.platforms:
        where = f" on {', '.join(one.builders)}" if one.builders else ""
        lines.append(f"{one.platform}: {one.how}{where}, for {len(one.targets)} targets")
        if one.how is How.IMPOSSIBLE:
            lines.append("  scripts/engine up --emulation registers an emulator; or add a node of that kind")
    if not found.platforms:
        lines.append("no platforms are configured: each image is for its builder's own")
    for cost in found.costs[:10]:
        native = f", {duration(cost.native)} natively ({cost.factor:.1f} times)" if cost.native and cost.factor else ""
        lines.append(f"{cost.target}, stage {cost.stage}: {duration(cost.emulated)} for {cost.platform}{native}")
    for advice in found.advice:
        lines.append(
            f"{advice.file}:{advice.line}: build stage {advice.stage} on the builder's own platform, "
            f"saves {duration(advice.saves)}: {advice.reason}"
        )
        lines += [f"    {line}" for line in advice.template]
    return lines
