"""Differences of files and both images' packages go in; the same comes out with the cause of each."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bakehouse.image.packages import Package
from bakehouse.migrate.build_tools import is_build_tool
from bakehouse.migrate.compare_files import Difference
from bakehouse.migrate.owners import Owners
from bakehouse.migrate.path_causes import is_configuration, plain_cause, weak_cause
from bakehouse.model.image_diff import Cause, FileChange, How, PackageChange

_SOURCE_PLACES = ("app", "srv", "src", "usr/src", "opt", "workspace", "code", "home")
"""Where images keep what is their own, besides their working directory."""

_MOST_LINKS = 4
"""/usr/bin/cc is a link to /etc/alternatives/cc, which is one to /usr/bin/gcc, which is one to /usr/bin/gcc-14."""


class Causes:
    """Knows what a difference comes from.

    `workdirs` are the working directories of the images, whose content is the application's.
    """

    def __init__(
        self,
        before: Sequence[Package],
        after: Sequence[Package],
        changes: Iterable[PackageChange],
        workdirs: Iterable[str],
    ) -> None:
        self._before, self._after = Owners(before), Owners(after)
        self._changes = {(change.ecosystem, change.name): change for change in changes}
        own = {place.strip("/") for place in workdirs} | set(_SOURCE_PLACES)
        self._own = tuple(sorted(place for place in own if place))

    def explain(self, differences: Sequence[Difference]) -> Iterator[FileChange]:
        """Each difference with its cause, and the package it belongs to."""
        links = {found.path: target for found in differences if (target := _target(found))}
        for found in differences:
            owner = self._owner(found, links)
            yield FileChange(
                path=found.path,
                how=found.how,
                cause=self._cause(found, owner),
                aspects=found.aspects,
                package=f"{owner.ecosystem} {owner.name}" if owner is not None else None,
                before=found.before,
                after=found.after,
            )

    def _owner(self, found: Difference, links: Mapping[str, str]) -> Package | None:
        """The package of a path; for a link that nobody owns (Debian's alternatives), of the file it leads to."""
        facts = found.after or found.before
        if found.how is How.CHANGED and facts is not None and facts.type == "directory":
            return None  # several packages may have it: none of them explains a new mode or owner
        sides = {How.ADDED: (self._after,), How.REMOVED: (self._before,)}.get(found.how, (self._after, self._before))
        path = found.path
        for _ in range(_MOST_LINKS):
            for side in sides:
                if (owner := side.of(path)) is not None:
                    return owner
            if path not in links:
                break
            path = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), links[path])).strip("/")
        return None

    def _cause(self, found: Difference, owner: Package | None) -> Cause:
        path = found.path
        cause = plain_cause(path)
        if cause is None and owner is not None:
            cause = self._package_cause(owner)
        cause = cause or weak_cause(path)
        if cause is not None:
            return cause
        if owner is not None and not is_configuration(path):
            return Cause.ALTERED
        if any(path == place or path.startswith(f"{place}/") for place in self._own):
            return Cause.SOURCE
        return Cause.CONFIGURATION if is_configuration(path) else Cause.OTHER

    def _package_cause(self, owner: Package) -> Cause | None:
        """What happened to a package; None where it is the same in both images."""
        change = self._changes.get((owner.ecosystem, owner.name))
        if change is None:
            return None
        if is_build_tool(owner.ecosystem, owner.name) and change.how is not How.MOVED:
            return Cause.BUILD_TOOL
        by_how = {How.ADDED: Cause.DEPENDENCY_NEW, How.REMOVED: Cause.DEPENDENCY_GONE}
        return by_how.get(change.how, Cause.MOVED)


def _target(found: Difference) -> str:
    """Where a link that came or went leads; empty for all else."""
    facts = found.after or found.before
    return facts.target if facts is not None and found.how is not How.CHANGED else ""
