"""`bakehouse layers`: the layers of images, what is wasted in them, what images have twice; limits for CI."""

from __future__ import annotations

import re

import click

from bakehouse.api import layers as api_layers
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plain_text import safe
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK, UsageError
from bakehouse.insight.layer_report import Limits
from bakehouse.report.layers_text import layers_lines

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...")
@click.option("--max-size", metavar="SIZE", help="Exit 1 where all files together have more (500MB, 1.5GiB).")
@click.option("--max-layers", type=click.IntRange(min=0), metavar="N", help="Exit 1 where there are more layers.")
@click.option("--min-efficiency", metavar="SHARE", help="Exit 1 below this efficiency (0.95 or 95%).")
@click.option("--platform", metavar="OS/ARCH", help="Which image of a multi-platform one.")
@click.option("--variant", metavar="NAME", help="Which variant of a service: prod (default), dev, gpu, ...")
@click.option("--dockerfile", metavar="FILE", help="Show lines of this Dockerfile; a service's own is known.")
@click.option("--source", type=click.Choice(api_layers.SOURCES), default="auto", help="Where references are looked up.")
@common_options
def command(
    ctx: CliContext,
    images: tuple[str, ...],
    max_size: str | None,
    max_layers: int | None,
    min_efficiency: str | None,
    platform: str | None,
    variant: str | None,
    dockerfile: str | None,
    source: str,
) -> int:
    """Show the layers of images: size, instruction, line of the Dockerfile, waste.

    IMAGE is a service that was built, an image reference (the engine is asked first, then the registry), an archive
    (docker image save, --output type=oci), a directory with an OCI layout, or - for an archive on the standard input.
    Nothing is unpacked. With several images it says which layers they share and which contents they have twice.

    Efficiency is the share of the bytes of all files in all layers that a container sees: what a later layer deletes
    or replaces is wasted.

    \b
    Examples:
      bakehouse layers api
      bakehouse layers api worker web
      bakehouse layers registry.example.com/shop/api:1.4 --max-layers 20 --min-efficiency 95%
      docker image save api:dev | bakehouse layers - --json
    """
    limits = Limits(size=_size(max_size), layers=max_layers, efficiency=_share(min_efficiency))
    report = api_layers.layers(
        ctx.directory, images, limits, source=source, platform=platform, variant=variant, dockerfile=dockerfile
    )
    if ctx.json:
        emit_json("bakehouse.layers/1", report)
    else:
        for line in layers_lines(report):
            ctx.out(safe(line))
    return EXIT_OK if report.ok else EXIT_FINDINGS


def _size(text: str | None) -> int | None:
    """`500MB`, `1.5 GiB`, `1000000`: bytes; powers of ten, with an i of two. Raises UsageError."""
    if text is None:
        return None
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--max-size {text} is no size", hint="write bytes, or a number with kB, MB, GB or MiB, GiB")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** _POWERS[found[2].lower()])


def _share(text: str | None) -> float | None:
    """`0.95` or `95%`. Raises UsageError."""
    if text is None:
        return None
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError(f"--min-efficiency {text} is no share", hint="write a number from 0 to 1, or from 0% to 100%")
    return value
