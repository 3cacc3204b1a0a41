"""Reuse from a registry, good and bad: a real HTTP server that stalls, lies, refuses, is full or has gone."""

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.small_registry import digest_of, serving

from bakehouse.build import identity_record, names, reuse_memory
from bakehouse.build.reuse_registry import MEMORY, RegistryImages
from bakehouse.errors import RegistryError
from bakehouse.model.plan import Reused, Target

IDENTITY = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32


@pytest.fixture
def registry(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with serving() as server:
        yield server


@pytest.fixture
def store(tmp_path):
    return RegistryImages(tmp_path, limit_seconds=1.0)


def target(registry, *, identity: str = IDENTITY, name: str = "api", **more) -> Target:
    tag = f"{registry.name}/fleet/{name}:prod"
    return Target(
        id=name, service=name, variant="prod", context=Path("/repo"), dockerfile=Path("/repo/Dockerfile"),
        tags=(tag,), identity=identity, identity_tag=names.identity_tag(tag, identity), **more,
    )  # fmt: skip


def pushed(registry, store, one, **image):
    """The target's image as a build leaves it: pushed under the name of passage, then its tags and its record."""
    digest = registry.put_image(f"fleet/{one.service}", "pushing-prod", **image)
    store.publish(one, digest)
    store.remember(one, digest, 1.0)
    return digest


def forget(tmp_path):
    (tmp_path / MEMORY).unlink(missing_ok=True)


def test_a_fresh_machine_finds_what_another_pushed(registry, store, tmp_path):
    one = target(registry)
    digest = pushed(registry, store, one)
    forget(tmp_path)
    registry.asked.clear()
    answers, warnings = store.find([one])
    assert answers["api"] == Reused(
        place="registry", reference=f"{registry.name}/fleet/api@{digest}", digest=digest,
        built=identity_record.timestamp("2026-11-24T10:00:00Z"),
    )  # fmt: skip
    assert warnings == ()
    assert sorted(registry.asked) == [
        ("GET", f"/v2/fleet/api/manifests/id-{IDENTITY[7:47]}"),
        ("HEAD", "/v2/fleet/api/manifests/prod"),
    ]


def test_what_was_seen_before_costs_one_head(registry, store):
    one = target(registry)
    pushed(registry, store, one)
    registry.asked.clear()
    assert isinstance(store.find([one])[0]["api"], Reused)
    assert registry.asked == [("HEAD", "/v2/fleet/api/manifests/prod")]


def test_a_newer_image_of_the_same_identity_is_remembered(registry, store, tmp_path):
    """Another machine rebuilt it for its updates: the old one must not be taken for the identity's image any more."""
    one = target(registry)
    pushed(registry, store, one, created="2026-11-01T00:00:00Z")
    old = (tmp_path / MEMORY).read_bytes()
    newer = pushed(registry, store, one, mark="rebuilt")
    (tmp_path / MEMORY).write_bytes(old)
    assert store.find([one])[0]["api"].digest == newer
    registry.asked.clear()
    assert store.find([one])[0]["api"].digest == newer
    assert registry.asked == [("HEAD", "/v2/fleet/api/manifests/prod")]


def test_a_moved_release_tag_is_put_back_byte_for_byte_without_a_layer(registry, store):
    one = target(registry)
    digest = pushed(registry, store, one)
    registry.put_image("fleet/api", "prod", mark="somebody else's")
    found = store.find([one])[0]["api"]
    assert found.missing_tags == ((one.tags[0], digest),)
    registry.asked.clear()
    store.point_tags(replace(one, reuse=found))
    assert registry.digest("fleet/api", "prod") == digest
    children = json.loads(registry.manifests["fleet/api", "prod"][1])["manifests"]
    assert [c["platform"]["os"] for c in children] == ["linux", "unknown"]  # the attestation is still there
    assert not [path for _, path in registry.asked if "/blobs/" in path]


def test_the_record_is_no_alias_of_the_release(registry, store):
    """Deleting a record by its digest must never delete a release."""
    one = target(registry)
    digest = pushed(registry, store, one)
    record = registry.digest("fleet/api", f"id-{IDENTITY[7:47]}")
    assert record not in (None, digest)
    body = json.loads(registry.manifests["fleet/api", record][1])
    assert body["annotations"] == {
        "dev.bakehouse.identity": IDENTITY,
        "dev.bakehouse.image": digest,
        "dev.bakehouse.built": "2026-11-24T10:00:00Z",
    }


def test_platform_tags_name_the_platforms_image(registry, store):
    one = target(registry, platform_tags=((f"{registry.name}/fleet/api:prod-amd64", "linux/amd64"),))
    pushed(registry, store, one)
    child = json.loads(registry.manifests["fleet/api", "prod"][1])["manifests"][0]["digest"]
    assert registry.digest("fleet/api", "prod-amd64") == child
    assert store.find([one])[0]["api"].missing_tags == ()
    registry.put_image("fleet/api", "prod-amd64", mark="moved")
    assert store.find([one])[0]["api"].missing_tags == ((f"{registry.name}/fleet/api:prod-amd64", child),)


def test_a_release_tag_is_never_pushed_to_but_moved_whole(registry, store):
    """The last thing that happens to it is one PUT of the whole index."""
    one = target(registry)
    digest = pushed(registry, store, one)
    puts = [path for method, path in registry.asked if method == "PUT"]
    assert puts == ["/v2/fleet/api/manifests/prod", f"/v2/fleet/api/manifests/id-{IDENTITY[7:47]}"]
    assert registry.digest("fleet/api", "prod") == digest


def test_without_a_digest_nothing_is_published(registry, store):
    with pytest.raises(RegistryError, match="did not say which image"):
        store.publish(target(registry), "")
    assert not registry.asked


def test_an_identity_nobody_pushed(registry, store):
    answer = store.find([target(registry)])[0]["api"]
    assert answer == f"no image of this identity in {registry.name}"


def test_a_record_of_another_identity_is_never_taken(registry, store, tmp_path):
    """Forty digits of the digest are in the tag; the record holds all of them."""
    one = target(registry)
    pushed(registry, store, one)
    tag = f"id-{IDENTITY[7:47]}"
    media_type, body = registry.manifests["fleet/api", tag]
    registry.put("fleet/api", tag, body.replace(IDENTITY.encode(), OTHER.encode()), media_type)
    forget(tmp_path)
    answers, warnings = store.find([one])
    assert "record of another identity" in answers["api"]
    assert "record of another identity" in warnings[0]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"<html>", b'{"annotations": {"dev.bakehouse.identity": "x"}}'])
