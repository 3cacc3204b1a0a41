"""Compressed bytes in, plain bytes out: gzip, zstd or neither, told by the first bytes, as media types lie.

Memory stays bounded whatever comes in; how much may come out has a limit, so that a small blob cannot grow without end.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator

from bakehouse.errors import ImageError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
PIECE = 1 << 18
"""Bytes that one step may give out."""

LEAST_LIMIT = 4 << 30
MOST_LIMIT = 64 << 30
GROWTH = 100
"""A layer may grow to 100 times its compressed size, or to 4 GiB where that is more; never to more than 64 GiB."""

WINDOW_LOG = 27
"""The largest zstd window, 128 MiB: what zstd itself takes without being asked for more."""


def limit_for(compressed_bytes: int | None) -> int:
    """How many bytes may come out of a blob of that size (None: not known)."""
    return MOST_LIMIT if compressed_bytes is None else min(MOST_LIMIT, max(LEAST_LIMIT, GROWTH * compressed_bytes))


def decompressed(chunks: Iterable[bytes], *, limit: int = MOST_LIMIT) -> Iterator[bytes]:
    """The plain bytes, in pieces. Raises ImageError for damaged data and for more than `limit` bytes."""
    head, rest = _head(iter(chunks))
    if head.startswith(GZIP):
        pieces = _gunzip(_joined(head, rest))
    elif head.startswith(ZSTD):
        pieces = _unzstd(_joined(head, rest))
    else:
        pieces = _joined(head, rest)
    count = 0
    for piece in pieces:
        count += len(piece)
        if count > limit:
            raise ImageError(
                f"a layer unpacks to more than {limit} bytes, which no honest layer of its size does",
                hint="do not pull this image before you know where it comes from",
            )
        yield piece


def _head(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    head = b""
    while len(head) < 4:
        more = next(chunks, None)
        if more is None:
            break
        head += more
    return head, chunks


def _joined(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from rest


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """One or several gzip members, one after the other."""
    worker = zlib.decompressobj(wbits=31)
    for chunk in chunks:
        data = chunk
        while data:
            if worker.eof:
                if not data.startswith(GZIP[: len(data)]):  # padding behind the last member
                    break
                worker = zlib.decompressobj(wbits=31)
            try:
                piece = worker.decompress(data, PIECE)
            except zlib.error as error:
                raise ImageError(f"a layer's gzip data is damaged: {error}") from None
            if piece:
                yield piece
            data = worker.unused_data if worker.eof else worker.unconsumed_tail
    if not worker.eof:
        raise ImageError("a layer's gzip data ends too early")


def _unzstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """One or several zstd frames, one after the other."""
    worker = _zstd_worker()
    for chunk in chunks:
        data = chunk
        while data or not (worker.needs_input or worker.eof):
            if worker.eof:
                worker = _zstd_worker()
            try:
                piece = worker.decompress(data, PIECE)
            except zstd.ZstdError as error:
                raise ImageError(f"a layer's zstd data is damaged: {error}") from None
            if piece:
                yield piece
            data = worker.unused_data if worker.eof else b""
    if not worker.eof:
        raise ImageError("a layer's zstd data ends too early")


def _zstd_worker() -> zstd.ZstdDecompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})
