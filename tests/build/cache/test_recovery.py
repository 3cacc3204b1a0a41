"""What BuildKit says of damaged caches (recorded), what is dropped, and that nothing else is."""

import hashlib
import json
from pathlib import Path

import pytest

from bakehouse.build.cache import directories, precheck, recovery
from bakehouse.build.cache.recovery import Repairs, builder_damaged, suspicious
from bakehouse.model.plan import Target

RECORDED = (
    'failed commit on ref "layer-sha256:616c7dee": unexpected commit digest sha256:4ae38c3d, expected sha256:616c7dee: failed precondition',
    "failed to compute cache key: NotFound: rpc error: code = NotFound desc = content sha256:a4fa130c: not found",
    "failed to compute cache key: short read: expected 94 bytes but got 0: unexpected EOF",
    "invalid character '\\u0084' looking for beginning of value",
    'failed to solve: lease "tcsx7tgsnq1ivwusmdd1vbp17": not found',
)


@pytest.mark.parametrize("said", RECORDED)
def test_recorded_words_are_recognised(said):
    assert suspicious(said)


@pytest.mark.parametrize(
    "said",
    ['process "/bin/sh -c false" did not complete successfully: exit code: 1', "npm error 404 not found", "no space left on device"],
)  # fmt: skip
def test_other_failures_are_not(said):
    assert not suspicious(said)


def test_only_a_lost_lease_means_that_the_builder_itself_is_damaged():
    assert [builder_damaged(said) for said in RECORDED] == [False, False, False, False, True]


def target(name, *sources):
    return Target(
        id=name, service=name, variant="prod", context=Path("/c"), dockerfile=Path("/c/Dockerfile"), cache_from=sources
    )


@pytest.fixture
def damaged(tmp_path):
    place = tmp_path / "cache" / "api"
    (place / "blobs" / "sha256").mkdir(parents=True)
    (place / "index.json").write_text("{")
    return place


def test_a_target_is_built_once_without_its_caches_and_the_damaged_one_goes(tmp_path, damaged):
    repairs = Repairs(tmp_path)
    api = target("api", "type=local,src=cache/api", "type=local,src=cache/none")
    again = repairs.attempt([api, target("web")], RECORDED[0])
    assert set(again) == {"api"}
    assert again["api"].cache_from == ()
    assert not damaged.exists()
    assert "damaged cache dropped: cache/api (its index or a manifest cannot be read" in repairs.said["api"]
    assert repairs.attempt([api], RECORDED[0]) == {}


def test_a_failure_of_the_step_itself_drops_nothing(tmp_path, damaged):
    assert Repairs(tmp_path).attempt([target("api", "type=local,src=cache/api")], "exit code: 1") == {}
    assert damaged.exists()


def test_where_nothing_is_damaged_it_is_said_that_no_cache_is_read(tmp_path):
    assert recovery.repair(["type=local,src=none", "type=gha,scope=x"], tmp_path).words == (
        "the cache may be damaged: built without reading it"
    )


def test_before_a_build_damage_is_found_and_good_blobs_are_hashed_once(tmp_path, damaged, monkeypatch):
    (line,) = precheck.drop_damaged([target("api", "type=local,src=cache/api")], tmp_path, tmp_path)
    assert line.startswith("damaged cache dropped, built without it: cache/api (")
    assert not damaged.exists()
    assert precheck.drop_damaged([target("api", "type=local,src=cache/api")], tmp_path, tmp_path) == ()
    assert precheck.drop_damaged([target("api", "type=registry,ref=x/y:z")], tmp_path, tmp_path) == ()


def test_a_checked_blob_is_not_read_again_until_it_changes(tmp_path, monkeypatch):
    place = tmp_path / "cache" / "api"
    (place / "blobs" / "sha256").mkdir(parents=True)
    data = b"{}"
    digest = hashlib.sha256(data).hexdigest()
    blob = place / "blobs" / "sha256" / digest
    blob.write_bytes(data)
    (place / "index.json").write_text(
        json.dumps({"manifests": [{"digest": f"sha256:{digest}", "size": 2, "mediaType": "x"}]})
    )
    read = []
    real = directories._digest
    monkeypatch.setattr(directories, "_digest", lambda path: read.append(path) or real(path))
    api = target("api", "type=local,src=cache/api")
    for _ in range(3):
        assert precheck.drop_damaged([api], tmp_path, tmp_path) == ()
    assert len(read) == 1
    blob.write_bytes(b"[]")
    assert len(precheck.drop_damaged([api], tmp_path, tmp_path)) == 1