def test_a_damaged_record_is_never_taken(registry, store, body):
    one = target(registry)
    registry.put("fleet/api", f"id-{IDENTITY[7:47]}", body)
    assert isinstance(store.find([one])[0]["api"], str)


@pytest.mark.parametrize("mode", ["wrong-body", "wrong-digest", "expired", "broken"])
def test_a_registry_that_lies_or_refuses_means_build(registry, store, tmp_path, mode):
    one = target(registry)
    pushed(registry, store, one)
    forget(tmp_path)
    registry.mode = mode
    answers, warnings = store.find([one])
    assert "did not say" in answers["api"]
    assert warnings
    assert not (tmp_path / MEMORY).exists()


def test_a_registry_that_lies_about_a_known_image_means_build(registry, store):
    one = target(registry)
    pushed(registry, store, one)
    registry.mode = "wrong-digest"
    assert isinstance(store.find([one])[0]["api"], str)


@pytest.mark.parametrize("mode", ["stall", "drip"])
def test_a_registry_that_stalls_costs_the_limit_and_no_more(registry, store, tmp_path, mode):
    many = [target(registry, name=f"s{i}") for i in range(40)]
    for one in many[:3]:
        pushed(registry, store, one)
    forget(tmp_path)
    registry.mode = mode
    began = time.monotonic()
    answers, warnings = store.find(many)
    assert time.monotonic() - began < 4
    assert not [a for a in answers.values() if isinstance(a, Reused)]
    assert warnings


