"""`bakehouse doctor`: is everything there that a build needs, and if not, what to do."""

from __future__ import annotations

import textwrap

import click

from bakehouse import config
from bakehouse.build.diagnose import Check, Diagnosis, Status, diagnose
from bakehouse.build.machine_facts import gather
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK

_WIDTH = 80
_COLORS = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "red"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@common_options
def command(ctx: CliContext) -> int:
    """Check engine, buildx, registry, disk, memory, emulation and CA.

    Each problem comes with its remedy. The exit code is 1 if a check failed; warnings do not count.
    With -v also what the installed versions lack.

    \b
    Examples:
      bakehouse doctor
      bakehouse doctor --json
      bakehouse doctor -v -C examples/tradingsystem
    """
    settings = config.load(ctx.directory)
    diagnosis = diagnose(gather(settings), settings)
    if ctx.json:
        emit_json("bakehouse.doctor/1", diagnosis)
    else:
        for line in describe(diagnosis, verbose=ctx.verbose, quiet=ctx.quiet):
            ctx.out(line)
    return EXIT_OK if diagnosis.ok else EXIT_FINDINGS


def describe(diagnosis: Diagnosis, *, verbose: bool = False, quiet: bool = False) -> list[str]:
    """The checks as lines of at most 80 columns; with `quiet` only those that are not ok."""
    shown = [c for c in diagnosis.checks if not (quiet and c.status is Status.OK)]
    names = max((len(c.name) for c in shown), default=0)
    lines = [line for check in shown for line in _check_lines(check, names, verbose=verbose)]
    if quiet:
        return lines
    counts = {s: sum(c.status is s for c in diagnosis.checks) for s in (Status.WARN, Status.FAIL)}
    if not any(counts.values()):
        return [*lines, "", "all well"]
    return [*lines, "", f"{counts[Status.FAIL]} failed, {counts[Status.WARN]} to look at"]


def _check_lines(check: Check, names: int, *, verbose: bool) -> list[str]:
    margin = " " * (names + 8)
    first, *rest = _wrap(check.found, _WIDTH - len(margin)) or [""]
    mark = click.style(f"{check.status:<4}", fg=_COLORS[check.status], bold=check.status is not Status.OK)
    lines = [f"{mark}  {check.name:<{names}}  {first}", *(margin + line for line in rest)]
    if check.remedy:
        hanging = _wrap(check.remedy, _WIDTH - len(margin) - 3)
        lines += [margin + ("-> " if i == 0 else "   ") + text for i, text in enumerate(hanging)]
    for detail in check.details if verbose else ():
        lines += [
            margin + ("- " if i == 0 else "  ") + text for i, text in enumerate(_wrap(detail, _WIDTH - len(margin) - 2))
        ]
    return lines


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)
