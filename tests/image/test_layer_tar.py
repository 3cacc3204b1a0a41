"""One layer as a stream: what is in it, and what no honest layer has."""

from __future__ import annotations

import contextlib
import gzip
import io
import tarfile

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.image.making import digest, layer, zstandard

from bakehouse.errors import ImageError
from bakehouse.image import decompress, layer_tar
from bakehouse.image.layer_tar import EntryType, read_layer

PLAIN = layer(
    "d/", ("d/a", b"x" * 1000), ("d/l", "->", "a"), ("d/h", "=", "d/a"), ("d/.wh.gone", b""), ("e/.wh..wh..opq", b"")
)


def chunks(data, size=700):
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard], ids=["plain", "gzip", "zstd"])
def test_entries_of_a_layer_however_it_is_packed(pack):
    blob = pack(PLAIN)
    found = read_layer(chunks(blob), blob_bytes=len(blob), expected=digest(blob))
    assert [(e.path, e.type) for e in found.entries] == [
        ("d", EntryType.DIRECTORY),
        ("d/a", EntryType.FILE),
        ("d/l", EntryType.LINK),
        ("d/h", EntryType.HARD_LINK),
        ("d/gone", EntryType.WHITEOUT),
        ("e", EntryType.OPAQUE),
    ]
    assert (found.digest, found.diff_id) == (digest(blob), digest(PLAIN))
    assert (found.blob_bytes, found.archive_bytes, found.size, found.files) == (len(blob), len(PLAIN), 1000, 1)
    assert found.entries[1].digest.hex() == digest(b"x" * 1000)[7:]


def test_members_and_frames_one_after_the_other():
    half = len(PLAIN) // 2
    for pack in (gzip.compress, zstandard):
        blob = pack(PLAIN[:half]) + pack(PLAIN[half:])
        assert read_layer(chunks(blob)).diff_id == digest(PLAIN)


def test_names_of_all_formats():
    long = "/".join(["directory" * 5] * 8) + "/größe"
    for kind in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        assert [e.path for e in read_layer([layer((long, b"1"), kind=kind)]).entries] == [long]
    assert [e.path for e in read_layer([layer(("./a//b", b""), ("/etc/c", b""), "./")]).entries] == ["a/b", "etc/c", ""]


def refused(data, **options):
    with pytest.raises(ImageError) as caught:
        read_layer(chunks(data), **options)
    return caught.value.message


@pytest.mark.parametrize("name", ["../etc/passwd", "a/../../b", "a/.."])
def test_a_path_that_leads_out_is_refused(name):
    assert "leads out of the image" in refused(layer((name, b"")))


def test_devices_are_counted_and_made_nowhere():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo("dev/sda")
        info.type, info.devmajor = tarfile.BLKTYPE, 8
        tar.addfile(info)
    assert [e.type for e in read_layer([out.getvalue()]).entries] == [EntryType.DEVICE]


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", PLAIN[:1500], gzip.compress(PLAIN)[:-300], zstandard(PLAIN)[:-20],
     gzip.compress(PLAIN)[:50] + b"\0" * 50, b"\x28\xb5\x2f\xfd" + b"\xff" * 60, b"\x1f\x8b" + b"\xff" * 60],
    ids=["empty", "text", "cut", "gzip cut", "zstd cut", "gzip damaged", "zstd damaged", "gzip of nothing"],
)  # fmt: skip
def test_damage_is_said(data):
    assert refused(data)


def test_a_header_in_the_middle_that_is_none():
    second = layer(("a", b"1"))[:1024] + b"?" * 512 + layer(("b", b"2"))
    assert "a header makes no sense" in refused(second)
    assert "after its end" in refused(layer(("a", b"1")) + b"?" * 20_000)


def test_another_digest_than_promised():
    assert "should be sha256:" in refused(PLAIN, expected=digest(b"other"))


def test_huge_extended_headers_are_not_read():
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 1 << 40
    assert "a header of 1099511627776 bytes" in refused(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 1024)
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 5 << 20
    assert "a header of" in refused(info.tobuf(tarfile.GNU_FORMAT) + b"a" * (5 << 20))


def test_headers_upon_headers_end():
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 0
    assert refused(info.tobuf() * 20_000)


def test_negative_sizes():
    head = bytearray(tarfile.TarInfo("x").tobuf())
    head[124:136] = b"\xff" * 12
    head[148:156] = b"        "
    head[148:156] = b"%06o\0 " % sum(head)
    assert "negative" in refused(bytes(head) + b"\0" * 1024)


def test_too_many_entries(monkeypatch):
    monkeypatch.setattr(layer_tar, "MAX_ENTRIES", 3)
    assert "more than 3 entries" in refused(layer(*((f"f{n}", b"") for n in range(4))))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard])
def test_a_bomb_ends_at_its_limit(pack, monkeypatch):
    monkeypatch.setattr(decompress, "LEAST_LIMIT", 1 << 20)
    blob = pack(layer(("zeros", b"\0" * (16 << 20))))
    assert len(blob) < 20_000
    assert "unpacks to more than" in refused(blob, blob_bytes=len(blob))


def test_limits_follow_the_size_of_the_blob():
    assert decompress.limit_for(1000) == decompress.LEAST_LIMIT
    assert decompress.limit_for(1 << 30) == decompress.MOST_LIMIT
    assert decompress.limit_for(100 << 20) == 100 * (100 << 20)
    assert decompress.limit_for(None) == decompress.MOST_LIMIT


def test_pieces_stay_small_whatever_comes_out():
    blob = gzip.compress(b"\0" * (32 << 20))
    assert max(map(len, decompress.decompressed([blob]))) <= decompress.PIECE
    blob = zstandard(b"\0" * (32 << 20))
    assert max(map(len, decompress.decompressed([blob]))) <= decompress.PIECE


def test_a_window_larger_than_we_give_memory_for():
    options = {zstd.CompressionParameter.window_log: 30, zstd.CompressionParameter.enable_long_distance_matching: 1}
    worker = zstd.ZstdCompressor(options=options)
    blob = worker.compress(b"a" * 100_000) + worker.flush()
    assert "zstd data is damaged" in refused(blob)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_changed_bytes_never_end_in_another_error(data):
    blob = bytearray(data.draw(st.sampled_from([PLAIN, gzip.compress(PLAIN, mtime=0), zstandard(PLAIN)])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(blob) - 1))
        blob[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ImageError):
        read_layer(chunks(bytes(blob)))
