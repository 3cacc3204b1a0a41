"""`bakehouse graph`: what needs what, as text, dot, mermaid, svg or JSON."""

from __future__ import annotations

import click

from bakehouse import api
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.report.graph_dot import render_dot
from bakehouse.report.graph_mermaid import render_mermaid
from bakehouse.report.graph_svg import render_svg
from bakehouse.report.graph_text import render_text

_RENDERERS = {"text": render_text, "dot": render_dot, "mermaid": render_mermaid, "svg": render_svg}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--format", "form", type=click.Choice([*_RENDERERS, "json"]), default="text", show_default=True, help="Output form."
)
@common_options
def command(ctx: CliContext, form: str) -> int:
    """Show services, shared libraries, bases and the edges among them.

    \b
    Examples:
      bakehouse graph
      bakehouse graph --format dot | dot -Tpng -o graph.png
      bakehouse graph --format svg > graph.svg
    """
    graph = api.graph(api.scan(ctx.directory))
    if ctx.json or form == "json":
        emit_json("bakehouse.graph/1", graph)
    else:
        click.echo(_RENDERERS[form](graph), nl=False)
    return 0
