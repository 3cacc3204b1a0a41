"""`bakehouse report`: one run as one HTML file that opens anywhere, without a network."""

from __future__ import annotations

from pathlib import Path

import click

from bakehouse import api
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.errors import UsageError
from bakehouse.report.json import run_report

NOTHING_YET = (
    "nothing has been built here yet: after `bakehouse build` this writes a page with the run's timeline, its "
    "critical path, slowest steps, cache outcome and image sizes"
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("run", default="latest", metavar="[RUN]")
@click.option("-o", "--output", default="report.html", show_default=True, metavar="FILE", help="Where to write it.")
@common_options
def command(ctx: CliContext, run: str, output: str) -> int:
    """Write the report of a run: RUN is an id, its beginning, or `latest` (the default).

    With --json the same content goes to stdout and no file is written.

    \b
    Examples:
      bakehouse report
      bakehouse report 20261123 -o /tmp/report.html
    """
    with api.history(ctx.directory) as store:
        for notice in store.notices:
            ctx.say(f"warning: {notice}")
        if not store.runs(1):
            if ctx.json:
                emit_json("bakehouse.report/1", {"run": None, "analysis": None})
            else:
                ctx.out(NOTHING_YET)
            return 0
        record, analysis = api.analyse_run(store, run)
    if ctx.json:
        emit_json("bakehouse.report/1", run_report(record, analysis))
        return 0
    from bakehouse.report.html import render  # jinja2 is loaded only for this

    _write(Path(output), render(record, analysis))
    ctx.out(f"wrote {output}: run {record.run_id}")
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write the report: {error.strerror}", path=str(path), hint="give another file with -o"
        ) from None
