"""Archives and layouts of images, whole and broken; provenance."""

from __future__ import annotations

import contextlib
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.image.making import digest, docker_archive, layer, oci_files, pack, zstandard

from bakehouse.errors import ImageError
from bakehouse.image import archive as archive_module
from bakehouse.image.archive import read_archive
from bakehouse.image.layout import is_layout, read_layout
from bakehouse.image.provenance import lines_of_layers

LAYERS = [layer(("a", b"1" * 100)), layer(("b", b"2" * 200), (".wh.a", b""))]
STREAMS = Path(__file__).parents[1] / "streams"


def chunks(data, size=5000):
    return (data[at : at + size] for at in range(0, len(data), size))


def images(data, **options):
    return read_archive(chunks(data), "x.tar").images(**options)


def test_what_docker_save_writes():
    (found,) = images(docker_archive(LAYERS))
    assert (found.name, found.config.platform, found.compressed) == ("me/app:1", "linux/amd64", False)
    assert [content.size for content in found.layers] == [100, 200]


@pytest.mark.parametrize("compress", [gzip.compress, zstandard, bytes], ids=["gzip", "zstd", "plain"])
def test_an_oci_layout_in_a_tar_and_in_a_directory(compress, tmp_path):
    files = oci_files(LAYERS, compress)
    (found,) = images(pack(files))
    assert [content.size for content in found.layers] == [100, 200]
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert is_layout(tmp_path)
    assert read_layout(tmp_path).layers == found.layers
    with pytest.raises(ImageError, match="no image for linux/s390x"):
        read_layout(tmp_path, "linux/s390x")


def test_links_between_layers_are_followed():
    files = {"one/layer.tar": LAYERS[0], "two/layer.tar": LAYERS[1]}
    names = ["one/layer.tar", "again/layer.tar"]
    document = {"rootfs": {"diff_ids": [digest(LAYERS[0])] * 2}}
    saved = [{"Config": "c.json", "RepoTags": None, "Layers": names}]
    files |= {"c.json": json.dumps(document).encode(), "manifest.json": json.dumps(saved).encode()}
    (found,) = images(pack(files, [("again/layer.tar", "../one/layer.tar")]))
    assert [content.size for content in found.layers] == [100, 100]
    with pytest.raises(ImageError, match="lacks the layer again"):
        images(pack(files, [("again/layer.tar", "again/layer.tar")]))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no archive"),
        (b"junk" * 1000, "is no archive"),
        (pack({"a": b"text"}), "neither manifest.json nor index.json"),
        (docker_archive(LAYERS)[:2000], "is no archive, or is damaged|lacks|neither"),
        (pack({"manifest.json": b"[{]"}), "cannot be read"),
        (pack({"manifest.json": b"[" * 100_000}), "cannot be read"),
        (pack({"manifest.json": b'[{"Config": "../../etc/passwd", "Layers": []}]'}), "lacks"),
        (pack({"index.json": b'{"manifests": []}'}), "no image in its index"),
        (pack({"index.json": b'{"manifests": [{"digest": "sha256:00"}]}'}), "lacks blobs/sha256/00"),
        (pack({"../manifest.json": b"[]"}), "leads out of the image"),
    ],
    ids=["empty", "junk", "no image", "cut", "no json", "deep json", "path", "no manifest", "no blob", "name"],
)
def test_what_is_no_image(data, message):
    with pytest.raises(ImageError, match=message):
        images(data)


def test_layers_that_are_not_those_of_the_configuration():
    files = oci_files(LAYERS)
    name = next(n for n, data in files.items() if data.startswith(b"\x1f\x8b"))
    with pytest.raises(ImageError, match="should be sha256"):
        images(pack({**files, name: gzip.compress(layer(("evil", b"!")))}))
    del files[name]
    with pytest.raises(ImageError, match="lacks the layer"):
        images(pack(files))


def test_a_damaged_blob_that_no_image_names_is_nobodys_business():
    assert images(pack({**oci_files(LAYERS), "blobs/sha256/junk": b"\x1f\x8bjunk"}))


def test_documents_have_a_limit(monkeypatch):
    monkeypatch.setattr(archive_module, "MAX_DOCUMENTS", 1000)
    with pytest.raises(ImageError, match="more than 1000 bytes of documents"):
        images(pack({f"{n}.json": b"{" + b" " * 300 + b"}" for n in range(5)}))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_changed_bytes_never_end_in_another_error(data):
    blob = bytearray(data.draw(st.sampled_from([docker_archive(LAYERS), pack(oci_files(LAYERS))])))
    for _ in range(data.draw(st.integers(1, 6))):
        blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ImageError):
        images(bytes(blob))


def test_lines_from_recorded_provenance():
    lines = lines_of_layers((STREAMS / "oci-with-provenance.slsa.json").read_bytes())
    assert {line for _, line in lines.values()} >= {2, 3, 5, 6}
    assert lines["sha256:bb8cb48308b031b1161ab446983ddfc52762a5abc1fcea66865f77b513af139e"] == ("Dockerfile", 2)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"predicate": {"metadata": 1}}', b'{"predicate": {"metadata": {}}}']
)
def test_provenance_that_does_not_tell(data):
    assert lines_of_layers(data) == {}
