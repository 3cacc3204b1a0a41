"""What the parts of a scan hand to each other: a service on its way, with the Dockerfile it was read from."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace

from bakehouse.config import Config
from bakehouse.model.service import Notice, Service
from bakehouse.workspace.dockerfiles import DockerfileSummary, context_paths, read_summary
from bakehouse.workspace.manifests.manifest import Manifest
from bakehouse.workspace.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`derived` is True where the name was made from a path, so that configuration may rename it."""

    service: Service
    summary: DockerfileSummary | None = None
    derived: bool = False

    @property
    def home(self) -> str:
        """The directory that is the service's own: the Dockerfile's, or the context where that is elsewhere."""
        context, dockerfile = self.service.context, self.service.dockerfile
        if dockerfile is None:
            return context
        directory = posixpath.dirname(dockerfile) or "."
        return directory if within(directory, context) else context

    def sources(self) -> tuple[tuple[str, int], ...]:
        """Paths that the service's images copy out of the context: (workspace-relative, line of the Dockerfile)."""
        if self.summary is None:
            return ()
        targets = {self.service.target, *self.service.variants.values()}
        written = context_paths(self.summary.reached(targets))
        base = self.service.context
        return tuple((posixpath.normpath(posixpath.join(base, path)), line) for path, line in written)


@dataclass(slots=True, kw_only=True)
class Scan:
    """One scan under way: what was read, and the notices so far."""

    tree: Tree
    config: Config
    notices: list[Notice] = field(default_factory=list)
    manifests: dict[str, list[Manifest]] = field(default_factory=dict)

    def warn(self, message: str, path: str, line: int | None = None, *, hint: str | None = None) -> None:
        """Remember something that the user should correct."""
        self.notices.append(Notice(message=message, path=path, line=line, hint=hint))

    def tell(self, message: str, path: str, line: int | None = None) -> None:
        """Remember something that is good to know."""
        self.notices.append(Notice(message=message, level="info", path=path, line=line))

    def read(self, draft: Draft) -> Draft:
        """The draft with its Dockerfile read. A warning where that cannot be; no Dockerfile where it has no stage."""
        service = draft.service
        assert service.dockerfile is not None
        origin = service.origins[0]
        try:
            data = self.tree.data(service.dockerfile)
        except OSError as error:
            hint = f"{origin.what} names it" if origin.path != service.dockerfile else None
            where, line = (origin.path, origin.line) if hint else (service.dockerfile, None)
            self.warn(f"{service.dockerfile} cannot be read: {error.strerror}", where, line, hint=hint)
            return draft  # a plan that wants it says where it is named; a scan goes on
        summary = read_summary(data, service.args, service.contexts)
        if not summary.stages:
            self.warn("has no FROM: no Dockerfile that could be built", service.dockerfile, 1)
            return replace(draft, service=replace(service, dockerfile=None))
        return replace(draft, summary=summary)


def within(path: str, directory: str) -> bool:
    """Whether a workspace-relative path is the directory or lies below it."""
    return directory in (".", path) or path.startswith(f"{directory}/")
