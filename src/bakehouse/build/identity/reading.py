"""Demands of subjects, read from their Dockerfiles; remembered by content, since thousands of files seldom change.

Enter subjects and a file source; leave for each platform of a subject its `Demand`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from bakehouse import __version__
from bakehouse.build.identity import kept
from bakehouse.build.identity.demand import Demand, read_demand
from bakehouse.build.identity.subject import Subject
from bakehouse.dockerfile.meaning import interpret
from bakehouse.dockerfile.parser import parse
from bakehouse.dockerfile.stages import BuildInputs
from bakehouse.errors import DockerfileError
from bakehouse.model.file_source import FileSource
from bakehouse.model.identity import FORMAT
from bakehouse.workspace.dockerfiles import MACHINE_PLATFORM

_FORMAT = f"demands {__version__} {FORMAT}.6"
_MOST_KEPT = 50_000


class Demands:
    """Demands by the digest of everything they are read from, kept in `store` between runs (None: not kept)."""

    def __init__(self, store: Path | None = None) -> None:
        self._store = store
        self._known = (kept.load(store, _FORMAT, dict[bytes, Demand]) if store is not None else None) or {}
        self._used: dict[bytes, Demand] = {}

    def of(self, subject: Subject, files: FileSource, data: bytes | None = None) -> dict[str, Demand]:
        """Platform -> demand. Raises DockerfileError for a file that is missing or that BuildKit refuses."""
        if data is None:
            data = read_dockerfile(subject, files)
        return {platform: self._of(subject, data, platform) for platform in subject.platforms or (MACHINE_PLATFORM,)}

    def _of(self, subject: Subject, data: bytes, platform: str) -> Demand:
        key = _key(subject, data, platform)
        found = self._used.get(key) or self._known.get(key)
        if found is None:
            tree = parse(data, subject.dockerfile).require_valid()
            inputs = BuildInputs(
                args=_args(subject, platform),
                target=subject.stage,
                platform=platform,
                build_platform=MACHINE_PLATFORM,
                contexts=frozenset(subject.contexts),
            )
            found = read_demand(interpret(tree, inputs), platform)
        self._used[key] = found
        return found

    def save(self) -> None:
        """Keep what was used, and of the rest as much as there is room for. Failing costs only time."""
        fresh = self._used.keys() - self._known.keys()
        if self._store is None or not fresh:
            return
        both = dict(self._used)
        for key, value in self._known.items():
            if len(both) >= _MOST_KEPT:
                break
            both.setdefault(key, value)
        kept.save(self._store, _FORMAT, both)


def read_dockerfile(subject: Subject, files: FileSource) -> bytes:
    """The bytes of a subject's Dockerfile. Raises DockerfileError."""
    try:
        return files.read(subject.dockerfile)
    except OSError as error:
        reason = error.strerror or "it is not there"
        raise DockerfileError(
            f"the Dockerfile of {subject.service} cannot be read: {reason}",
            path=subject.dockerfile,
            hint="restore the file, or correct where it is named",
        ) from None


def _args(subject: Subject, platform: str) -> dict[str, str]:
    """The arguments of one platform."""
    return {**subject.args, **subject.platform_args.get(platform, {})}


def _key(subject: Subject, data: bytes, platform: str) -> bytes:
    whole = hashlib.sha256(data)
    about: Mapping[str, object] = {
        "args": dict(sorted(_args(subject, platform).items())),
        "stage": subject.stage,
        "platform": platform,
        "machine": MACHINE_PLATFORM,
        "contexts": sorted(subject.contexts),
    }
    whole.update(msgspec.json.encode(about))
    return whole.digest()
