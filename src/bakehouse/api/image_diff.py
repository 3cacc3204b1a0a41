"""Two images, wherever they lie, compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bakehouse.api.images import ImageFinder
from bakehouse.errors import UsageError
from bakehouse.image.found import FoundImage
from bakehouse.image.packages import keeper
from bakehouse.migrate.compare_images import compare_images
from bakehouse.model.image_diff import ImageDiff


def diff(
    root: Path,
    before: str,
    after: str,
    *,
    source: str = "auto",
    platform: str | None = None,
    variant: str | None = None,
) -> ImageDiff:
    """Compare two images, each a service, a reference, an archive, an OCI directory, or `-`.

    Raises UsageError for what is none of these, ImageError for images that cannot be read.
    """
    if before == after == "-":
        raise UsageError("the standard input has one image", hint="write the other to a file, or name it")
    kept = keeper()
    finder = ImageFinder(root, source, platform, variant, kept)
    places = [finder.place(before), finder.place(after)]
    saved = finder.from_engine(list(dict.fromkeys(place.reference for place in places if place.kind == "engine")))
    one, two = (_only(finder.images(place, saved), name) for place, name in zip(places, (before, after), strict=True))
    return compare_images(one, two, kept.contents)


def _only(images: tuple[FoundImage, ...], name: str) -> FoundImage:
    """The image of a place, under the name it was asked for."""
    if len(images) != 1:
        have = ", ".join(image.name for image in images) or "none"
        raise UsageError(f"{name} has {len(images)} images: {have}", hint="save it alone: docker image save NAME")
    return replace(images[0], name=name)
