"""Which services have the same dependency layers."""

from bakehouse.build.cache.sharing import shared_with
from bakehouse.build.reading import read
from bakehouse.model.service import Kind, Service

NODE = "FROM node:20\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY src src\n"


def reading(root, name, *, lock="{}", dockerfile=NODE):
    folder = root / name
    (folder / "src").mkdir(parents=True)
    (folder / "Dockerfile").write_text(dockerfile)
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text(lock)
    (folder / "src" / "main.js").write_text(name)
    service = Service(name=name, kind=Kind.OTHER, context=name, dockerfile=f"{name}/Dockerfile")
    return read(root, service, "prod")


def test_the_same_lock_file_in_the_same_steps_is_shared_whatever_the_sources(tmp_path):
    found = shared_with([reading(tmp_path, n) for n in ("api", "web")] + [reading(tmp_path, "old", lock="{1}")])
    assert found == {"api": ("web",), "web": ("api",), "old": ()}


def test_wildcards_are_followed_and_other_bases_are_others(tmp_path):
    stars = NODE.replace("package.json package-lock.json", "package*.json")
    readings = [reading(tmp_path, "a", dockerfile=stars), reading(tmp_path, "b", dockerfile=stars)]
    readings.append(reading(tmp_path, "c", dockerfile=stars.replace("node:20", "node:22")))
    assert shared_with(readings) == {"a": ("b",), "b": ("a",), "c": ()}


def test_sources_copied_before_the_install_share_nothing(tmp_path):
    early = "FROM node:20\nCOPY . .\nRUN npm ci\n"
    readings = [reading(tmp_path, "a", dockerfile=early), reading(tmp_path, "b", dockerfile=early)]
    assert shared_with(readings) == {"a": (), "b": ()}


def test_at_most_three_are_named(tmp_path):
    found = shared_with([reading(tmp_path, f"s{i}") for i in range(6)])
    assert found["s0"] == ("s1", "s2", "s3")
