"""`bakehouse cache`: what the caches hold, and dropping, invalidating, checking and warming them."""

from __future__ import annotations

import time

import click

from bakehouse.api import cache as api
from bakehouse.api.cache_retention import registry_retention
from bakehouse.build.cache.prune import Wish
from bakehouse.cli.cache_warm import warm
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.config import parse_size
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK, UsageError
from bakehouse.model.cache import CacheStatus, CacheStore, CacheSum, Pruned
from bakehouse.report.text import size

_CONTEXT = {"help_option_names": ["-h", "--help"]}
_DAY = 86_400.0


@click.group(context_settings=_CONTEXT)
def command() -> None:
    """Show and tend build caches: the builder's own, directories, and the registry's.

    \b
    Examples:
      bakehouse cache status
      bakehouse cache prune --unused 14 --dry-run
      bakehouse cache invalidate api:deps
    """


command.add_command(warm)


@command.command("status", context_settings=_CONTEXT)
@click.option("--unused", "days", type=click.FloatRange(min=0), default=7.0, show_default=True, metavar="DAYS",
              help="Count what nobody used for so many days.")  # fmt: skip
@click.option("--records", is_flag=True, help="List each record of the builder too.")
@common_options
def status(ctx: CliContext, days: float, records: bool) -> int:
    """Show what the caches hold, by type and by target: size, age, last use, what nobody used.

    \b
    Examples:
      bakehouse cache status --unused 14
      bakehouse cache status --json --records
    """
    found = api.status(ctx.directory, unused_days=days, with_records=records or ctx.json)
    if ctx.json:
        emit_json("bakehouse.cache.status/1", found)
        return EXIT_OK
    for line in _status_lines(found, time.time()):
        ctx.out(line)
    for notice in found.notices:
        ctx.say(f"warning: {notice}")
    return EXIT_OK


@command.command("prune", context_settings=_CONTEXT)
@click.option("--unused", "days", type=click.FloatRange(min=0), metavar="DAYS", help="What nobody used for so long.")
@click.option("--max-size", metavar="SIZE", help="The least recently used, until no more than this is left (10GB).")
@click.option("--service", metavar="SERVICE[:STAGE]", help="What only this service's steps made.")
@click.option("--dry-run", is_flag=True, help="Say what would go; change nothing.")
@common_options
def prune(ctx: CliContext, days: float | None, max_size: str | None, service: str | None, dry_run: bool) -> int:
    """Drop build cache. Never what a running build uses, nor what others are built on.

    Without a condition: [cache] keep_days and max_size of bakehouse.toml, one after the other.

    \b
    Examples:
      bakehouse cache prune --dry-run
      bakehouse cache prune --service api:deps
      bakehouse cache prune --unused 14 --max-size 5GB
    """
    name, _, stage = (service or "").partition(":")
    if service is not None and not name:
        raise UsageError(f"--service {service}: no service is named", hint="write --service api or --service api:deps")
    wishes = api.wishes(
        ctx.directory,
        Wish(
            unused_for=None if days is None else days * _DAY,
            max_bytes=None if max_size is None else parse_size(max_size),
            service=name or None,
            stage=stage or None,
        ),
    )
    done = [api.prune_caches(ctx.directory, wish, dry_run=dry_run) for wish in wishes]
    if ctx.json:
        emit_json("bakehouse.cache.prune/1", {"dry_run": dry_run, "freed": sum(d.freed for d in done), "passes": done})
        return EXIT_OK
    for pruned in done:
        for line in _pruned_lines(pruned, verbose=ctx.verbose or dry_run):
            ctx.out(line)
    return EXIT_OK


@command.command("invalidate", context_settings=_CONTEXT)
@click.argument("targets", nargs=-1, required=True, metavar="SERVICE[:STAGE]...")
@common_options
def invalidate(ctx: CliContext, targets: tuple[str, ...]) -> int:
    """Have the next build of a service execute its steps, or those of one stage, whatever the caches hold.

    Other stages, and other services that share them, stay cached. The image is not taken by its identity until it
    was built once.

    \b
    Examples:
      bakehouse cache invalidate api
      bakehouse cache invalidate api:deps dashboard:build
    """
    marked = api.invalidate(ctx.directory, targets)
    if ctx.json:
        emit_json("bakehouse.cache.invalidate/1", {"marked": marked})
    else:
        for name in marked:
            ctx.out(f"{name}: the next `bakehouse build` executes it again")
    return EXIT_OK


