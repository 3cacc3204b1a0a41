"""Two images as they were found go in, an `ImageDiff` comes out: the content only, not how it behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bakehouse.image.file_system import FileSystem, flatten, stored_bytes
from bakehouse.image.found import FoundImage
from bakehouse.image.packages import Reading, read_packages
from bakehouse.migrate.cause_sums import sum_causes
from bakehouse.migrate.causes import Causes
from bakehouse.migrate.compare_config import compare_config
from bakehouse.migrate.compare_files import compare_files
from bakehouse.migrate.compare_packages import compare_packages
from bakehouse.model.image_diff import FileChange, FileFacts, ImageDiff, ImageSide, Verdict

COMPARED = ("files", "packages", "configuration")
"""What is compared so far. Whether the images behave the same is not."""


def compare_images(before: FoundImage, after: FoundImage, contents: Mapping[bytes, bytes]) -> ImageDiff:
    """Everything that differs; `contents` are the package databases that were kept while the images were read.

    Raises ImageError for layers that no engine could unpack.
    """
    one, two = _look(before, contents), _look(after, contents)
    packages = compare_packages(one.read.packages, two.read.packages)
    config = compare_config(before.config, after.config)
    workdirs = [image.config.config.working_dir for image in (before, after) if image.config.config]
    causes = Causes(one.read.packages, two.read.packages, packages, workdirs)
    files = tuple(causes.explain(tuple(compare_files(one.files, two.files))))
    unread = [f"{side}: /{path}" for side, seen in (("A", one), ("B", two)) for path in seen.read.unread]
    shown = tuple(map(_printable, files))
    return ImageDiff(
        verdict=Verdict.DIFFERS if files or packages or config else Verdict.SAME,
        compared=COMPARED,
        before=_side(before, one),
        after=_side(after, two),
        causes=sum_causes(shown),
        packages=packages,
        config=config,
        unread=tuple(map(_text, unread)),
        files=shown,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    files: FileSystem
    read: Reading


def _look(image: FoundImage, contents: Mapping[bytes, bytes]) -> _Seen:
    files = flatten(image.layers)
    return _Seen(files, read_packages(files, contents))


def _side(image: FoundImage, seen: _Seen) -> ImageSide:
    return ImageSide(
        name=image.name,
        source=image.source,
        platform=image.config.platform,
        layers=len(image.layers),
        bytes=sum(layer.size for layer in image.layers),
        seen_bytes=stored_bytes(seen.files),
        blob_bytes=sum(layer.blob_bytes for layer in image.layers) if image.compressed else None,
        paths=len(seen.files),
        packages=len(seen.read.packages),
    )


def _printable(change: FileChange) -> FileChange:
    """Names are bytes; those that are no UTF-8 are written with escapes from here on."""
    path = _text(change.path)
    if path == change.path and not (_has_target(change.before) or _has_target(change.after)):
        return change
    return replace(change, path=path, before=_told(change.before), after=_told(change.after))


def _has_target(facts: FileFacts | None) -> bool:
    return facts is not None and facts.target != ""


def _told(facts: FileFacts | None) -> FileFacts | None:
    return replace(facts, target=_text(facts.target)) if facts is not None and facts.target else facts


def _text(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
