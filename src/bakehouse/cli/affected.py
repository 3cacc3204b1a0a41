"""`bakehouse affected`: the services whose images a change can alter, each with the reason."""

from __future__ import annotations

import sys

import click

from bakehouse.build.request import PlanRequest
from bakehouse.cli.identity_text import change_lines, change_row, plain, short_reason
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plain_text import safe
from bakehouse.errors import UsageError
from bakehouse.model.identity import Affected
from bakehouse.report.text import table

_MOST = 1_000_000


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("paths", nargs=-1, metavar="[FILE]...")
@click.option("--since", metavar="REV", help="Compare the work tree with a revision of git.")
@click.option("--files", is_flag=True, help="Judge by the FILEs that are named; - reads them from standard input.")
@click.option("--variant", metavar="NAME", help="Variant: prod (default), dev, gpu, ...")
@common_options
def command(ctx: CliContext, paths: tuple[str, ...], since: str | None, files: bool, variant: str | None) -> int:
    """List the services that a change affects: by what their builds take, not by directories.

    \b
    Examples:
      bakehouse affected --since origin/main
      bakehouse affected --since HEAD~3 --json | jq -r '.affected[].service'
      git diff --name-only HEAD~1 | bakehouse affected --files -
    """
    from bakehouse.api.affected import affected_by, affected_since

    if (since is None) == (not files) or (paths and not files):
        raise UsageError("affected takes either --since REV or --files FILE...", hint="bakehouse affected --since HEAD")
    request = PlanRequest(variant=variant)
    if since is not None:
        found = affected_since(ctx.directory, since, request)
    else:
        found = affected_by(ctx.directory, _named(paths), request)
    if ctx.json:
        rows = [{"service": a.service, "target": a.target, "changes": list(map(change_row, a.changes))} for a in found]
        emit_json("bakehouse.affected/1", {"since": since, "affected": rows})
        return 0
    for line in _describe(found, since, verbose=ctx.verbose):
        ctx.out(safe(line))
    return 0


def _named(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The files on the command line; for a single - those on standard input, one a line or ended by NUL."""
    if paths != ("-",):
        if not paths:
            raise UsageError("--files needs at least one FILE", hint="name changed files, or - for standard input")
        return paths
    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    return tuple(line for line in text.split("\0" if "\0" in text else "\n") if line)


def _describe(found: tuple[Affected, ...], since: str | None, *, verbose: bool) -> list[str]:
    if not found:
        return [f"nothing is affected since {since}" if since else "no service takes any of these files"]
    if not verbose:
        return table(("service", "because"), [(a.service, short_reason(a.changes)) for a in found])
    lines = []
    for affected in found:
        lines += [plain(affected.service), *(f"  {line}" for line in change_lines(affected.changes, _MOST))]
    return lines
