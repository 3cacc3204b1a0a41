"""Files replaced together: enter paths with their new bytes, leave all of them written, or none.

Every file is first written beside its old one, which finds out whether the disk has room and the directory may be
written; only then do the new ones take the places of the old ones, each in one step. A mode and a symbolic link stay.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from bakehouse.errors import UsageError

_USERS_MISTAKES = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL})


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Put new bytes in the place of each file; what reads one sees the old bytes or the new ones.

    Raises UsageError where a path cannot be one of a file, OSError where the disk refuses (full, read-only).
    """
    ready: dict[Path, Path] = {}
    try:
        for path, data in contents.items():
            real = path.resolve()
            try:
                ready[real] = _written_beside(real, data)
            except OSError as error:
                if error.errno in _USERS_MISTAKES:
                    raise UsageError(f"cannot be written: {error.strerror}", path=str(path)) from None
                raise OSError(error.errno, error.strerror, str(path)) from None
        for real, temporary in ready.items():
            temporary.replace(real)
    except BaseException:
        _remove(ready.values())
        raise


def _written_beside(real: Path, data: bytes) -> Path:
    """A file beside `real` with `data` and the mode that it is to have. Raises OSError and leaves nothing."""
    if real.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    there = real.exists()
    if there and not os.access(real, os.W_OK):  # a directory that may be written would let us, its owner does not
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    handle, name = tempfile.mkstemp(prefix=f".{real.name[:100]}.", dir=real.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        temporary.chmod(real.stat().st_mode & 0o7777 if there else 0o666 & ~_umask())
    except BaseException:
        _remove([temporary])
        raise
    return temporary


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
