"""Everything the linter was given, together: subjects, services, and the files around them.

Files are read through `read`, which knows what fixes have changed so far in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bakehouse.config import Config
from bakehouse.lint.subject import Subject
from bakehouse.model.service import Service, Workspace


class Repo:
    """The workspace and its subjects by path. `workspace` is None where only single files were given."""

    def __init__(self, root: Path, config: Config, workspace: Workspace | None = None) -> None:
        self.root = root
        self.config = config
        self.workspace = workspace
        self.subjects: dict[str, Subject] = {}
        self._changed: dict[str, bytes] = {}

    def services_of(self, path: str) -> tuple[Service, ...]:
        """The services that are built from the Dockerfile at `path`."""
        services = self.workspace.services if self.workspace else ()
        return tuple(service for service in services if service.dockerfile == path)

    def add(self, path: str, data: bytes) -> Subject:
        """Take a Dockerfile in, or again after a change."""
        subject = Subject(path, data, self.config.lint, self.services_of(path), self)
        self.subjects[path] = subject
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
        if path in self.subjects:
            self.add(path, data)

    @property
    def changed(self) -> Mapping[str, bytes]:
        """What `change` was told, by path."""
        return self._changed
