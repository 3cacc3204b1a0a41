"""`bakehouse identity`: the digest of everything that can change each image, and what it is made of."""

from __future__ import annotations

from typing import Any

import click

from bakehouse.cli.identity_text import explain_lines, identity_row, plain
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plain_text import safe
from bakehouse.cli.selection import request_of, target_options
from bakehouse.model.identity import Identity, IngredientKind
from bakehouse.report.text import table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("--at", "revision", metavar="REV", help="At a revision of git, without a checkout.")
@click.option("--explain", is_flag=True, help="List every ingredient.")
@target_options
@common_options
def command(ctx: CliContext, services: tuple[str, ...], revision: str | None, explain: bool, **options: Any) -> int:
    """Show the identity of each image: equal identities are equal images.

    \b
    Examples:
      bakehouse identity
      bakehouse identity tp-capital --explain
      bakehouse identity --at v1.2.0 --json | jq -r '.identities[] | .target + " " + .digest'
    """
    from bakehouse.api.identity import identify_at, identify_services

    request = request_of(services, **options)
    if revision is None:
        found = identify_services(ctx.directory, request)
    else:
        found = identify_at(ctx.directory, revision, request)
    if ctx.json:
        rows = [identity_row(identity, explain=explain) for identity in found.values()]
        emit_json("bakehouse.identity/1", {"revision": revision, "identities": rows})
        return 0
    for line in _describe(list(found.values()), explain=explain, verbose=ctx.verbose):
        ctx.out(safe(line))
    return 0


def _describe(identities: list[Identity], *, explain: bool, verbose: bool) -> list[str]:
    if not identities:
        return ["nothing is built here: `bakehouse scan` shows what was found"]
    if not explain:
        lines = table(("target", "identity", "files", "knowable"), [_row(i) for i in identities])
        return lines + [f"{i.target}: {plain(n)}" for i in identities for n in (i.notes if verbose else ())]
    lines = []
    for identity in identities:
        lines += [f"{identity.target}  {identity.digest}"]
        lines += [f"  not knowable: {plain(reason)}" for reason in identity.unknowable]
        lines += [f"  note: {plain(note)}" for note in identity.notes]
        lines += explain_lines(identity.ingredients)
    return lines


def _row(identity: Identity) -> tuple[str, ...]:
    files = sum(1 for i in identity.ingredients if i.kind is IngredientKind.FILE)
    known = "yes" if identity.knowable else f"no: {plain(identity.unknowable[0])}"
    return identity.target, identity.digest.removeprefix("sha256:")[:16], str(files), known
