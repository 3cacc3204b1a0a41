"""This machine's own engine, asked during a run: does it still answer, and how large are the images it keeps?"""

from __future__ import annotations

import json
from collections.abc import Mapping

from bakehouse.errors import EngineError, ToolError
from bakehouse.tools import docker
from bakehouse.tools.run import run


def require(message: str) -> None:
    """Raise EngineError, with what a failed build said, where the engine does not answer any more."""
    try:
        run(docker.info(), timeout=20)
    except ToolError as error:
        raise EngineError(
            f"the container engine went away in mid-build: {message or error.message}",
            hint="start it again (scripts/engine up, or your Docker) and run bakehouse doctor; then build again: "
            "finished steps are cached",
        ) from None


def image_sizes(tags: Mapping[str, str]) -> dict[str, int]:
    """Target -> bytes of the image its tag names in the engine's store; those that are not there are left out."""
    if not tags:
        return {}
    done = run(docker.image_inspect(list(tags.values())), check=False, timeout=60)
    try:
        images = json.loads(done.stdout or "[]")
    except json.JSONDecodeError:
        return {}
    by_tag = {tag: image.get("Size") for image in images for tag in image.get("RepoTags") or ()}
    sizes = {name: by_tag.get(tag) for name, tag in tags.items()}
    return {name: int(size) for name, size in sizes.items() if size is not None}
