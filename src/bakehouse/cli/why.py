"""`bakehouse why`: what changed so that a service must be built, and why the last run executed what it did."""

from __future__ import annotations

from typing import Any

import click

from bakehouse.cli.identity_text import change_lines, change_row, identity_row, plain
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plain_text import one_line, safe
from bakehouse.cli.selection import request_of, target_options
from bakehouse.model.why import StepCause, Why
from bakehouse.report.text import duration

_MOST = 8


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("service")
@click.option("--since", metavar="RUN|REV", help="A recorded run, or a revision of git; default: its last run.")
@target_options
@common_options
def command(ctx: CliContext, service: str, since: str | None, **options: Any) -> int:
    """Say which files, arguments, bases or Dockerfile lines changed, and why BuildKit's cache missed.

    \b
    Examples:
      bakehouse why tp-capital
      bakehouse why tp-capital --since latest
      bakehouse why tp-capital --since origin/main --json
    """
    from bakehouse.api.why import why

    found = why(ctx.directory, request_of((service,), **options), since)
    if ctx.json:
        emit_json("bakehouse.why/1", _payload(found))
        return 0
    for line in _describe(found, verbose=ctx.verbose):
        ctx.out(safe(line))
    return 0


def _payload(found: Why) -> dict[str, Any]:
    return {
        "service": found.service,
        "since": found.since or None,
        "same": bool(found.since) and not found.changes,
        "identity": identity_row(found.identity, explain=False),
        "changes": [change_row(change) for change in found.changes],
        "run": found.run or None,
        "steps": [_step_row(step) for step in found.steps],
    }


def _step_row(found: StepCause) -> dict[str, Any]:
    step = found.step
    return {
        "stage": step.stage,
        "index": step.index,
        "instruction": step.instruction,
        "lines": list(step.lines) if step.lines else None,
        "seconds": step.seconds,
        "cause": plain(found.cause),
        "changes": [change_row(change) for change in found.changes],
    }


def _describe(found: Why, *, verbose: bool) -> list[str]:
    lines = [_verdict(found)]
    lines += [f"  not knowable: {plain(reason)}" for reason in found.identity.unknowable]
    lines += [f"  {line}" for line in change_lines(found.changes, 1_000_000 if verbose else _MOST)]
    if not found.run:
        return lines
    executed = len(found.steps)
    lines += ["", f"run {found.run} executed {executed} of its steps" + (":" if executed else "")]
    for step in found.steps:
        where = f"[{step.step.stage} {step.step.index}/{step.step.total}]"
        lines += [f"  {where} {one_line(step.step.instruction, 60)}  {duration(step.step.seconds)}"]
        lines += [f"      {one_line(plain(step.cause), 140)}"]
    return lines


def _verdict(found: Why) -> str:
    if not found.since:
        return f"{found.service} must be built: no run that made it is recorded here"
    if found.changes:
        count = len(found.changes)
        return f"{found.service}: {count} {'thing' if count == 1 else 'things'} changed since {found.since}"
    if not found.identity.knowable:
        return f"{found.service}: nothing known changed since {found.since}, but it cannot be known"
    return f"{found.service}: nothing changed since {found.since}"
