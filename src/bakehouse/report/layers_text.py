"""Layers of images as lines for people."""

from __future__ import annotations

from collections.abc import Iterable

from bakehouse.model.image import DuplicateFile, ImageLayer, ImageReport, LayersReport, SharedLayer, WastedPath
from bakehouse.report.text import size, table

_INSTRUCTION = 60
_SHOWN = 10


def layers_lines(report: LayersReport) -> list[str]:
    """Each image, then what they share and what they have twice."""
    lines: list[str] = []
    for image in report.images:
        lines += [*_image(image), ""]
    if len(report.images) > 1:
        lines.append(f"together: {size(report.stored_bytes)} in distinct layers")
        if report.shared_layers:
            lines += [
                "",
                "layers that several images share",
                *_rows(("bytes", "images"), map(_shared, report.shared_layers)),
            ]
        lines.append("")
    if report.duplicates:
        lines.append(f"the same content in different layers: {size(report.duplicate_bytes)}")
        lines += _rows(("wasted", "copies", "where"), map(_duplicate, report.duplicates[:_SHOWN]))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _image(image: ImageReport) -> list[str]:
    pulled = f", {size(image.blob_bytes)} compressed" if image.blob_bytes is not None else ""
    lines = [
        f"{image.name} ({image.platform}, from the {image.source})",
        f"  {len(image.layers)} layers, {size(image.bytes)}{pulled}; wasted {size(image.wasted_bytes)}, "
        f"efficiency {image.efficiency:.1%}",
    ]
    lines += _rows(("", "bytes", "wasted", "line", "instruction"), map(_layer, image.layers))
    if image.wasted:
        lines += ["", "  wasted: in a layer, and gone or replaced in a later one"]
        lines += _rows(("bytes", "path", "layer", "", "by"), map(_wasted, image.wasted[:_SHOWN]))
    return [*lines, *(f"  over the limit: {line}" for line in image.exceeded)]


def _layer(layer: ImageLayer) -> tuple[str, ...]:
    wasted = size(layer.wasted_bytes) if layer.wasted_bytes else "-"
    line = str(layer.line) if layer.line else "base" if layer.base else ""
    text = " ".join(layer.instruction.split())
    shown = text if len(text) <= _INSTRUCTION else text[: _INSTRUCTION - 1] + "…"
    return str(layer.index), size(layer.bytes), wasted, line, shown or "(not told)"


def _wasted(found: WastedPath) -> tuple[str, ...]:
    files = f" ({found.files} files)" if found.files > 1 else ""
    return size(found.bytes), f"/{found.path}{files}", str(found.layer), found.how, str(found.by)


def _shared(layer: SharedLayer) -> tuple[str, ...]:
    return size(layer.bytes), ", ".join(layer.images)


def _duplicate(found: DuplicateFile) -> tuple[str, ...]:
    more = found.copies - len(found.places[:2])
    return (
        size(found.wasted_bytes),
        str(found.copies),
        "; ".join(found.places[:2]) + (f"; {more} more" if more > 0 else ""),
    )


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"  {line}" for line in table(head, list(rows))]