def test_a_registry_that_is_gone_means_build(registry, store):
    one = target(registry)
    registry.shutdown()
    registry.server_close()
    answers, warnings = store.find([one])
    assert "cannot be reached" in answers["api"]
    assert "cannot be reached" in warnings[0]


def test_a_registry_without_digest_headers_still_serves(registry, store, tmp_path):
    one = target(registry)
    digest = pushed(registry, store, one)
    forget(tmp_path)
    registry.mode = "no-digest"
    assert store.find([one])[0]["api"].digest == digest


def test_an_image_that_is_gone_behind_its_record_means_build(registry, store):
    one = target(registry)
    digest = pushed(registry, store, one)
    del registry.manifests["fleet/api", "prod"], registry.manifests["fleet/api", digest]
    assert store.find([one])[0]["api"] == f"its image is gone from {registry.name}"


@pytest.mark.parametrize(("mode", "said"), [("read-only", "read-only"), ("full", "full"), ("expired", "refuses")])
def test_a_registry_that_takes_nothing_is_said(registry, store, mode, said):
    one = target(registry)
    pushed(registry, store, one)
    registry.put_image("fleet/api", "prod", mark="moved")
    found = store.find([one])[0]["api"]
    registry.mode = mode
    with pytest.raises(RegistryError) as caught:
        store.point_tags(replace(one, reuse=found))
    assert said in f"{caught.value.message} {caught.value.hint}"


def test_a_registry_that_stores_something_else_than_it_was_sent_is_said(registry, store):
    one = target(registry)
    digest = registry.put_image("fleet/api", "prod")
    registry.mode = "wrong-digest"
    with pytest.raises(RegistryError, match="sent something else"):
        store.remember(one, digest, 1.0)


def test_age_is_of_the_content_not_of_the_tag(registry, store):
    one = target(registry)
    pushed(registry, store, one, created="2026-01-01T00:00:00.123456789Z")
    assert store.find([one])[0]["api"].built == identity_record.timestamp("2026-01-01T00:00:00Z")


def test_a_fixed_clock_inside_the_image_is_no_age(registry, store):
    one = target(registry)
    digest = registry.put_image("fleet/api", "prod", created="1970-01-01T00:00:00Z")
    store.remember(one, digest, 1_795_000_000.0)
    assert store.find([one])[0]["api"].built == 1_795_000_000.0


def test_a_damaged_memory_is_an_empty_one(registry, store, tmp_path):
    one = target(registry)
    pushed(registry, store, one)
    (tmp_path / MEMORY).write_text('{"format": 1, "entries": {"x"')
    assert isinstance(store.find([one])[0]["api"], Reused)


def test_a_plain_manifest_gets_a_record_too(registry, store):
    one = target(registry)
    config = json.dumps({"created": "2026-11-24T10:00:00Z"}).encode()
    registry.blobs[digest_of(config)] = config
    body = json.dumps({"schemaVersion": 2, "config": {"digest": digest_of(config)}}).encode()
    digest = registry.put("fleet/api", "prod", body)
    store.remember(one, digest, 1.0)
    assert store.find([one])[0]["api"].digest == digest


def test_a_configuration_that_is_not_what_its_digest_says_names_nothing(registry, store):
    one = target(registry)
    digest = registry.put_image("fleet/api", "prod")
    for name in registry.blobs:
        registry.blobs[name] = b'{"created": "2030-01-01T00:00:00Z"}'
    with pytest.raises(RegistryError, match="sent something else"):
        store.remember(one, digest, 1.0)
    assert registry.digest("fleet/api", f"id-{IDENTITY[7:47]}") is None


def test_records_of_calls_that_end_together_are_all_remembered(tmp_path):
    record = identity_record.IdentityRecord(IDENTITY, OTHER, 1.0)
    threads = [
        threading.Thread(target=reuse_memory.add, args=(tmp_path / MEMORY, {f"r/s{i}:id-1": record})) for i in range(24)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(reuse_memory.load(tmp_path / MEMORY)) == {f"r/s{i}:id-1" for i in range(24)}
