"""Which base becomes what. The registries are answered for here; tests/tools/test_registry.py has real ones."""

import json
import time
from types import SimpleNamespace

import pytest

from bakehouse.build import bases, bootstrap, recipes
from bakehouse.errors import RegistryError
from bakehouse.tools import registry
from bakehouse.tools.registry import UnreachableError

LOCAL = "localhost:5000/bakehouse/bases"
SUBSTITUTE = "sha256:" + "5" * 64
OFFICIAL = "sha256:" + "0" * 64


@pytest.fixture
def world(monkeypatch):
    """What registries have and who can be reached; every question is kept."""

    world = SimpleNamespace(has={}, dead={"docker.io"}, local={}, asked=[])

    def digest(ref, **_):
        world.asked.append(ref)
        host = registry.parse(ref).registry
        if host in world.dead:
            raise UnreachableError(f"{host} cannot be reached: no such name")
        if world.has.get(ref) == "refused":
            raise RegistryError(f"the registry refuses {ref} (HTTP 401)")
        return world.has.get(ref)

    monkeypatch.setattr(registry, "manifest_digest", digest)
    monkeypatch.setattr(bases, "_local_image", world.local.get)
    return world


def one(ref, tmp_path, **options):
    return bases.resolve([ref], cache_dir=tmp_path, **options)[ref]


def test_what_can_be_pulled_is_never_substituted(world, tmp_path):
    world.dead = set()
    world.has = {"node:20": OFFICIAL, f"{LOCAL}/library/node:20": SUBSTITUTE}
    assert one("node:20", tmp_path) == bases.BaseResolution(
        "node:20", "pullable", OFFICIAL, None, "its registry has it"
    )
    assert world.asked == ["node:20"]


def test_substitute_where_nothing_can_be_pulled(world, tmp_path):
    world.has = {f"{LOCAL}/library/node:20": SUBSTITUTE}
    found = one("node:20", tmp_path)
    assert found.status == "substitute"
    assert found.replacement == f"docker-image://{LOCAL}/library/node:20@{SUBSTITUTE}"
    assert found.reason == "docker.io cannot be reached: no such name"


def test_modes(world, tmp_path):
    world.dead = set()
    world.has = {"node:20": OFFICIAL, f"{LOCAL}/library/node:20": SUBSTITUTE}
    assert one("node:20", tmp_path, mode="always").status == "substitute"
    world.has.pop("node:20")
    assert one("node:20", tmp_path / "other", mode="never").status == "missing"


def test_local_image_store(world, tmp_path):
    world.local["mine:1"] = "sha256:cafe"
    found = one("mine:1", tmp_path)
    assert (found.status, found.digest) == ("local", "sha256:cafe")


def test_offline_takes_the_last_known_digests_and_asks_nobody(world, tmp_path):
    world.dead = set()
    world.has = {"node:20": OFFICIAL, f"{LOCAL}/library/debian:12": SUBSTITUTE}
    bases.resolve(["node:20", "debian:12"], cache_dir=tmp_path)
    world.asked.clear()
    found = bases.resolve(["node:20", "debian:12", "redis:7"], cache_dir=tmp_path, offline=True)
    assert world.asked == []
    assert (found["node:20"].status, found["node:20"].digest) == ("pullable", OFFICIAL)
    assert (found["debian:12"].status, found["debian:12"].digest) == ("substitute", SUBSTITUTE)
    assert found["redis:7"].status == "missing"
    assert "offline" in found["redis:7"].reason


def test_what_was_known_survives_a_registry_that_is_gone(world, tmp_path, monkeypatch):
    world.dead = set()
    world.has = {"node:20": OFFICIAL}
    one("node:20", tmp_path)
    world.dead = {"docker.io"}
    later = time.time() + 2 * bases.KEEP_FOUND_SECONDS
    monkeypatch.setattr(time, "time", lambda: later)
    assert one("node:20", tmp_path).status == "missing"
    assert one("node:20", tmp_path, offline=True).digest == OFFICIAL


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("node:20-trixie-slim", "bakehouse bases bootstrap node:20-trixie-slim"),
        ("node:22", "not substituted: Debian has Node.js 20"),
        ("node:20-alpine", "not substituted"),
        ("grafana/grafana:11.6.0", "no recipe"),
        ("docker/dockerfile:1", "no recipe"),
        ("ghcr.io/library/node:20", "no recipe"),
        ("node:20@sha256:" + "a" * 64, "pinned by digest"),
        ("BAD ref!", "not an image reference"),
    ],
)
def test_missing_says_what_to_do(world, tmp_path, ref, words):
    world.dead = {"docker.io", "ghcr.io"}
    found = one(ref, tmp_path)
    assert found.status == "missing"
    assert words in found.reason


def test_a_dead_local_registry_is_told(world, tmp_path):
    world.dead = {"docker.io", "localhost:5000"}
    assert "localhost:5000 cannot be reached" in one("node:20", tmp_path).reason


