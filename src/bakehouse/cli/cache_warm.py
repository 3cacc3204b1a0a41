"""`bakehouse cache warm`: critical services, or a branch, built so that their layers are in the cache."""

from __future__ import annotations

import sys

import click

from bakehouse import api
from bakehouse.api import warming
from bakehouse.build.cache import warm as schedules
from bakehouse.build.lock import workspace_lock
from bakehouse.build.run_options import Options
from bakehouse.cli import progress
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.summary import failure_lines, summary_lines
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK, UsageError
from bakehouse.insight.analyse import analyse
from bakehouse.model.plan import Plan
from bakehouse.model.record import BuildRecord, RunStatus


@click.command("warm", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("--branch", metavar="REV", help="Build that revision, from a work tree of its own.")
@click.option("--schedule", type=click.Choice(schedules.SCHEDULES), help="Print how to do it nightly; build nothing.")
@common_options
def warm(ctx: CliContext, services: tuple[str, ...], branch: str | None, schedule: str | None) -> int:
    """Build services so that their layers are in the cache before somebody waits for them.

    Without SERVICE: [cache] warm of bakehouse.toml; else those others are built from, and the five that take longest.

    \b
    Examples:
      bakehouse cache warm
      bakehouse cache warm --branch origin/main
      bakehouse cache warm --branch origin/main --schedule cron
    """
    wanted = warming.chosen(ctx.directory, services)
    if schedule is not None:
        arguments = (*services, *(("--branch", branch) if branch else ()))
        text = schedules.schedule(schedule, str(ctx.directory), arguments)
        if ctx.json:
            emit_json("bakehouse.cache.warm/1", {"services": wanted, "schedule": text, "run": None})
        else:
            ctx.out(text.rstrip("\n"))
        return EXIT_OK
    for one in wanted:
        ctx.say(f"{one.service}: {one.reason}")
    state = api.state_directory(ctx.directory)
    with (
        workspace_lock(state, ("bakehouse", *sys.argv[1:]), say=ctx.say) as lock,
        warming.planned(ctx.directory, [w.service for w in wanted], branch) as plan,
    ):
        if not plan.to_build:
            reasons = "; ".join(f"{t.id}: {t.reason}" for t in plan.targets) or "no service is there"
            raise UsageError(f"nothing of it can be built: {reasons}", hint="see `bakehouse plan`")
        record = _run(ctx, plan, lock)
        lines = failure_lines(record, plan.root) + summary_lines(record, analyse(record, None))
    if ctx.json:
        emit_json("bakehouse.cache.warm/1", {"services": wanted, "schedule": None, "run": record})
    else:
        for line in lines:
            ctx.out(line)
    return EXIT_OK if record.status is RunStatus.OK else EXIT_FINDINGS


def _run(ctx: CliContext, plan: Plan, lock: int) -> BuildRecord:
    config = api.config(ctx.directory)
    options = Options(concurrency=config.build.concurrency, keep_open=(lock,))
    mode = "quiet" if ctx.json else "auto"
    with progress.choose(mode, [t.id for t in plan.targets], {}, quiet=ctx.quiet) as display:
        return warming.warm_up(plan, display.on_event, options, ctx.say)
