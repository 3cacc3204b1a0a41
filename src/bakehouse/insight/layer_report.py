"""Images as they were found go in, a `LayersReport` comes out: sizes, instructions and lines, waste, limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bakehouse.dockerfile.meaning import Meaning
from bakehouse.image.documents import History
from bakehouse.image.found import FoundImage
from bakehouse.image.provenance import lines_of_layers
from bakehouse.insight.layer_lines import instruction_of, lines_of_history
from bakehouse.insight.layers import find_duplicates, find_shared, find_waste
from bakehouse.model.image import ImageLayer, ImageReport, LayersReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an image may have; None: any. `size` is in bytes of files in all layers, `efficiency` from 0 to 1."""

    size: int | None = None
    layers: int | None = None
    efficiency: float | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """The Dockerfile that an image should come from: its path, and what it means for each stage it could be."""

    dockerfile: str
    meanings: tuple[Meaning, ...]


def report_layers(images: Sequence[FoundImage], recipes: Mapping[str, Recipe], limits: Limits) -> LayersReport:
    """Everything there is to say of some images; `recipes` are by image name."""
    contents = {image.name: image.layers for image in images}
    shared = find_shared(contents)
    users = {layer.digest: layer.images for layer in shared}
    duplicates, duplicate_bytes = find_duplicates(contents)
    reports = tuple(_image(image, recipes.get(image.name), users, limits) for image in images)
    distinct = {layer.diff_id: layer.size for image in images for layer in image.layers}
    return LayersReport(
        images=reports,
        shared_layers=shared,
        duplicates=duplicates,
        stored_bytes=sum(distinct.values()),
        duplicate_bytes=duplicate_bytes,
        ok=not any(report.exceeded for report in reports),
    )


def _image(
    image: FoundImage, recipe: Recipe | None, users: Mapping[str, tuple[str, ...]], limits: Limits
) -> ImageReport:
    waste = find_waste(image.layers)
    total = sum(layer.size for layer in image.layers)
    wasted = sum(waste.by_layer)
    efficiency = (total - wasted) / total if total else 1.0
    origins = _origins(image, recipe)
    layers = tuple(
        ImageLayer(
            index=number + 1,
            digest=layer.diff_id,
            bytes=layer.size,
            files=layer.files,
            blob_bytes=layer.blob_bytes if image.compressed else None,
            wasted_bytes=waste.by_layer[number],
            instruction=origins[number].instruction,
            dockerfile=origins[number].dockerfile,
            line=origins[number].line,
            base=origins[number].base,
            shared_with=tuple(name for name in users.get(layer.diff_id, ()) if name != image.name),
        )
        for number, layer in enumerate(image.layers)
    )
    return ImageReport(
        name=image.name,
        source=image.source,
        platform=image.config.platform,
        layers=layers,
        bytes=total,
        blob_bytes=sum(layer.blob_bytes for layer in image.layers) if image.compressed else None,
        seen_bytes=total - wasted,
        wasted_bytes=wasted,
        efficiency=efficiency,
        wasted=waste.paths,
        exceeded=_exceeded(total, len(layers), efficiency, limits),
    )


@dataclass(frozen=True, slots=True)
class _Origin:
    instruction: str = ""
    dockerfile: str | None = None
    line: int | None = None
    base: bool = False


def _origins(image: FoundImage, recipe: Recipe | None) -> list[_Origin]:
    """Where each layer comes from: the image's history, with lines from provenance or else from the Dockerfile."""
    recorded = lines_of_layers(image.provenance) if image.provenance else {}
    history = image.config.history or ()
    lines = next((x for m in (recipe.meanings if recipe else ()) if (x := lines_of_history(history, m))), None)
    steps: list[tuple[History, int | None]] = [
        (step, lines[number] if lines else None) for number, step in enumerate(history) if not step.empty_layer
    ]
    if len(steps) != len(image.layers):  # a squashed image, or one without a history
        steps = [(History(), None)] * len(image.layers)
        lines = None
    found = []
    for layer, (step, line) in zip(image.layers, steps, strict=True):
        name, recorded_line = recorded.get(layer.digest, (None, None))
        dockerfile = name or (recipe.dockerfile if recipe and line else None)
        base = lines is not None and line is None
        found.append(_Origin(instruction_of(step.created_by), dockerfile, recorded_line or line, base))
    return found


def _exceeded(size: int, layers: int, efficiency: float, limits: Limits) -> tuple[str, ...]:
    lines = []
    if limits.size is not None and size > limits.size:
        lines.append(f"{size} bytes are more than {limits.size}")
    if limits.layers is not None and layers > limits.layers:
        lines.append(f"{layers} layers are more than {limits.layers}")
    if limits.efficiency is not None and efficiency < limits.efficiency:
        lines.append(f"an efficiency of {efficiency:.4f} is less than {limits.efficiency:g}")
    return tuple(lines)
