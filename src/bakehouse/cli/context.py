"""`bakehouse context`: what a build sends of its context, who takes it, what nobody needs, and a better ignore file."""

from __future__ import annotations

import click

from bakehouse.api import contexts
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plain_text import safe
from bakehouse.model.context import ContextReport
from bakehouse.report.context_text import context_lines


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("what", metavar="SERVICE|PATH")
@click.option("--variant", metavar="NAME", help="Variant to look at: prod (default), dev, gpu, ...")
@click.option("--diff", "as_diff", is_flag=True, help="Show only the proposed ignore file, as a diff; write nothing.")
@click.option("--write-ignore", is_flag=True, help="Show the diff and write the proposed ignore file.")
@common_options
def command(ctx: CliContext, what: str, variant: str | None, as_diff: bool, write_ignore: bool) -> int:
    """Show what a build sends of its context, and propose an ignore file.

    SERVICE is a service's name; PATH is a Dockerfile or a directory with one. Counted is what BuildKit sends: only
    what COPY, ADD and mounts of the needed stages take, after the ignore file in force. A proposal keeps every file
    that an instruction names, and the lines of a file that is there already.

    \b
    Examples:
      bakehouse context api
      bakehouse context services/api/Dockerfile --diff
      bakehouse context api --write-ignore
      bakehouse context api --json | jq .sent_bytes
    """
    report = contexts.context(ctx.directory, what, variant)
    proposal = report.proposal
    if write_ignore and proposal is not None:
        ctx.say(safe(proposal.diff).rstrip("\n"))
        contexts.write_ignore_file(ctx.directory, proposal)
    if ctx.json:
        emit_json("bakehouse.context/1", report)
        return 0
    if as_diff:
        ctx.out(safe(proposal.diff).rstrip("\n")) if proposal else ctx.say("nothing to leave out")
        return 0
    for line in _written(report) if write_ignore else context_lines(report, verbose=ctx.verbose):
        ctx.out(safe(line))
    return 0


def _written(report: ContextReport) -> list[str]:
    if report.proposal is None:
        return ["nothing to leave out: nothing was written"]
    return [f"wrote {report.proposal.path}: {report.proposal.form}"]
