"""`bakehouse scan`: the services and libraries of a repository, and what is odd in it."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from bakehouse import api
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.model.service import Notice, Service, Workspace
from bakehouse.report.text import table


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@common_options
def command(ctx: CliContext) -> int:
    """Find the services of a repository, with no configuration.

    \b
    Examples:
      bakehouse scan
      bakehouse scan -C ../shop --json | jq -r '.services[].name'
    """
    workspace = api.scan(ctx.directory)
    if ctx.json:
        emit_json("bakehouse.scan/1", payload(workspace))
        return 0
    for line in describe(workspace, quiet=ctx.quiet, verbose=ctx.verbose):
        ctx.out(line)
    return 0


def payload(workspace: Workspace) -> dict[str, Any]:
    """The workspace as plain data; each service also says in `source` where it was found first."""
    data: dict[str, Any] = msgspec.to_builtins(
        {f: getattr(workspace, f) for f in Workspace.__dataclass_fields__ if f != "root"}
    )
    for plain, service in zip(data["services"], workspace.services, strict=True):
        plain["source"] = _source(service)
    return {"root": str(workspace.root), **data}


def describe(workspace: Workspace, *, quiet: bool = False, verbose: bool = False) -> list[str]:
    """The workspace as lines for people, at most 80 columns wide where names allow it."""
    if not workspace.services:
        return [f"no services in {workspace.root}", "  looked for Dockerfiles, compose files and manifests", *_notices(
            workspace.notices, verbose=verbose)]  # fmt: skip
    rows = [
        (s.name, s.kind.value, s.dockerfile or "(no Dockerfile)", ",".join(s.variants) or s.target or "-")
        for s in workspace.services
    ]
    lines = list(table(("service", "kind", "dockerfile", "variants"), rows))
    if workspace.libraries:
        lines += ["", *table(("library", "used by"), [(x.path, ", ".join(x.used_by)) for x in workspace.libraries])]
    if verbose:
        for service in workspace.services:
            lines += ["", f"{service.name}  (found in {_source(service)})", *_details(service)]
    if not quiet:
        built = sum(1 for s in workspace.services if s.stages)
        lines += ["", f"{len(workspace.services)} services, {built} with a readable Dockerfile"]
        lines += _notices(workspace.notices, verbose=verbose)
    return lines


def _details(service: Service) -> list[str]:
    facts = (
        ("context", service.context),
        ("target", service.target or ""),
        ("variants", ", ".join(f"{k}={v}" for k, v in service.variants.items())),
        ("stages", ", ".join(service.stages)),
        ("bases", ", ".join(service.bases)),
        ("after", ", ".join(service.depends_on)),
        ("ignore", service.ignore_file or ""),
        ("skip", service.skip or ""),
    )
    return [f"  {name:9} {value}" for name, value in facts if value]


def _source(service: Service) -> str:
    origin = service.origins[0]
    return f"{origin.path}:{origin.line}" if origin.line else origin.path


def _notices(notices: tuple[Notice, ...], *, verbose: bool) -> list[str]:
    """Warnings; what is only good to know is counted, and shown with -v."""
    lines = []
    for notice in notices:
        if notice.level != "info" or verbose:
            where = f"{notice.path}:{notice.line}" if notice.line else notice.path
            lines.append(f"{notice.level}: {where}: {notice.message}" if where else f"{notice.level}: {notice.message}")
            if notice.hint:
                lines.append(f"  {notice.hint}")
    hidden = sum(1 for n in notices if n.level == "info")
    if hidden and not verbose:
        lines.append(f"{hidden} more remarks with -v")
    return lines
