"""The repository at a revision of git, and its work tree as git sees it, both as trees of files."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bakehouse.errors import UsageError
from bakehouse.tools import git
from bakehouse.tools.git_objects import Objects, output
from bakehouse.tools.run import run
from bakehouse.workspace import lfs
from bakehouse.workspace.git_tree import GitFile, GitTree, parse_changes, parse_tree, paths_of

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Revisions:
    """A revision (`before`) and the work tree as git sees it (`after`); `changed` are the paths that differ."""

    before: GitTree
    after: GitTree
    changed: tuple[str, ...]


def commit_of(root: Path, revision: str) -> str:
    """The commit that a revision names. Raises UsageError where it names none, or `root` is in no repository."""
    done = run(git.commit(root, revision), check=False, timeout=30)
    if done.returncode == 0:
        return done.stdout.strip()
    if run(git.revision(root), check=False, timeout=30).returncode == 128 and "not a git" in done.stderr:
        raise UsageError(f"{root} is in no git repository", hint="revisions need one; without it name files: --files")
    raise UsageError(
        f"there is no revision {revision} here",
        hint="give a commit, branch or tag; in a shallow clone fetch it first: git fetch --depth=1 origin REV",
    )


@contextmanager
def at_revision(root: Path, revision: str, digests: dict[str, str] | None = None) -> Iterator[GitTree]:
    """The files of a revision, read without a checkout. `digests` (object -> sha256) is filled as files are read.

    A pointer of Git LFS counts as the file it stands for.
    """
    commit = commit_of(root, revision)
    known = digests if digests is not None else {}
    with Objects(root) as objects:

        def digest(_: str, file: GitFile) -> str:
            found = known.get(file.object)
            if found is None:
                found = known[file.object] = _content(objects, file.object)
            return found

        files = parse_tree(output(git.list_tree(root, commit)))
        yield GitTree(files, lambda _, file: objects.read(file.object), digest)


def _content(objects: Objects, name: str) -> str:
    digest, small = objects.digest(name, max(lfs.POINTER_BYTES))
    return (lfs.pointed_at(small) if small is not None else None) or digest


@contextmanager
def since(root: Path, revision: str) -> Iterator[Revisions]:
    """A revision beside the work tree: tracked files, and new ones that git does not ignore."""
    commit = commit_of(root, revision)
    commands = (git.list_tree(root, commit), git.changes(root, commit), git.untracked(root))
    with ThreadPoolExecutor(max_workers=3) as pool:
        listing, differing, new = pool.map(output, commands)
    files = parse_tree(listing)
    changes = parse_changes(differing)
    after: dict[str, GitFile | None] = {path: change.after for path, change in changes.items()}
    after |= {path: GitFile("100644", "0") for path in paths_of(new)}
    long_names = any(len(file.object) == 64 for file in files.values())
    hashed = {path.rstrip("/"): _as_it_is(root, path, file, sha256=long_names) for path, file in after.items()}
    changed = tuple(path for path, file in hashed.items() if files.get(path) != file)
    with Objects(root) as objects:

        def read_before(path: str, file: GitFile) -> bytes:
            return objects.read(file.object) if path in hashed else _from_disk(root, path, file, objects)

        def read_after(path: str, file: GitFile) -> bytes:
            return _from_disk(root, path, file, objects)

        before = GitTree(files, read_before)
        yield Revisions(before, before.with_changes(hashed, read_after) if hashed else before, changed)


def _from_disk(root: Path, path: str, file: GitFile, objects: Objects) -> bytes:
    """A file that the work tree has as git does; where a sparse checkout left it out, git gives it."""
    try:
        place = root / path
        return os.fsencode(place.readlink()) if file.mode == "120000" else place.read_bytes()
    except OSError:
        if not file.object.strip("0"):
            raise
        return objects.read(file.object)


def _as_it_is(root: Path, path: str, file: GitFile | None, *, sha256: bool) -> GitFile | None:
    """A changed file with the object name that git would give its content; None where it is gone.

    A submodule that changed keeps what git says of it; a repository inside that is none counts as one.
    """
    if file is None or file.mode == "160000":
        return file
    if path.endswith("/"):
        return GitFile("160000", "a repository inside that git does not track")
    place = root / path
    try:
        found = place.lstat()
        if stat.S_ISLNK(found.st_mode):
            data = os.fsencode(place.readlink())
            return GitFile("120000", _blob_name(len(data), [data], sha256=sha256))
        mode = "100755" if found.st_mode & 0o100 else "100644"
        with place.open("rb", buffering=0) as opened:
            chunks = iter(lambda: opened.read(_CHUNK), b"")
            return GitFile(mode, _blob_name(found.st_size, chunks, sha256=sha256))
    except FileNotFoundError:
        return file if file.object.strip("0") else None  # left out by a sparse checkout, or gone meanwhile
    except OSError as error:
        return GitFile(file.mode, f"unreadable: {error.strerror}")


def _blob_name(size: int, chunks: Iterator[bytes] | list[bytes], *, sha256: bool) -> str:
    """git's name for a blob: a hash over `blob SIZE NUL` and the bytes."""
    whole = hashlib.sha256() if sha256 else hashlib.sha1(usedforsecurity=False)
    whole.update(b"blob %d\0" % size)
    for chunk in chunks:
        whole.update(chunk)
    return whole.hexdigest()
