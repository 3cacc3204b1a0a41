"""`bakehouse plan`: what would be built, in which waves, with which caches and tags, and the bake definition."""

from __future__ import annotations

from typing import Any

import click

from bakehouse import api
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plain_text import one_line
from bakehouse.cli.selection import plan_options, request_of
from bakehouse.model.plan import Plan, Target, Verdict
from bakehouse.report.text import table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@plan_options
@click.option("--bake", is_flag=True, help="Print the bake definition: docker buildx bake -f - takes it.")
@click.option("--push", is_flag=True, help="Plan for a push to the registry.")
@click.option("--load", is_flag=True, help="Plan for loading into the local engine.")
@common_options
def command(ctx: CliContext, services: tuple[str, ...], bake: bool, push: bool, load: bool, **options: Any) -> int:
    """Show what would be built and what need not be, and why, without building.

    An image of the same identity (everything that can change it) is reused. --bake prints the whole definition,
    whatever could be reused.

    \b
    Examples:
      bakehouse plan
      bakehouse plan dashboard --variant dev
      bakehouse plan --push --max-age 12h
      bakehouse plan --bake > /tmp/bake.json && docker buildx bake -f /tmp/bake.json
    """
    push = push or api.config(ctx.directory).registry.push
    request = request_of(services, push=push, **options)
    if bake:
        click.echo(api.bake_text(api.draft(ctx.directory, request), push=push, load=load), nl=False)
        return 0
    plan = api.plan(ctx.directory, request)
    if ctx.json:
        emit_json("bakehouse.plan/1", plan)
        return 0
    for line in describe(plan, verbose=ctx.verbose):
        ctx.out(line)
    return 0


def describe(plan: Plan, *, verbose: bool = False) -> list[str]:
    """The plan as lines for people."""
    lines = []
    waves = sorted({t.wave for t in plan.to_build})
    for wave in waves:
        members = [t for t in plan.to_build if t.wave == wave]
        lines.append(f"wave {wave}: {len(members)} to build")
        rows = [_row(t) for t in members]
        lines += ["  " + line for line in table(("target", "stage", "first tag", "why"), rows)]
        if verbose:
            lines += [f"  {t.id}: {line}" for t in members for line in _details(t)]
    if plan.to_reuse:
        lines.append(f"reuse: {len(plan.to_reuse)} need not be built")
        rows = [(t.id, t.stage or "(last)", t.reuse.digest[7:19] if t.reuse else "-", t.reason) for t in plan.to_reuse]
        lines += ["  " + line for line in table(("target", "stage", "image", "why"), rows)]
    for target in plan.targets:
        if target.verdict in (Verdict.SKIPPED, Verdict.BLOCKED):
            lines.append(f"{target.verdict}: {target.id} - {target.reason}")
    lines += describe_substitutions(plan)
    lines += describe_notices(plan, verbose=verbose)
    return lines or ["nothing to build here: `bakehouse scan` shows what was found"]


def describe_notices(plan: Plan, *, verbose: bool) -> list[str]:
    """Warnings, and with `verbose` what is merely good to know, each with its place."""
    lines = []
    for notice in plan.notices:
        if notice.level == "info" and not verbose:
            continue
        place = f"{notice.path}:{notice.line}: " if notice.line else f"{notice.path}: " if notice.path else ""
        lines.append(f"{notice.level}: {place}{notice.message}")
    return lines


def describe_substitutions(plan: Plan) -> list[str]:
    """One line for each base or frontend that the plan replaced."""
    return [f"substituted {s.kind}: {s.original} -> {_short(s.replacement)} ({s.reason})" for s in plan.substitutions]


def _row(target: Target) -> tuple[str, ...]:
    return (target.id, target.stage or "(last)", target.tags[0] if target.tags else "-", one_line(target.reason, 90))


def _details(target: Target) -> list[str]:
    lines = [f"dockerfile {target.dockerfile}", f"context directory {target.context}"]
    if target.identity:
        lines.append(f"identity {target.identity}")
    lines += [f"tag {tag}" for tag in target.tags[1:]]
    lines += [f"context {name} = {_short(value)}" for name, value in target.contexts.items()]
    lines += [f"cache from {c}" for c in target.cache_from] + [f"cache to {c}" for c in target.cache_to]
    lines += [f"needs {d}" for d in target.depends_on]
    return lines


def _short(reference: str) -> str:
    name, _, digest = reference.removeprefix("docker-image://").partition("@sha256:")
    return f"{name}@{digest[:12]}" if digest else name
