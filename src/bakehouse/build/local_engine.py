"""This machine's own engine, asked during a run: does it still answer, and how large are the images it keeps?"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bakehouse.errors import EngineError, ToolError
from bakehouse.model.plan import Target
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


def image_sizes(targets: Sequence[Target]) -> dict[str, int]:
    """Target -> bytes of its image in the engine's store; those that are not there are left out."""
    tagged = [t for t in targets if t.tags]
    if not tagged:
        return {}
    done = run(docker.image_inspect([t.tags[0] for t in tagged]), check=False, timeout=60)
    try:
        images = json.loads(done.stdout or "[]")
    except json.JSONDecodeError:
        return {}
    by_tag = {tag: image.get("Size") for image in images for tag in image.get("RepoTags") or ()}
    sizes = {t.id: by_tag.get(t.tags[0]) for t in tagged}
    return {name: int(size) for name, size in sizes.items() if size is not None}
