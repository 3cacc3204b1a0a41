"""Everything the linter was given, together: subjects, services, and the files around them.

Files are read through `read`, which knows what fixes have changed so far in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bakehouse.config import Config
from bakehouse.lint.contexts import Build, make_builds
from bakehouse.lint.overlay import Overlay
from bakehouse.lint.subject import Subject
from bakehouse.model.file_source import FileSource
from bakehouse.model.service import Service, Workspace
from bakehouse.workspace.work_tree import WorkTree


class Repo:
    """The workspace and its subjects by path. `workspace` is None where only single files were given."""

    def __init__(self, root: Path, config: Config, workspace: Workspace | None = None) -> None:
        self.root = root
        self.config = config
        self.workspace = workspace
        self.subjects: dict[str, Subject] = {}
        self._changed: dict[str, bytes] = {}
        self._tree = WorkTree(root)
        self._builds: tuple[Build, ...] | None = None

    @property
    def files(self) -> FileSource:
        """The workspace's files, as fixes have left them so far."""
        return Overlay(self._tree, self._changed) if self._changed else self._tree

    @property
    def builds(self) -> tuple[Build, ...]:
        """The services with their Dockerfiles and contexts; none where there is no workspace."""
        if self._builds is None:
            services = self.workspace.services if self.workspace else ()
            self._builds = make_builds(self.subjects, services, self.files)
        return self._builds

    def services_of(self, path: str) -> tuple[Service, ...]:
        """The services that are built from the Dockerfile at `path`."""
        services = self.workspace.services if self.workspace else ()
        return tuple(service for service in services if service.dockerfile == path)

    def add(self, path: str, data: bytes) -> Subject:
        """Take a Dockerfile in, or again after a change."""
        subject = Subject(path, data, self.config.lint, self.services_of(path), self)
        self.subjects[path] = subject
        self._builds = None
        return subject

    def read(self, path: str) -> bytes | None:
        """The bytes of any file of the workspace, as fixes have left it so far; None where there is none."""
        if path in self._changed:
            return self._changed[path]
        if path in self.subjects:
            return self.subjects[path].data
        try:
            return (self.root / path).read_bytes()
        except OSError:
            return None

    def change(self, path: str, data: bytes) -> None:
        """Let `read` and the subject of that path see new bytes. Nothing is written."""
        self._changed[path] = data
        self._builds = None
        if path in self.subjects:
            self.add(path, data)

    @property
    def changed(self) -> Mapping[str, bytes]:
        """What `change` was told, by path."""
        return self._changed
