"""A service's Dockerfile as the plan needs it: which stage, which images from elsewhere, which frontend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.syntax import Dockerfile
from bakehouse.errors import DockerfileError, UsageError, WorkspaceError
from bakehouse.model.service import Service
from bakehouse.workspace.recipe import read_recipe


@dataclass(frozen=True, slots=True)
class Reading:
    """`external` are the images (or named contexts) that the chosen stage takes, as the file names them.

    `path` and `context` are absolute; `stage` is None for the last stage; `syntax` is the frontend's image.
    """

    service: Service
    path: Path
    context: Path
    stage: str | None
    tree: Dockerfile
    external: tuple[str, ...]
    syntax: str | None


def read(root: Path, service: Service, variant: str) -> Reading:
    """Read and check the Dockerfile of a service for a variant.

    Raises DockerfileError for a file that is missing, unreadable or refused by BuildKit's grammar,
    WorkspaceError for a context that does not exist, UsageError for a stage that is not in the file.
    """
    assert service.dockerfile is not None
    path = root / service.dockerfile
    tree = parse(_bytes(path, service), service.dockerfile).require_valid()
    context = (root / service.context).resolve()
    if not context.is_dir():
        raise WorkspaceError(
            f"the build context of {service.name}, {service.context}, is not a directory",
            path=_told_by(service),
            hint="correct `context` there, or set it in bakehouse.toml",
        )
    stage = service.variants.get(variant, service.target)
    recipe = read_recipe(tree.data.decode("utf-8", "replace"), service.args)
    if not recipe.stages:
        raise DockerfileError("there is no FROM", path=service.dockerfile, hint="begin with FROM and a base image")
    if stage is not None and recipe.find(stage) is None:
        have = ", ".join(recipe.names)
        raise UsageError(
            f"{service.name}: there is no stage {stage} in {service.dockerfile}", hint=f"stages there: {have}"
        )
    outside = recipe.outside(recipe.reachable([stage]))
    references = tuple(dict.fromkeys(o.reference for o in outside))
    for found in outside:
        if "$" in found.reference or not found.reference:
            raise DockerfileError(
                f"the base image of stage {found.stage} depends on a build argument without a value: "
                f"{found.reference or '(empty)'}",
                path=service.dockerfile,
                line=found.line,
                hint=f"give the ARG a default, or set it in [services.{service.name}] args",
            )
    return Reading(service, path, context, stage, tree, references, tree.frontend)


def _bytes(path: Path, service: Service) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DockerfileError(
            f"the Dockerfile of {service.name} cannot be read: {error.strerror}",
            path=service.dockerfile,
            hint=f"it is named by {_told_by(service)}: correct it there, or restore the file",
        ) from None


def _told_by(service: Service) -> str | None:
    for origin in service.origins:
        return f"{origin.path}:{origin.line}" if origin.line else origin.path
    return service.dockerfile
