"""Scans remembered by everything they depend on: a tree of git that was scanned before is not scanned again.

A scan depends on the names of all files, on the content of those it reads, on the configuration, and on the
variables that compose files may take from the environment. Enter those; leave the `Workspace`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from bakehouse import __version__
from bakehouse.config import Config
from bakehouse.model.service import Library, Notice, Service, Workspace
from bakehouse.workspace.discover import discover
from bakehouse.workspace.git_tree import GitTree
from bakehouse.workspace.manifests import ecosystem_of
from bakehouse.workspace.naming import FileRole, role

MOST_KEPT = 4
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")


class _Kept(msgspec.Struct, frozen=True):
    """A workspace without its root, which may have moved."""

    name: str
    services: tuple[Service, ...]
    libraries: tuple[Library, ...]
    compose_files: tuple[str, ...]
    notices: tuple[Notice, ...]
    config_file: str | None


class ScanMemory:
    """Scans in `directory`, a file each; the newest few are kept."""

    def __init__(self, directory: Path, env: Mapping[str, str] = os.environ) -> None:
        self._directory = directory
        self._env = env
        self._last: tuple[str, Workspace] | None = None

    def scan(self, root: Path, config: Config, tree: GitTree) -> Workspace:
        """The workspace of a tree. Raises what `discover` raises, which is not remembered."""
        key = self._key(config, tree)
        if self._last is None or self._last[0] != key:
            found = self._load(key, root)
            if found is None:
                found = discover(root, config, tree)
                self._save(key, found)
            self._last = key, found
        return self._last[1]

    def is_like(self, former: GitTree, tree: GitTree, changed: Iterable[str]) -> bool:
        """Whether scans of both trees must give the same: only contents differ that no scan reads."""
        if any(_is_read(path[path.rfind("/") + 1 :]) for path in tree.links):
            return False  # what a scan reads may lie behind a link, under another name
        for path in changed:
            was, now = former.files.get(path), tree.files.get(path)
            if was is None or now is None or was.mode != now.mode or _is_read(path[path.rfind("/") + 1 :]):
                return False
        return True

    def _key(self, config: Config, tree: GitTree) -> str:
        whole = hashlib.sha256(f"{__version__}\n".encode())
        whole.update(msgspec.json.encode(config))
        whole.update("\0".join(tree.files).encode("utf-8", "surrogateescape"))
        roles: dict[str, bool] = {}
        names: set[bytes] = set()
        for path, file in tree.files.items():
            name = path[path.rfind("/") + 1 :]
            reads = roles.get(name)
            if reads is None:
                reads = roles[name] = _is_read(name)
            if reads or file.mode in ("120000", "160000"):
                whole.update(f"\0{path}\0{file.mode} {file.object}".encode("utf-8", "surrogateescape"))
                if reads and file.mode == "120000":
                    whole.update(f"\0{tree.behind(path)}".encode("utf-8", "surrogateescape"))
                if role(name) is FileRole.COMPOSE:
                    names |= _words(tree, path)
        for name in sorted(n for n in self._env if n.encode() in names):
            whole.update(f"\0{name}={self._env[name]}".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()

    def _load(self, key: str, root: Path) -> Workspace | None:
        try:
            kept = msgspec.msgpack.decode((self._directory / key).read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError):
            return None
        return Workspace(root=root.resolve(), **msgspec.structs.asdict(kept))

    def _save(self, key: str, found: Workspace) -> None:
        """In one step; where that fails, or a name has no text form, the next scan takes its time."""
        fields = {f.name: getattr(found, f.name) for f in dataclasses.fields(found) if f.name != "root"}
        place = self._directory / key
        try:
            body = msgspec.msgpack.encode(_Kept(**fields))
            self._directory.mkdir(exist_ok=True)
            temporary = place.with_name(f"{key}.{os.getpid()}")
            temporary.write_bytes(body)
            temporary.replace(place)
            for old in sorted(self._files(), reverse=True)[MOST_KEPT:]:
                old[1].unlink(missing_ok=True)
        except (OSError, UnicodeEncodeError, msgspec.MsgspecError):
            return

    def _files(self) -> Iterator[tuple[float, Path]]:
        return ((path.stat().st_mtime, path) for path in self._directory.iterdir())


def _is_read(name: str) -> bool:
    """Whether a scan reads the content of files of that name."""
    return name == ".env" or role(name) is not FileRole.OTHER or ecosystem_of(name) is not None


def _words(tree: GitTree, path: str) -> set[bytes]:
    """All words of a file: whatever variable it may name is among them."""
    try:
        return set(_WORD.findall(tree.read(path)))
    except OSError:
        return set()
