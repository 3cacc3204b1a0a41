"""A small repository on the disk, identified without registries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bakehouse.build.identity.content_digests import ContentDigests
from bakehouse.build.identity.identify import Identifier, ImageFacts, wanted_images
from bakehouse.build.identity.reading import Demands
from bakehouse.build.identity.subject import Subject
from bakehouse.model.identity import Identity
from bakehouse.workspace.work_tree import WorkTree

DIGEST = "sha256:" + "d" * 64


class KnownImages(dict[str, ImageFacts]):
    """Every image is known and plain, unless told otherwise."""

    def __missing__(self, reference: str) -> ImageFacts:
        return ImageFacts(digest=DIGEST, onbuild=False)


class World:
    """Files below a directory; `identity` is that of one subject, or of a subject among others."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.images = KnownImages()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def identities(self, *subjects: Subject) -> dict[str, Identity]:
        files = WorkTree(self.root, ContentDigests(self.root, self.root.parent / "digests"))
        demands = Demands()
        by_target = {s.target: s for s in subjects}
        demanded = {t: demands.of(s, files) for t, s in by_target.items()}
        images = {name: self.images[name] for name in wanted_images(subjects, demanded)}
        identifier = Identifier(files, by_target, demanded, images, ".bakehouse")
        return {target: identifier.identity(target) for target in by_target}

    def identity(self, **changes: object) -> Identity:
        return self.identities(subject(**changes))["app"]


def subject(**changes: object) -> Subject:
    """The subject of the Dockerfile at the root, with its directory as the context."""
    fields: dict[str, object] = {"target": "app", "service": "app", "context": ".", "dockerfile": "Dockerfile"}
    return Subject(**(fields | changes))  # type: ignore[arg-type]