@command.command("retention", context_settings=_CONTEXT)
@click.option("--keep", multiple=True, metavar="REF", help="A release that has no tag of its own: reference or digest.")
@click.option("--dry-run", is_flag=True, help="Say what would go; change nothing.")
@common_options
def retention(ctx: CliContext, keep: tuple[str, ...], dry_run: bool) -> int:
    """Drop identity records and caches in the registry that are older than keep_days or over max_size.

    What a release uses stays: every tag that is not ours, and --keep. The disk is freed by the registry's own
    garbage collection afterwards.

    \b
    Examples:
      bakehouse cache retention --dry-run
      bakehouse cache retention --keep registry.example/shop/api@sha256:...
    """
    done = registry_retention(ctx.directory, dry_run=dry_run, keep=keep)
    if ctx.json:
        emit_json("bakehouse.cache.retention/1", done)
        return EXIT_FINDINGS if done.problems else EXIT_OK
    now = time.time()
    verb = "would drop" if dry_run else "dropped"
    for entry in done.dropped:
        ctx.out(f"{verb} {entry.kind} {entry.reference}: {size(entry.size)}, {_ago(entry.written, now)} old")
    ctx.out(f"{verb} {len(done.dropped)}, kept {len(done.kept)} in {done.registry}")
    if ctx.verbose or dry_run:
        for entry in done.kept:
            ctx.out(f"kept {entry.kind} {entry.reference}: {entry.keep}")
    for problem in done.problems:
        ctx.say(f"warning: {problem}")
    for number, step in enumerate(done.next_steps, start=1):
        ctx.say(f"to free the disk {number}. {step}")
    return EXIT_FINDINGS if done.problems else EXIT_OK


@command.command("verify", context_settings=_CONTEXT)
@common_options
def verify(ctx: CliContext) -> int:
    """Check the caches outside the builder: every blob of a directory, manifest and configuration in a registry.

    \b
    Example:
      bakehouse cache verify
    """
    stores = api.verify(ctx.directory)
    bad = [s for s in stores if s.problem]
    if ctx.json:
        emit_json("bakehouse.cache.verify/1", {"ok": not bad, "stores": stores})
    else:
        for store in stores:
            ctx.out(f"{'damaged' if store.problem else 'whole  '} {store.target}: {store.problem or store.place}")
        if not stores:
            ctx.out("no cache outside the builder")
    return EXIT_FINDINGS if bad else EXIT_OK


def _status_lines(found: CacheStatus, now: float) -> list[str]:
    lines = [f"builder {found.builder}: {size(found.total)}, {size(found.reclaimable)} of it not in use"]
    unused = f"unused {found.unused_days:g} d"
    lines += ["", _row("by type", "records", "size", unused, "last use", "oldest")]
    lines += [_sum_row(s, now) for s in found.by_type]
    lines += ["", _row("by target", "records", "size", unused, "last use", "oldest")]
    lines += [_sum_row(s, now) for s in found.by_target]
    if found.backend != "none":
        lines += ["", f"back end {found.backend}:"]
        modes = {m.target: m for m in found.modes}
        lines += [_store_line(s, now) for s in found.stores] or ["  nothing is there yet, or it cannot be seen"]
        lines += [f"  mode {m.mode} for {t}: {m.reason}" for t, m in sorted(modes.items())]
    if found.marked:
        lines += ["", f"invalidated, executed at the next build: {', '.join(found.marked)}"]
    for record in found.records:
        lines.append(
            f"{record.id[:12]} {size(record.size):>9} {_ago(record.last_used, now):>9} {record.kind:<16} "
            f"{', '.join(record.used_by) or '-'}  {' '.join(record.description.split())[:80]}"
        )
    return lines


def _row(*cells: str) -> str:
    return f"{cells[0]:<34} {cells[1]:>7} {cells[2]:>10} {cells[3]:>12} {cells[4]:>10} {cells[5]:>9}"


def _sum_row(found: CacheSum, now: float) -> str:
    name = found.name if len(found.name) <= 34 else found.name[:31] + "..."
    last, oldest = _ago(found.last_used, now), _ago(found.oldest, now)
    return _row(name, str(found.count), size(found.size), size(found.unused), last, oldest)


def _store_line(store: CacheStore, now: float) -> str:
    if store.problem:
        return f"  {store.target}: damaged: {store.problem}"
    return f"  {store.target}: {size(store.size)}, written {_ago(store.written, now)}, {store.place}"


def _pruned_lines(pruned: Pruned, *, verbose: bool) -> list[str]:
    verb = "would free" if pruned.dry_run else "freed"
    lines = [f"{verb} {size(pruned.freed)}: {len(pruned.records)} records, {len(pruned.stores)} directories"]
    if verbose:
        lines += [
            f"  {size(r.size):>10} {', '.join(r.used_by) or r.kind}  {' '.join(r.description.split())[:80]}"
            for r in pruned.records
        ]
    lines += [f"  {size(s.size or 0):>10} {s.place}" for s in pruned.stores]
    return lines + [f"kept: {why}" for why in pruned.kept]


def _ago(moment: float | None, now: float) -> str:
    if moment is None:
        return "-"
    seconds = max(0.0, now - moment)
    for unit, factor in (("d", _DAY), ("h", 3600.0), ("min", 60.0)):
        if seconds >= factor:
            return f"{seconds / factor:.0f} {unit}"
    return f"{seconds:.0f} s"
