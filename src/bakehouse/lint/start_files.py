"""The files of the context that start an image: what ENTRYPOINT or CMD names first, and where it comes from.

Enter a build; leave a `StartFile` for each of its images, where the file is a script or program of the context.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from bakehouse.dockerfile.mounts import clean_path
from bakehouse.dockerfile.syntax import Word
from bakehouse.lint.contexts import Build
from bakehouse.lint.placed_files import Placed, chain, file_at

_INTERPRETERS = frozenset({"tini", "dumb-init", "/sbin/tini", "/usr/bin/tini", "/usr/bin/dumb-init", "--"})


class StartFile(NamedTuple):
    """`word` names the file in ENTRYPOINT or CMD, `path` is its place in the image."""

    word: Word
    path: str
    placed: Placed


def start_files(build: Build) -> Iterator[StartFile]:
    """The start files of the images that are built from the Dockerfile, each word once."""
    seen: set[int] = set()
    for product in build.subject.products:
        stage = build.view.meaning.stages[product.stage.index]
        steps = chain(build, stage)
        last = {step.instruction.name: step for step in steps if step.instruction.name in ("ENTRYPOINT", "CMD")}
        step = last.get("ENTRYPOINT") or last.get("CMD")
        if step is None or not step.instruction.is_json:
            continue
        word = next((w for w in step.instruction.words if w.text not in _INTERPRETERS), None)
        if word is None or "/" not in word.text or "$" in word.text or word.span.start in seen:
            continue
        if not word.text.startswith("/") and stage.end.workdir is None:
            continue
        path = clean_path(posixpath.join("/", stage.end.workdir or "/", word.text))
        placed = file_at(build, stage, path)
        if placed is not None:
            seen.add(word.span.start)
            yield StartFile(word, path, placed)
