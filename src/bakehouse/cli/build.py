"""`bakehouse build`: run the plan on BuildKit, show it live, record it, sum it up."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from bakehouse import api
from bakehouse.api.building import build, informed
from bakehouse.api.platforms import warnings as platform_warnings
from bakehouse.api.reusing import with_verdicts
from bakehouse.build.lock import workspace_lock
from bakehouse.build.request import PlanRequest
from bakehouse.build.run_options import Options
from bakehouse.cli import progress
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plan import describe, describe_notices
from bakehouse.cli.selection import plan_options, request_of
from bakehouse.cli.summary import failure_lines, summary_lines
from bakehouse.errors import EXIT_FINDINGS, EXIT_INTERRUPTED, EXIT_OK, UsageError
from bakehouse.model.identity import Identity
from bakehouse.model.plan import Plan, Verdict
from bakehouse.model.record import BuildRecord, RunStatus
from bakehouse.report.text import size


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@plan_options
@click.option("--push", is_flag=True, help="Push the images, with provenance, to the registry.")
@click.option("--load", is_flag=True, help="Load the images into the local engine's store.")
@click.option("--no-cache", is_flag=True, help="Execute every step, whatever the cache holds.")
@click.option("--keep-going/--fail-fast", default=None, help="After a failure: finish the others (default), or stop.")
@click.option("-j", "--concurrency", type=click.IntRange(min=1), metavar="N", help="Bake calls at once.")
@click.option("--affected", is_flag=True, help="Build only what changed since the revision of --since.")
@click.option("--since", metavar="REV", help="A git revision, for --affected.")
@click.option(
    "--retries", type=click.IntRange(0, 5), default=2, show_default=True, help="After a failure that may pass."
)
@click.option("--no-wait", is_flag=True, help="Refuse, instead of waiting, while another build runs in this workspace.")
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
    affected: bool,
    since: str | None,
    retries: int,
    no_wait: bool,
    mode: str,
    **options: Any,
) -> int:
    """Build services (all by default) in parallel over their graph, and record every step.

    What exists already, with the same identity, is not built: its image is reused.

    \b
    Examples:
      bakehouse build
      bakehouse build --rebuild dashboard --max-age 12h
      bakehouse build dashboard workspace-api --variant dev
      bakehouse build --affected --since origin/main
      bakehouse build --push --fail-fast
    """
    if push and load:
        raise UsageError("--push and --load exclude each other", hint="push first, then pull or load what you need")
    if ctx.json and mode == "json":
        raise UsageError("--json and --progress json both want stdout", hint="choose one of them")
    if affected != bool(since):
        raise UsageError("--affected and --since REV go together", hint="bakehouse build --affected --since main")
    config = api.config(ctx.directory)
    run_options = Options(
        concurrency=concurrency or config.build.concurrency,
        fail_fast=not (config.build.keep_going if keep_going is None else keep_going),
        no_cache=no_cache,
        push=push or config.registry.push,
        load=load,
        retries=retries,
    )
    request = request_of(services, push=run_options.push, **options)
    if no_cache:
        request = replace(request, reuse=False)
    state = api.state_directory(ctx.directory)
    with workspace_lock(state, ("bakehouse", *sys.argv[1:]), wait=not no_wait, say=_say_always) as lock:
        if since:
            request = replace(request, services=_affected(ctx, since, request))
            if not request.services:
                return _nothing(ctx, None, f"nothing is affected since {since}: nothing to build")
        ctx.say("planning ...")
        plan, identities = with_verdicts(api.draft(ctx.directory, request), config, request)
        if not plan.to_build and not plan.to_reuse:
            return _nothing(ctx, plan)
        return _run(ctx, plan, identities, replace(run_options, keep_open=(lock,)), mode)


def _say_always(text: str) -> None:
    """On stderr even with -q: a command that waits without a word looks dead."""
    click.echo(text, err=True)


def _affected(ctx: CliContext, since: str, request: PlanRequest) -> tuple[str, ...]:
    from bakehouse.api.affected import affected_since

    found = affected_since(ctx.directory, since, request)
    return tuple(dict.fromkeys(a.service for a in found))


def _run(ctx: CliContext, plan: Plan, identities: Mapping[str, Identity], options: Options, mode: str) -> int:
    _announce(ctx, plan)
    for line in platform_warnings(plan):
        ctx.say(f"warning: {line}")
    options = informed(plan, options)
    if ctx.verbose:
        ctx.say(_memory_words(options))
    mode = "quiet" if ctx.json else mode
    with progress.choose(mode, [t.id for t in plan.targets], options.expected_seconds, quiet=ctx.quiet) as display:
        record = build(plan, options, display.on_event, command=tuple(sys.argv[1:]), identities=identities)
    return _finish(ctx, record, mode)


def _memory_words(options: Options) -> str:
    if not options.peak_memory or not options.memory:
        return "memory: no target's peak is known here, so the cores alone decide how many calls run at once"
    most = max(options.peak_memory.values())
    known = len(options.peak_memory)
    return f"memory: {size(options.memory)} available; peaks of {known} targets known, the highest {size(most)}"


def _announce(ctx: CliContext, plan: Plan) -> None:
    skipped = [t for t in plan.targets if t.verdict in (Verdict.SKIPPED, Verdict.BLOCKED)]
    ctx.say(f"{len(plan.to_build)} to build, {len(plan.to_reuse)} to reuse, variant {plan.variant}")
    for line in plan.substitution_notes():
        ctx.say(line)
    for line in describe_notices(plan, verbose=ctx.verbose):
        ctx.say(line)
    for target in skipped:
        ctx.say(f"{target.verdict}: {target.id} - {target.reason}")


def _nothing(ctx: CliContext, plan: Plan | None, words: str = "") -> int:
    """No target can be built: said with the reasons; an error where something is blocked."""
    if ctx.json:
        emit_json("bakehouse.build/1", {"run": None, "analysis": None, "plan": plan})
        return EXIT_OK if plan is None else _blocked_code(plan)
    for line in [words] if plan is None else describe(plan):
        ctx.out(line)
    return EXIT_OK if plan is None else _blocked_code(plan)


def _blocked_code(plan: Plan) -> int:
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
