"""What external images are: digests from bases, triggers from configurations. Registries are answered for here;
tests/tools/test_registry.py has real ones."""

import json

import pytest

from bakehouse.build import bases
from bakehouse.build.bases import BaseResolution
from bakehouse.build.identity import images
from bakehouse.errors import RegistryError
from bakehouse.tools import registry
from bakehouse.tools.registry import Manifest

D1, D2, D3 = ("sha256:" + c * 64 for c in "123")


class Registry:
    """Documents by reference; every question is kept."""

    def __init__(self) -> None:
        self.manifests: dict[str, dict] = {}
        self.configurations: dict[str, dict] = {}
        self.asked: list[str] = []

    def manifest(self, name, **_):
        self.asked.append(name)
        if name not in self.manifests:
            raise RegistryError(f"{name} refused")
        return Manifest("application/json", json.dumps(self.manifests[name]).encode())

    def blob(self, name, digest, **_):
        return json.dumps(self.configurations[digest]).encode()


@pytest.fixture
def world(monkeypatch):
    world = Registry()
    world.found = {}
    monkeypatch.setattr(registry, "manifest", world.manifest)
    monkeypatch.setattr(registry, "blob", world.blob)
    monkeypatch.setattr(bases, "resolve", lambda refs, **_: {r: world.found[r] for r in refs})
    return world


def pullable(ref, digest, asked=0.0):
    return BaseResolution(ref, "pullable", digest, None, "its registry has it", asked)


def test_triggers_are_looked_for_in_every_image_of_an_index(world, tmp_path):
    world.found["node:20"] = pullable("node:20", D1)
    world.manifests[f"docker.io/library/node@{D1}"] = {
        "manifests": [
            {"digest": D2, "platform": {"os": "linux", "architecture": "amd64"}},
            {"digest": D3, "platform": {"os": "unknown", "architecture": "unknown"}},
        ]
    }
    world.manifests[f"docker.io/library/node@{D2}"] = {"config": {"digest": "c"}}
    world.configurations["c"] = {"config": {"OnBuild": ["COPY . /app"]}}
    found = images.facts(["node:20"], state=tmp_path)["node:20"]
    assert (found.digest, found.onbuild, found.pinnable) == (D1, True, True)


def test_what_was_read_is_not_read_again_and_what_was_not_is(world, tmp_path):
    world.found["node:20"] = pullable("node:20", D1)
    assert images.facts(["node:20"], state=tmp_path)["node:20"].onbuild is None
    world.manifests[f"docker.io/library/node@{D1}"] = {"config": {"digest": "c"}}
    world.configurations["c"] = {"config": {}}
    assert images.facts(["node:20"], state=tmp_path)["node:20"].onbuild is False
    asked = len(world.asked)
    assert images.facts(["node:20"], state=tmp_path)["node:20"].onbuild is False
    assert len(world.asked) == asked


def test_a_digest_in_the_reference_asks_nobody_for_it(world, tmp_path):
    reference = f"localhost:5000/base@{D1}"
    world.manifests[reference] = {"config": {"digest": "c"}}
    world.configurations["c"] = {}
    found = images.facts([reference], state=tmp_path)[reference]
    assert (found.digest, found.onbuild) == (D1, False)


def test_what_nobody_has_is_told_with_the_reason(world, tmp_path):
    world.found["gone"] = BaseResolution("gone", "missing", None, None, "its registry does not have it")
    found = images.facts(["gone"], state=tmp_path)["gone"]
    assert (found.digest, found.onbuild, found.note) == (None, None, "its registry does not have it")


def test_offline_says_from_when_an_answer_is_and_asks_nobody(world, tmp_path):
    world.found["node:20"] = pullable("node:20", D1, asked=1_700_000_000.0)
    found = images.facts(["node:20"], state=tmp_path, offline=True)["node:20"]
    assert found.note == "node:20 counts as it was on 2023-11-14 22:13 UTC (offline)"
    assert found.onbuild is None
    assert world.asked == []


def test_an_image_of_the_local_store_cannot_be_pinned(world, tmp_path, monkeypatch):
    world.found["mine"] = BaseResolution("mine", "local", D1, None, "in the engine's image store")
    monkeypatch.setattr(images, "_has_triggers", lambda reference, digest, *, local: not local)
    found = images.facts(["mine"], state=tmp_path)["mine"]
    assert (found.digest, found.pinnable, found.onbuild) == (D1, False, False)
