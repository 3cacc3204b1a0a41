"""The services of compose files as rules see them: the YAML of each, and the build it belongs to.

Enter a Repo; leave `ComposeEntry`s. Files that cannot be read are left out: the scan tells of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bakehouse.dockerfile.syntax import Span
from bakehouse.errors import BakehouseError
from bakehouse.lint.contexts import Build
from bakehouse.lint.ignore_lines import line_span
from bakehouse.lint.repo import Repo
from bakehouse.workspace.yaml_nodes import Value, parse_yaml


@dataclass(frozen=True, slots=True)
class ComposeEntry:
    """One service of one compose file. `build` is what it builds, None where it only runs an image."""

    path: str
    name: str
    line: int
    value: Value
    data: bytes
    build: Build | None

    def span(self, line: int | None = None) -> Span:
        """The bytes of a line of the file, else of the service's own."""
        return line_span(self.data, line or self.line)

    def build_part(self, key: str) -> Value | None:
        """The value of a key below `build`."""
        build = self.value.get("build")
        return build.get(key) if build is not None else None


def compose_entries(repo: Repo) -> tuple[ComposeEntry, ...]:
    """The services of all compose files of the workspace."""
    if repo.workspace is None:
        return ()
    builds = {
        (origin.path, origin.line): build
        for build in repo.builds
        for origin in build.service.origins
        if origin.what == "compose"
    }
    return tuple(entry for path in repo.workspace.compose_files for entry in _entries(repo, path, builds))


def _entries(repo: Repo, path: str, builds: dict[tuple[str, int | None], Build]) -> Iterator[ComposeEntry]:
    data = repo.read(path) or b""
    try:
        services = parse_yaml(data.decode("utf-8-sig", "replace"), path).get("services")
    except BakehouseError:
        return
    if services is None:
        return
    for name, value in services.mapping.items():
        line = services.key_lines.get(name, value.line)
        yield ComposeEntry(path, name, line, value, data, builds.get((path, line)))


def texts(value: Value | None) -> list[tuple[str, int]]:
    """The names in a list of scalars or mappings (`source`, `target`, `id`), or the keys of a mapping, with lines."""
    if value is None:
        return []
    found = [(key, value.key_lines.get(key, value.line)) for key in value.mapping]
    for item in value.items:
        if isinstance(item.data, str):
            found.append((item.data, item.line))
        else:
            name = item.text("target") or item.text("source") or item.text("id")
            found += [(name, item.line)] if name else []
    return found
