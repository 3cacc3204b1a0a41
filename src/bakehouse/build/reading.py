"""A service's Dockerfile as the plan needs it: which stage, which images from elsewhere, which frontend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bakehouse.dockerfile.meaning import Meaning, interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.stages import OriginKind
from bakehouse.dockerfile.syntax import Dockerfile
from bakehouse.errors import DockerfileError, UsageError, WorkspaceError
from bakehouse.model.service import Service
from bakehouse.workspace.dockerfiles import inputs_of, outside, summary_of


@dataclass(frozen=True, slots=True)
class Reading:
    """`external` are the images (or named contexts) that the chosen stage takes, as the file names them.

    `path` and `context` are absolute; `stage` is None for the last stage; `syntax` is the frontend's image.
    `meaning` is the file under the service's own arguments and named contexts.
    """

    service: Service
    path: Path
    context: Path
    stage: str | None
    tree: Dockerfile
    meaning: Meaning
    external: tuple[str, ...]
    syntax: str | None


def read(root: Path, service: Service, variant: str, *, buildable: bool = True) -> Reading:
    """Read and check the Dockerfile of a service for a variant.

    Without `buildable` a base that only a missing argument would name, and whatever else stops only the build, is
    no error. Raises DockerfileError for a file that is missing, unreadable or refused by BuildKit's grammar,
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
    meaning = interpret(tree, inputs_of(service.args, service.contexts, stage))
    if meaning.target is None:
        have = ", ".join(summary_of(meaning).names)
        raise UsageError(
            f"{service.name}: there is no stage {stage} in {service.dockerfile}", hint=f"stages there: {have}"
        )
    if buildable:
        _require_buildable(meaning, service)
    references = tuple(found.reference for found in outside(summary_of(meaning).reached([stage])))
    return Reading(service, path, context, stage, tree, meaning, references, tree.frontend)


def _require_buildable(meaning: Meaning, service: Service) -> None:
    """Raise DockerfileError for what would stop the build although the grammar is right."""
    for found in meaning.graph.stages:
        written = found.from_.words[0].text
        if "$" in written and found.origin.kind is OriginKind.IMAGE and found.origin.image is None:
            raise DockerfileError(
                f"the base image of stage {found.label} depends on a build argument without a value: {written}",
                path=service.dockerfile,
                line=found.from_.start_line,
                hint=f"give the ARG a default, or set it in [services.{service.name}] args",
            )
    for problem in meaning.problems:
        hint = f"expected {problem.expected}" if problem.expected else None
        raise DockerfileError(problem.message, path=service.dockerfile, line=problem.line, hint=hint)


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
