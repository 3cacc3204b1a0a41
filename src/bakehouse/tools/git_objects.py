"""Bytes out of git: finished commands whose output is no text, and one process that gives object after object.

In: argv of `tools.git`. Out: bytes. Raises ToolError with git's own words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from bakehouse.errors import ToolError
from bakehouse.tools import git
from bakehouse.tools.run import Completed, Running, failure, start

_CHUNK = 1 << 20


def output(argv: tuple[str, ...]) -> bytes:
    """What a git command writes to stdout. Raises ToolError where it fails, ToolMissingError without git."""
    with start(argv) as process:
        errors: list[bytes] = []
        reader = process.drain(2, errors.append)
        data = b"".join(process.chunks(1, _CHUNK))
        code = process.wait()
        reader.join()
    if code != 0:
        raise failure(Completed(argv, code, "", b"".join(errors).decode("utf-8", "replace")))
    return data


class Objects:
    """`git cat-file --batch` of one repository, started when it is first asked. Use as a context manager."""

    def __init__(self, root: Path) -> None:
        self._argv = git.blobs(root)
        self._process: Running | None = None

    def __enter__(self) -> Objects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.popen.stdin is not None:
            self._process.popen.stdin.close()
            self._process.__exit__(kind, value, trace)
            self._process = None

    def read(self, name: str) -> bytes:
        """The bytes of an object. Raises ToolError where the repository lacks it (a shallow or partial clone)."""
        return b"".join(self._chunks(name))

    def digest(self, name: str, most: int) -> tuple[str, bytes | None]:
        """`sha256:...` of an object's bytes, which are never all in memory; and the bytes, if at most `most`."""
        whole, parts, size = hashlib.sha256(), [], 0
        for chunk in self._chunks(name):
            whole.update(chunk)
            size += len(chunk)
            if size <= most:
                parts.append(chunk)
        return f"sha256:{whole.hexdigest()}", b"".join(parts) if size <= most else None

    def _chunks(self, name: str) -> Iterator[bytes]:
        if self._process is None:
            self._process = start(self._argv, stdin=True)
            self._process.drain(2, lambda _: None)
        popen = self._process.popen
        assert popen.stdin is not None
        assert popen.stdout is not None
        popen.stdin.write(name.encode() + b"\n")
        popen.stdin.flush()
        head = popen.stdout.readline().split()
        if len(head) != 3:
            raise ToolError(
                f"git has no object {name}", command=self._argv, returncode=0,
                hint="a shallow or partial clone lacks it: git fetch --unshallow, or fetch that revision",
            )  # fmt: skip
        left = int(head[2])
        while left:
            data = popen.stdout.read(min(left, _CHUNK))
            if not data:
                raise ToolError("git cat-file ended early", command=self._argv, returncode=-1)
            left -= len(data)
            yield data
        popen.stdout.read(1)
