"""The images that a Dockerfile takes from registries, each where it is named.

Enter a subject; leave a `Use` for each FROM, COPY --from and mount that names an image, with an edit that puts
another reference there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bakehouse.dockerfile.edits import replace
from bakehouse.dockerfile.imageref import ImageRef
from bakehouse.dockerfile.stages import Edge, EdgeKind
from bakehouse.dockerfile.state import StageMeaning
from bakehouse.dockerfile.syntax import Dockerfile, Span
from bakehouse.lint.subject import Subject, once
from bakehouse.model.edit import Edit


@dataclass(frozen=True, slots=True)
class Use:
    """One use of an image. `written` is the text in the file, None where a variable is part of it."""

    kind: EdgeKind
    stage: StageMeaning
    image: ImageRef
    span: Span
    written: str | None

    def rename(self, tag: str | None) -> Edit | None:
        """Put another tag; None where there is none to put, or a variable gives the reference."""
        if tag is None or self.written is None or self.kind is EdgeKind.MOUNT:
            return None
        old = f":{self.image.tag}" if self.image.tag else ""
        return replace(self.span, f"{self.written.removesuffix(old)}:{tag}")


def uses(subject: Subject, *kinds: EdgeKind) -> Iterator[Use]:
    """The images that a file takes, those of `kinds` only, in the order of its stages."""
    return (use for use in _all_uses(subject) if use.kind in kinds)


@once
def _all_uses(subject: Subject) -> Iterator[Use]:
    for stage in subject.stages:
        for edge in stage.stage.edges:
            image = edge.origin.image
            if image is None:
                continue
            if edge.kind is EdgeKind.BASE and not stage.stage.base_certain:
                continue
            span = _span(edge)
            yield Use(edge.kind, stage, image, span, _written(subject.tree, edge, span))


def _span(edge: Edge) -> Span:
    """Where the reference stands: the word of FROM, the value of --from, the whole --mount."""
    instruction = edge.instruction
    if edge.kind is EdgeKind.BASE:
        return instruction.words[0].span
    if edge.kind is EdgeKind.COPY:
        flag = next(flag for flag in instruction.flags if flag.name == "from")
        return flag.value_span or flag.span
    named = (f for f in instruction.flags if f.name == "mount" and f"from={edge.origin.name}" in (f.value or ""))
    found = next(named, None)
    return found.span if found else instruction.code


def _written(tree: Dockerfile, edge: Edge, span: Span) -> str | None:
    text = tree.text(span)
    return text if text == edge.origin.name and "$" not in text else None
