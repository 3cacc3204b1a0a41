"""`bakehouse history`: what was built, and what became of it."""

from __future__ import annotations

import time

import click

from bakehouse import api
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plain_text import safe
from bakehouse.cli.summary import failure_lines, summary_lines
from bakehouse.model.analysis import Analysis
from bakehouse.model.progress import TargetState
from bakehouse.model.record import BuildRecord
from bakehouse.report.json import run_report, run_summary
from bakehouse.report.text import duration, table

NOTHING_YET = (
    "nothing has been built here yet: after `bakehouse build` this lists every run with its result, time and "
    "cache outcome"
)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="List at most so many runs.")
@common_options
def command(ctx: CliContext, run: str | None, limit: int) -> int:
    """List the recorded runs, newest first, or show one: RUN is an id, its beginning, or `latest`.

    \b
    Examples:
      bakehouse history
      bakehouse history latest
      bakehouse history --limit 5 --json
    """
    with api.history(ctx.directory) as store:
        for notice in store.notices:
            ctx.say(f"warning: {notice}")
        store.mark_stale_running()
        runs = store.runs(1 if run else limit)
        if run and runs:
            _show(ctx, *api.analyse_run(store, run))
        elif ctx.json:
            emit_json("bakehouse.history/1", {"runs": [run_summary(r) for r in runs]})
        elif runs:
            for line in table(("run", "when", "result", "time", "targets", "exec", "cached", "dedup"), _rows(runs)):
                ctx.out(safe(line))
        else:
            ctx.out(NOTHING_YET)
    return 0


def _show(ctx: CliContext, record: BuildRecord, analysis: Analysis) -> None:
    if ctx.json:
        emit_json("bakehouse.run/1", run_report(record, analysis))
        return
    ctx.out(f"run {record.run_id}, {_when(record.started)}, variant {record.variant}")
    for line in failure_lines(record, ctx.directory) + summary_lines(record, analysis):
        ctx.out(line)


def _rows(runs: list[BuildRecord]) -> list[tuple[str, ...]]:
    rows = []
    for run in runs:
        built = sum(t.state in (TargetState.DONE, TargetState.REUSED) for t in run.targets)
        counts = (
            sum(t.executed for t in run.targets),
            sum(t.cached for t in run.targets),
            sum(t.deduplicated for t in run.targets),
        )
        rows.append(
            (
                run.run_id,
                _when(run.started),
                run.status.value,
                duration(run.seconds) if run.completed is not None else "-",
                f"{built}/{len(run.targets)}",
                *map(str, counts),
            )
        )
    return rows


def _when(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
