"""YAML, interpolation, Dockerfiles and manifests, one at a time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bakehouse.errors import WorkspaceError
from bakehouse.workspace import manifests
from bakehouse.workspace.dockerfiles import context_paths, full_reference, outside, read_summary
from bakehouse.workspace.interpolation import interpolate, read_env_file
from bakehouse.workspace.naming import find_variants
from bakehouse.workspace.yaml_nodes import parse_yaml


def test_forty_levels_of_aliases_end_with_a_line():
    levels = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 41))
    began = time.monotonic()
    with pytest.raises(WorkspaceError, match="aliases") as caught:
        parse_yaml("a0: &a0 [x, x]\n" + levels, "compose.yaml")
    assert caught.value.line
    assert time.monotonic() - began < 20


def test_alias_of_itself_ends():
    with pytest.raises(WorkspaceError):
        parse_yaml("a: &a [*a]\n", "x.yaml")


def test_deep_nesting_ends():
    with pytest.raises(WorkspaceError):
        parse_yaml("[" * 5000, "x.yaml")


def test_merge_keys_own_value_wins_and_lines_are_kept():
    value = parse_yaml("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n", "x.yaml").get("y")
    assert (value.text("a"), value.text("b"), value.key_lines["b"]) == ("1", "3", 4)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("${A:-x}/$B", "x/b"),
        ("${B-x}", "b"),
        ("${E:-x}${E-y}", "x"),
        ("$$A", "$A"),
        ("${B:+yes}${A:+no}", "yes"),
        ("${A:-${B}}", "b"),
        ("${A}", ""),
        ("${B:?must be set}", "b"),
    ],
)
def test_interpolation(text, result):
    assert interpolate(text, {"B": "b", "E": ""}) == result


def test_env_file():
    assert read_env_file("A=1\nexport B='x # y'\n# C=3\nD=2 # why\r\n\n=\n") == {"A": "1", "B": "x # y", "D": "2"}


def test_what_a_dockerfile_takes():
    summary = read_summary(
        b"# escape=`\nFROM --platform=$BUILDPLATFORM a:1 AS one\r\nCOPY --chown=1 x `\n  # a comment\n  y /z/\n"
        b'COPY ["with space", "/"]\nRUN <<EOF\nCOPY not-me /\nEOF\n'
        b"RUN --mount=type=bind,source=conf,target=/c --mount=from=two:2,target=/t true\n"
        b"COPY <<X /file\nFROM nor-me\nX\nADD https://example.com/a /\nFROM one\nCOPY --from=0 /a /b\n"
    )
    assert summary.names == ("one", "1")
    assert context_paths(summary.stages) == (("x", 3), ("y", 3), ("with space", 6), ("conf", 10))
    assert [o.reference for o in outside(summary.stages)] == ["a:1", "two:2"]
    assert summary.final_base(None) == "a:1"


def test_other_stages_are_not_reached():
    summary = read_summary(b"FROM a AS a1\nFROM b AS b1\nFROM c AS c1\nCOPY --from=a1 x y\n")
    assert [s.name for s in summary.reached([None])] == ["a1", "c1"]
    assert [s.name for s in summary.reached(["b1", "nowhere"])] == ["b1"]
    assert summary.image_bases == ("a", "b", "c")


def test_a_base_without_a_value_stays_as_written_and_a_named_context_is_no_base():
    summary = read_summary(b"ARG V\nFROM a:${V}\nCOPY --from=shared x y\n", contexts=("shared",))
    assert [(o.reference, o.line) for o in outside(summary.stages)] == [("a:${V}", 2), ("shared", 3)]
    assert read_summary(b"FROM shared\n", contexts=("shared",)).image_bases == ()


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("node", "docker.io/library/node:latest"),
        ("grafana/grafana:11", "docker.io/grafana/grafana:11"),
        ("localhost:5000/a", "localhost:5000/a:latest"),
        ("gcr.io/a/b@sha256:" + "0" * 64, "gcr.io/a/b@sha256:" + "0" * 64),
        ("Not A Reference", "Not A Reference"),
    ],
)
def test_references_in_full(short, full):
    assert full_reference(short) == full


@pytest.mark.parametrize(
    ("stages", "target", "variants"),
    [
        (("base", "dev", "prod", "prod-gpu"), None, {"dev": "dev", "gpu": "prod-gpu", "prod": "prod"}),
        (("prod-build", "runtime", "last"), None, {}),
        (("build", "runtime"), None, {"prod": "runtime"}),
        (("api", "api-dev"), "api", {"dev": "api-dev", "prod": "api"}),
        (("production", "development"), "production", {"dev": "development", "prod": "production"}),
    ],
)
def test_variants(stages, target, variants):
    assert find_variants(stages, target) == variants


def test_every_ecosystem_is_registered():
    directory = Path(manifests.__file__).parent
    modules = {p.stem for p in directory.glob("*.py")} - {"__init__", "manifest"}
    assert {m.__name__.rpartition(".")[2] for m in manifests.ECOSYSTEMS} == modules


@pytest.mark.parametrize(
    ("name", "text", "dependencies", "paths"),
    [
        ("package.json", '{"dependencies": {"a": "1", "b": "file:../b"}}', {"a", "b"}, {"../b"}),
        ("pyproject.toml", '[project]\ndependencies = ["A_b>=1"]\n[tool.uv.sources]\nc = {path = "../c"}\n',
         {"a-b"}, {"../c"}),
        ("requirements.txt", "# x\n-r other.txt\nFlask==2 # y\n-e ../lib\n", {"flask"}, {"../lib"}),
        ("go.mod", "module x.org/m\nrequire (\n\tx.org/a v1.0.0 // indirect\n)\nreplace x.org/a => ../a\n",
         {"x.org/a"}, {"../a"}),
        ("Cargo.toml", '[dependencies]\na = "1"\nb = { path = "../b" }\n', {"a", "b"}, {"../b"}),
        ("pom.xml", "<dependencies><dependency><artifactId>a</artifactId></dependency></dependencies>",
         {"a"}, set()),
    ],
)  # fmt: skip
def test_manifests(name, text, dependencies, paths):
    manifest = manifests.read_manifest(name, text, f"x/{name}")
    assert (set(manifest.dependencies), set(manifest.path_dependencies)) == (dependencies, paths)