def test_an_unreachable_host_is_asked_once(world, tmp_path):
    found = bases.resolve(["a:1", "b:1", "c:1"], cache_dir=tmp_path, mode="never")
    assert len(world.asked) == 1
    assert {f.status for f in found.values()} == {"missing"}


def test_a_refusing_host_is_asked_for_each(world, tmp_path):
    world.dead = set()
    world.has = {"a:1": "refused", "b:1": OFFICIAL}
    found = bases.resolve(["a:1", "b:1"], cache_dir=tmp_path)
    assert "refuses" in found["a:1"].reason
    assert found["b:1"].status == "pullable"


def test_answers_are_kept_but_absence_not_for_long(world, tmp_path, monkeypatch):
    world.dead = set()
    world.has = {"a:1": OFFICIAL}
    bases.resolve(["a:1", "b:1"], cache_dir=tmp_path, mode="never")
    assert sorted(world.asked) == ["a:1", "b:1"]
    bases.resolve(["a:1", "b:1"], cache_dir=tmp_path, mode="never")
    assert len(world.asked) == 2
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + bases.KEEP_ABSENT_SECONDS + 1)
    bases.resolve(["a:1", "b:1"], cache_dir=tmp_path, mode="never")
    assert world.asked[2:] == ["b:1"]
    monkeypatch.setattr(time, "time", lambda: now + bases.KEEP_FOUND_SECONDS + 1)
    bases.resolve(["a:1"], cache_dir=tmp_path, mode="never")
    assert world.asked[3:] == ["a:1"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 0}', '{"format": 1, "answers": {"a:1": 3}}', "\x00"])
def test_a_damaged_cache_is_no_cache(world, tmp_path, text):
    (tmp_path / "bases.json").write_text(text)
    assert one("a:1", tmp_path).status == "missing"
    assert json.loads((tmp_path / "bases.json").read_text())["format"] == 1


def test_a_cache_that_cannot_be_written_is_no_error(world, tmp_path):
    (tmp_path / "file").write_text("")
    assert one("a:1", tmp_path / "file" / "below").status == "missing"


@pytest.mark.parametrize("ref", recipes.defaults())
def test_every_default_has_its_recipe(ref):
    reference = registry.parse(ref)
    assert recipes.why_not(reference) is None
    recipe = recipes.find(reference)
    text = (recipe.folder / "Dockerfile").read_text()
    stage = "slim" if recipe.recipe == recipes.PARENT else recipe.stage(reference.tag)
    assert f" AS {stage}\n" in text


def test_every_recipe_is_in_the_table_and_no_other():
    folders = {p.name for p in recipes.HERE.iterdir() if (p / "Dockerfile").is_file()}
    assert folders == {r.recipe for r in recipes.table()}


@pytest.mark.parametrize(
    ("ref", "stage"),
    [
        ("node:20", "full"),
        ("node:20-slim", "slim"),
        ("node:20.19-trixie-slim", "slim"),
        ("node:2", None),
        ("node:200", None),
        ("node:20-bookworm", None),
        ("python:3.13-slim-trixie", "slim"),
        ("python:3.13", "full"),
        ("python:3.12", None),
        ("debian:bookworm", None),
        ("debian:13-slim", "slim"),
        ("prom/prometheus:latest", None),
    ],
)
def test_versions_told_truthfully(ref, stage):
    reference = registry.parse(ref)
    assert recipes.find(reference).stage(reference.tag) == stage


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("node:20", f"{LOCAL}/library/node:20"),
        ("prom/prometheus:v2", f"{LOCAL}/prom/prometheus:v2"),
        ("ghcr.io/a/b:1", f"{LOCAL}/ghcr.io/a/b:1"),
        ("r.example:8443/a:1", f"{LOCAL}/r.example-8443/a:1"),
        ("localhost:5000/a:1", None),
        ("node:20@sha256:" + "a" * 64, None),
        ("no reference", None),
    ],
)
def test_where_a_substitute_lies(ref, name):
    assert bootstrap.substitute_name(ref, "localhost:5000") == name


def test_recipe_digest_follows_its_files(tmp_path, monkeypatch):
    for folder in ("debian", "node"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Dockerfile").write_text("FROM scratch AS slim\n")
    monkeypatch.setattr(recipes, "HERE", tmp_path)
    node = next(r for r in recipes.table() if r.recipe == "node")
    first = node.digest("slim")
    assert node.digest("slim") == first
    assert node.digest("full") != first
    (tmp_path / "debian" / "Dockerfile").write_text("FROM scratch AS slim\n# changed\n")
    assert node.digest("slim") != first


def test_impossible_wishes_start_nothing(monkeypatch):
    monkeypatch.setattr(bootstrap, "run", lambda *a, **k: pytest.fail("something was started"))
    results = bases.bootstrap(
        ["node:22", "grafana/grafana:11.6.0"], registry="localhost:5000", say=pytest.fail, ca_file=None
    )
    assert [r.status for r in results] == ["impossible", "impossible"]
    assert "Node.js 20" in results[0].reason
