"""`bakehouse build`: run the plan on BuildKit, show it live, record it, sum it up."""

from __future__ import annotations

import sys
from typing import Any

import click

from bakehouse import api
from bakehouse.api.building import build
from bakehouse.build.engine import Options
from bakehouse.cli import progress
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plan import describe, describe_notices
from bakehouse.cli.selection import plan_options, request_of
from bakehouse.cli.summary import failure_lines, summary_lines
from bakehouse.errors import EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_OK, UsageError
from bakehouse.model.plan import Plan, Verdict
from bakehouse.model.record import BuildRecord, RunStatus


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@plan_options
@click.option("--push", is_flag=True, help="Push the images, with provenance, to the registry.")
@click.option("--load", is_flag=True, help="Load the images into the local engine's store.")
@click.option("--no-cache", is_flag=True, help="Execute every step, whatever the cache holds.")
@click.option("--keep-going/--fail-fast", default=None, help="After a failure: finish the others (default), or stop.")
@click.option("-j", "--concurrency", type=click.IntRange(min=1), metavar="N", help="Bake calls at once.")
@click.option(
    "--progress",
    "mode",
    type=click.Choice(progress.MODES),
    default="auto",
    help="How to show progress; json is one event a line on stdout.",
)
@common_options
def command(
    ctx: CliContext,
    services: tuple[str, ...],
    push: bool,
    load: bool,
    no_cache: bool,
    keep_going: bool | None,
    concurrency: int | None,
    mode: str,
    **options: Any,
) -> int:
    """Build services (all by default) in parallel over their graph, and record every step.

    \b
    Examples:
      bakehouse build
      bakehouse build dashboard workspace-api --variant dev
      bakehouse build --push --fail-fast
    """
    if push and load:
        raise UsageError("--push and --load exclude each other", hint="push first, then pull or load what you need")
    if ctx.json and mode == "json":
        raise UsageError("--json and --progress json both want stdout", hint="choose one of them")
    config = api.config(ctx.directory)
    push = push or config.registry.push
    ctx.say("planning ...")
    plan = api.plan(ctx.directory, request_of(services, push=push, **options))
    if not plan.to_build:
        return _nothing(ctx, plan)
    _announce(ctx, plan)
    run_options = Options(
        concurrency=concurrency or config.build.concurrency,
        fail_fast=not (config.build.keep_going if keep_going is None else keep_going),
        no_cache=no_cache,
        push=push,
        load=load,
        expected_seconds=api.expected_seconds(ctx.directory, [t.id for t in plan.to_build]),
    )
    names = [t.id for t in plan.targets]
    mode = "quiet" if ctx.json else mode
    with progress.choose(mode, names, run_options.expected_seconds, quiet=ctx.quiet) as display:
        record = build(plan, run_options, display.on_event, command=tuple(sys.argv[1:]))
    return _finish(ctx, record, mode)


def _announce(ctx: CliContext, plan: Plan) -> None:
    skipped = [t for t in plan.targets if t.verdict in (Verdict.SKIPPED, Verdict.BLOCKED)]
    ctx.say(f"{len(plan.to_build)} targets to build, variant {plan.variant}")
    for line in plan.substitution_notes():
        ctx.say(line)
    for line in describe_notices(plan, verbose=ctx.verbose):
        ctx.say(line)
    for target in skipped:
        ctx.say(f"{target.verdict}: {target.id} - {target.reason}")


def _nothing(ctx: CliContext, plan: Plan) -> int:
    """No target can be built: said with the reasons; an error where something is blocked."""
    if ctx.json:
        emit_json("bakehouse.build/1", {"run": None, "analysis": None, "plan": plan})
    else:
        for line in describe(plan):
            ctx.out(line)
    return EXIT_FINDINGS if any(t.verdict is Verdict.BLOCKED for t in plan.targets) else EXIT_OK


def _finish(ctx: CliContext, record: BuildRecord, mode: str) -> int:
    store = api.history(ctx.directory)
    record, analysis = api.analyse_run(store, record.run_id)
    if ctx.json:
        emit_json("bakehouse.build/1", {"run": record, "analysis": analysis})
    elif mode != "json" and not ctx.quiet:
        for line in failure_lines(record, ctx.directory) + summary_lines(record, analysis):
            ctx.out(line)
    elif not ctx.json:
        for line in failure_lines(record, ctx.directory):
            click.echo(line, err=True)
    if record.status is RunStatus.INTERRUPTED:
        return EXIT_INTERRUPTED
    return EXIT_OK if record.status is RunStatus.OK else EXIT_FINDINGS
