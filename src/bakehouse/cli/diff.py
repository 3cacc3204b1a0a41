"""`bakehouse diff`: what differs between two images, and what it comes from."""

from __future__ import annotations

from pathlib import Path

import click

from bakehouse.api import image_diff as api_image_diff
from bakehouse.api.images import SOURCES
from bakehouse.cli.options import CliContext, common_options, emit_json
from bakehouse.cli.plain_text import safe
from bakehouse.errors import EXIT_FINDINGS, EXIT_OK, UsageError
from bakehouse.model.image_diff import ImageDiff, Verdict

FORMATS = ("text", "markdown", "html")
_BY_SUFFIX = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("before", metavar="IMAGE_A")
@click.argument("after", metavar="IMAGE_B")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Form of the report; by FILE's ending, else text.")
@click.option("-o", "--output", metavar="FILE", help="Write the report to FILE; with --json besides the object.")
@click.option("--platform", metavar="OS/ARCH", help="Which image of a multi-platform one.")
@click.option("--variant", metavar="NAME", help="Which variant of a service: prod (default), dev, gpu, ...")
@click.option("--source", type=click.Choice(SOURCES), default="auto", help="Where references are looked up.")
@common_options
def command(
    ctx: CliContext,
    before: str,
    after: str,
    form: str | None,
    output: str | None,
    platform: str | None,
    variant: str | None,
    source: str,
) -> int:
    """Compare two images: files, packages, configuration, sizes.

    An image is a service that was built, a reference (the engine is asked first, then the registry), an archive (docker
    image save, --output type=oci), a directory with an OCI layout, or - for an archive on the standard input.

    Files are compared as a container sees them, all layers put on each other: content, type, mode, owner, link target,
    capabilities; not times. They are grouped by what the difference comes from. Packages are those of dpkg, apk, pip
    and npm. The verdict is about content only: nothing is started.

    The exit code is 0 for the same content and 1 where it differs.

    \b
    Examples:
      bakehouse diff shop/api:1.4 shop/api:1.5
      bakehouse diff before.tar api -o diff.md
      bakehouse diff shop/api:1.4 api --format html -o diff.html
      docker image save api:old | bakehouse diff - api:new --json
    """
    if ctx.json and form is not None and output is None:
        raise UsageError(
            "--format has no report to shape beside --json", hint="name a file with -o, or drop one of them"
        )
    diff = api_image_diff.diff(ctx.directory, before, after, source=source, platform=platform, variant=variant)
    chosen = form or _BY_SUFFIX.get(Path(output or "").suffix.lower(), "text")
    if output is not None:
        _write(Path(output), _report(diff, chosen))
        ctx.say(f"wrote {output}: {diff.verdict}")
    if ctx.json:
        emit_json("bakehouse.diff/1", diff)
    elif output is None:
        click.echo(_report(diff, chosen), nl=False)
    return EXIT_OK if diff.verdict is Verdict.SAME else EXIT_FINDINGS


def _report(diff: ImageDiff, form: str) -> str:
    """The report; what draws a form is loaded only for it."""
    if form == "html":
        from bakehouse.report.image_diff.html import render as render_html

        return render_html(diff)
    if form == "markdown":
        from bakehouse.report.image_diff.markdown import render as render_markdown

        return render_markdown(diff)
    from bakehouse.report.image_diff.text import diff_lines

    return "\n".join(map(safe, diff_lines(diff))) + "\n"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write the report: {error.strerror}", path=str(path), hint="give another file with -o"
        ) from None
