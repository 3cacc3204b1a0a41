"""The builds of a repository with their contexts: what rules about contexts, ignore files and manifests look at.

Enter subjects, services and their files; leave a `Build` for each service. Directories are read when a rule asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from bakehouse.dockerfile.ignore import IgnoreFileError
from bakehouse.dockerfile.meaning import Meaning, interpret
from bakehouse.dockerfile.sources import Source
from bakehouse.dockerfile.stages import BuildInputs
from bakehouse.dockerfile.state import Step
from bakehouse.lint.subject import Run, Subject
from bakehouse.model.file_source import EntryKind, FileSource
from bakehouse.model.service import Service
from bakehouse.workspace.context_selection import Taken
from bakehouse.workspace.context_view import ContextView, view_context

_PRODUCTS = frozenset({
    "dist", "build", "target", "out", "bin", "obj", "publish", "release", "debug", "_output", "output", "artifacts",
    ".next", "node_modules", "vendor", "public", "wheels", "dependencies", "layers", "binaries", "generated", "gen",
})  # fmt: skip
_PRODUCT_ENDS = (
    ".jar", ".war", ".ear", ".whl", ".tgz", ".tar.gz", ".tar", ".zip", ".deb", ".rpm", ".exe", ".so", ".bin",
)  # fmt: skip


class Build:
    """One service with its Dockerfile and its context."""

    def __init__(self, service: Service, subject: Subject, view: ContextView) -> None:
        self.service = service
        self.subject = subject
        self.view = view

    @property
    def certain(self) -> bool:
        """Whether somebody said what the context is (compose or bakehouse.toml), so that it was not inferred."""
        return any(origin.what in ("compose", "bakehouse.toml") for origin in self.service.origins)

    @property
    def taken(self) -> tuple[Taken, ...]:
        """What each COPY, ADD and bind mount of any stage takes out of the context."""
        return self.view.taken_by_any_stage

    @cached_property
    def wide(self) -> tuple[Taken, ...]:
        """The sources that take the whole context: `COPY . .`."""
        return tuple(taken for taken in self.taken if "." in taken.matches and not taken.whole)

    def outer(self, path: str) -> str:
        """A path of the context as a workspace-relative one."""
        return self.view.tree.outer(path)

    def taken_before(self, run: Run) -> Iterator[Taken]:
        """What the stage of a RUN has taken out of the context before it, its base stages' and its mounts too."""
        stages = self.view.meaning.stages
        index: int | None = run.stage.stage.index
        wanted: list[Step] = []
        while index is not None:
            steps = stages[index].steps
            if index == run.stage.stage.index:
                at = next(n for n, step in enumerate(steps) if step.instruction.code == run.instruction.code)
                steps = steps[: at + 1]
            wanted += steps
            index = stages[index].stage.origin.stage
        starts = {step.instruction.code.start for step in wanted}
        return (taken for taken in self.taken if taken.source.instruction.code.start in starts)

    def has_file(self, path: str) -> bool:
        """Whether the context's directory has a file of that name, ignored or not."""
        node = self.view.tree.node(path)
        return node is not None and node.entry.kind in (EntryKind.FILE, EntryKind.LINK)


def make_builds(subjects: Mapping[str, Subject], services: tuple[Service, ...], files: FileSource) -> tuple[Build, ...]:
    """The builds of all services whose Dockerfile is among the subjects and whose context can be read."""
    builds = []
    for service in services:
        subject = subjects.get(service.dockerfile or "")
        if subject is None or subject.tree.errors or not subject.stages:
            continue
        try:
            view = view_context(files, subject.path, service.context, _meaning(subject, service))
        except (IgnoreFileError, OSError):  # a rule of its own tells of an ignore file that BuildKit refuses
            continue
        builds.append(Build(service, subject, view))
    return tuple(builds)


def _meaning(subject: Subject, service: Service) -> Meaning:
    """The Dockerfile as this service builds it."""
    known = subject.meaning.graph.target(service.target) is not None
    inputs = BuildInputs(
        args=dict(service.args),
        target=service.target if known else None,
        contexts=frozenset(service.contexts),
    )
    return interpret(subject.tree, inputs)


def is_build_product(source: Source) -> bool:
    """Whether a COPY source reads like something that is made before the build, so that no checkout has it."""
    path = source.path.lower()
    return not _PRODUCTS.isdisjoint(path.strip("./").split("/")) or path.endswith(_PRODUCT_ENDS)
