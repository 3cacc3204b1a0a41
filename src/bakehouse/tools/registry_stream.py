"""A blob of any size from a registry, piece by piece. In: reference and digest. Out: bytes as they come.

`registry_http.call` pushes pieces into a sink; who reads an archive pulls them. A thread and a short queue between the
two keep memory bounded and let the reader stop early.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

from bakehouse.errors import BakehouseError, RegistryError
from bakehouse.tools.reference import parse
from bakehouse.tools.registry_http import Answer, UnreachableError, call

BLOB_SECONDS = 3600.0
"""A layer of many gigabytes may take long; a registry that stalls for good does not hold us for ever."""

_PIECES = 64


class _StoppedError(OSError):
    """The reader wants no more."""


def blob_chunks(text: str, digest: str, *, timeout: float = BLOB_SECONDS) -> Iterator[bytes]:
    """The bytes of a blob of a repository; not checked: the reader has them all and knows the digest.

    Raises RegistryError where it is missing or the registry fails.
    """
    pieces: queue.Queue[bytes | BakehouseError | None] = queue.Queue(_PIECES)
    stopped = threading.Event()

    moved = 0

    def sink(piece: bytes) -> None:
        nonlocal moved
        moved += len(piece)
        while not stopped.is_set():
            try:
                return pieces.put(piece, timeout=0.5)
            except queue.Full:
                continue
        raise _StoppedError

    def fetch() -> None:
        reference = parse(text)
        end: BakehouseError | None = None
        try:
            answer = call(reference, f"blobs/{digest}", timeout=timeout, sink=sink)
            if answer is None:
                end = RegistryError(f"{reference.name} lacks {digest}, which its manifest names")
            elif moved < _promised(answer):  # urllib takes an early end for the end
                end = UnreachableError(f"{reference.registry} ended the connection in the middle of {digest[:19]}")
        except BakehouseError as error:
            end = error
        except Exception as error:  # the reader waits for an end, whatever happens here
            end = RegistryError(f"{digest[:19]} cannot be read from {reference.registry}: {error}")
        if not stopped.is_set():
            pieces.put(end)

    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    try:
        while (piece := pieces.get()) is not None:
            if isinstance(piece, BakehouseError):
                raise piece
            yield piece
    finally:
        stopped.set()


def _promised(answer: Answer) -> int:
    """How many bytes the answer said it would have; 0 where it said none, or nonsense."""
    text = answer.headers.get("Content-Length") or ""
    return int(text) if text.isdecimal() else 0
