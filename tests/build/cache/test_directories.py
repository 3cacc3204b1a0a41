"""A cache directory: whole, damaged in every way, and swept."""

import hashlib
import json
import os

import pytest

from bakehouse.build.cache import directories


def blob(place, data):
    name = hashlib.sha256(data).hexdigest()
    path = place / "blobs" / "sha256" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {"digest": f"sha256:{name}", "size": len(data)}


@pytest.fixture
def cache(tmp_path):
    place = tmp_path / "cache" / "api"
    place.mkdir(parents=True)
    layer = blob(place, b"layer") | {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip"}
    config = blob(place, b"{}") | {"mediaType": "application/vnd.buildkit.cacheconfig.v0"}
    manifest = blob(place, json.dumps({"manifests": [layer, config]}).encode())
    index = {"manifests": [manifest | {"mediaType": "application/vnd.oci.image.index.v1+json"}]}
    (place / "index.json").write_text(json.dumps(index))
    return place


def layer_of(cache):
    return cache / "blobs" / "sha256" / hashlib.sha256(b"layer").hexdigest()


def test_a_whole_cache_is_whole_and_measured(cache):
    assert directories.damage(cache) == ""
    (store,) = directories.stores(cache.parent)
    assert store.target == "api"
    assert store.size == sum(p.stat().st_size for p in cache.rglob("*") if p.is_file())
    assert directories.stores(cache.parent.parent / "none") == ()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda c: layer_of(c).write_bytes(b"lAyer"), "another content"),
        (lambda c: layer_of(c).write_bytes(b"lay"), "has 3 bytes instead of 5"),
        (lambda c: layer_of(c).unlink(), "is missing"),
        (lambda c: (c / "index.json").write_text("{"), "cannot be read"),
        (lambda c: (c / "index.json").write_text('{"manifests": [{"digest": "sha256:../../etc/passwd"}]}'), "not a digest"),
        (lambda c: (c / "index.json").unlink(), "cannot be read"),
        (lambda c: (c / "index.json").write_text("[]"), "cannot be read"),
    ],
)  # fmt: skip
def test_damage_is_found(cache, harm, said):
    harm(cache)
    assert said in directories.damage(cache)


def test_what_no_manifest_needs_is_swept_unless_it_is_new(cache):
    stray = blob(cache, b"of an older export")
    path = cache / "blobs" / "sha256" / stray["digest"].removeprefix("sha256:")
    assert directories.sweep(cache, dry_run=False) == 0
    os.utime(path, (1, 1))
    assert directories.sweep(cache, dry_run=True) == 18
    assert path.exists()
    assert directories.sweep(cache, dry_run=False) == 18
    assert not path.exists()
    assert directories.damage(cache) == ""


def test_drop_removes_it_all(cache):
    directories.drop(cache)
    assert not cache.exists()
    directories.drop(cache)
