"""Layers of images, wherever they lie."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bakehouse.api.images import SOURCES, ImageFinder
from bakehouse.insight.layer_report import Limits, report_layers
from bakehouse.model.image import LayersReport

__all__ = ["SOURCES", "layers"]


def layers(
    root: Path,
    what: Sequence[str],
    limits: Limits,
    *,
    source: str = "auto",
    platform: str | None = None,
    variant: str | None = None,
    dockerfile: str | None = None,
) -> LayersReport:
    """Read images and report on their layers. `what` are services, references, archives, OCI directories, or `-`.

    `dockerfile` is the file that the images were built from, for their lines; a service's own is
    known. Raises UsageError for what is none of these, ImageError for images that cannot be read.
    """
    finder = ImageFinder(root, source, platform, variant)
    places = [finder.place(name) for name in dict.fromkeys(what)]
    saved = finder.from_engine([place.reference for place in places if place.kind == "engine"])
    images = [image for place in places for image in finder.images(place, saved)]
    if dockerfile is not None:
        recipe = finder.recipe(dockerfile)
        finder.recipes.update({image.name: recipe for image in images if image.name not in finder.recipes})
    unique = {image.name: image for image in images}
    return report_layers(tuple(unique.values()), finder.recipes, limits)
