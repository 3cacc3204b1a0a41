"""Services and libraries found in small repositories, with no configuration."""

from __future__ import annotations

import pytest

from bakehouse.errors import ConfigError
from bakehouse.model.service import Kind

NODE = "FROM node:20\nCOPY package.json ./\n"


def test_dockerfiles_under_any_name(find):
    found = find({
        "api/Dockerfile": "FROM scratch\n",
        "ai/Dockerfile.query": "FROM scratch\n",
        "docker/web.Dockerfile": "FROM scratch\n",
        "box/Containerfile": "FROM scratch\n",
        "api/Dockerfile.legacy": "FROM scratch\n",
        "api/Dockerfile.dockerignore": "*\n",
        "api/Dockerfile.j2": "FROM {{ base }}\n",
        "node_modules/x/Dockerfile": "FROM scratch\n",
    })  # fmt: skip
    assert [s.name for s in found.services] == ["ai-query", "api", "box", "web"]
    assert found.service("api").ignore_file == "api/Dockerfile.dockerignore"
    assert {n.path for n in found.notices} == {"api/Dockerfile.legacy", "api/Dockerfile.j2"}


def test_compose_names_services_and_targets_of_one_dockerfile(find):
    stages = "".join(f"FROM python:3.12 AS {s}\n" for s in ("query-dev", "query-prod", "query-prod-gpu", "load-prod"))
    found = find({
        "compose.yaml": "services:\n  q:\n    build: {context: ., dockerfile: ai/Dockerfile, target: query-prod}\n"
        "    depends_on: [load, db]\n  load:\n    build: {context: ., dockerfile: ai/Dockerfile, target: load-prod}\n"
        "  db:\n    image: postgres\n",
        "ai/Dockerfile": stages,
        "ai/requirements.txt": "torch==2.3\n",
    })  # fmt: skip
    query = found.service("q")
    assert query.variants == {"dev": "query-dev", "gpu": "query-prod-gpu", "prod": "query-prod"}
    assert query.depends_on == ("load",)
    assert query.kind is Kind.PYTHON_AI
    assert query.origins[0].line == 2
    assert found.service("load").variants == {"prod": "load-prod"}
    assert len(found.services) == 2


def test_context_is_the_nearest_directory_that_has_the_sources(find):
    found = find({
        "svc/api/Dockerfile": "FROM node:20\nCOPY libs/common ./common\nCOPY svc/api/package*.json ./\n",
        "svc/api/package.json": '{"name": "api"}',
        "svc/web/Dockerfile": NODE,
        "svc/web/package.json": '{"dependencies": {"react": "1"}}',
        "libs/common/package.json": '{"name": "common"}',
    })  # fmt: skip
    assert (found.service("api").context, found.service("web").context) == (".", "svc/web")
    assert (found.service("api").kind, found.service("web").kind) == (Kind.NODE_API, Kind.FRONTEND)
    (library,) = found.libraries
    assert (library.path, library.name, library.used_by) == ("libs/common", "common", ("api",))


def test_libraries_by_path_and_through_others(find):
    found = find({
        "svc/Dockerfile": NODE,
        "svc/package.json": '{"dependencies": {"a": "file:../libs/a"}}',
        "libs/a/package.json": '{"name": "a", "dependencies": {"b": "workspace:*"}}',
        "libs/b/package.json": '{"name": "b"}',
        "libs/unused/package.json": '{"name": "unused"}',
    })  # fmt: skip
    assert [(x.path, x.used_by) for x in found.libraries] == [("libs/a", ("svc",)), ("libs/b", ("svc",))]


def test_bases_expand_arguments_and_leave_stages_out(find):
    text = "ARG V=3.12\nARG NONE\nFROM python:${V} AS base\nFROM base AS x\nFROM scratch\nFROM img:$NONE\n"
    (service,) = find({"a/Dockerfile": text}).services
    assert service.bases == ("python:3.12", "img:$NONE")
    assert service.stages == ("base", "x", "2", "3")


@pytest.mark.parametrize(
    ("manifest", "text", "extra", "kind"),
    [
        ("go.mod", "module example.com/x\n", "main.go", Kind.GO),
        ("Cargo.toml", '[package]\nname = "x"\n', "src/main.rs", Kind.RUST),
        ("pom.xml", "<project><artifactId>x</artifactId><packaging>war</packaging></project>", "x", Kind.JAVA),
        ("package.json", '{"scripts": {"start": "node ."}}', "x", Kind.NODE_API),
        ("requirements.txt", "flask\n", "app.py", Kind.PYTHON),
    ],
)
def test_manifest_that_starts_is_a_service_without_dockerfile(find, manifest, text, extra, kind):
    (service,) = find({f"things/x/{manifest}": text, f"things/x/{extra}": ""}).services
    assert (service.name, service.dockerfile, service.kind) == ("x", None, kind)


def test_one_bad_file_is_one_warning(find):
    found = find({
        "bad/compose.yaml": "services:\n  api:\n   build: [\n",
        "good/Dockerfile": "FROM scratch\r\n",
        "t/Dockerfile": "{{ cookiecutter.base }}\n",
        "p/package.json": "{ not json",
        "my app/Dockerfile": "FROM scratch\n",
    })  # fmt: skip
    assert [s.name for s in found.services] == ["good", "my-app"]
    warnings = {(n.path, n.line) for n in found.notices if n.level == "warning"}
    assert warnings == {("bad/compose.yaml", 4), ("t/Dockerfile", 1), ("p/package.json", 1)}


def test_missing_context_dockerfile_and_stage_are_warnings_with_lines(find):
    found = find({
        "compose.yaml": "services:\n  a:\n    build:\n      context: gone\n  b:\n    build: ./b\n"
        "  c:\n    build: {context: c, target: nope}\n",
        "b/x": "",
        "c/Dockerfile": "FROM scratch AS yes\n",
    })  # fmt: skip
    assert [s.name for s in found.services] == ["a", "b", "c"]
    assert [s.stages for s in found.services] == [(), (), ("yes",)]
    assert [n.line for n in found.notices] == [4, 5, 7]
    assert "its stages: yes" in found.notices[2].hint


def test_symlink_loop_ends(find, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "Dockerfile.self").symlink_to("Dockerfile.self")
    assert [s.name for s in find({"a/Dockerfile": "FROM scratch\n"}).services] == ["a"]


def test_services_of_one_name_get_their_directories_names(find):
    found = find({"x/api/Dockerfile": "FROM scratch\n", "y/api/Dockerfile": "FROM scratch\n"})
    assert [s.name for s in found.services] == ["x-api", "y-api"]
    assert any("several services called api" in n.message and n.path == "y/api/Dockerfile" for n in found.notices)


def test_compose_projects_may_name_their_services_alike(find):
    compose = "services:\n  web: {build: ., depends_on: [db]}\n  db: {build: {context: ., dockerfile: db.Dockerfile}}\n"
    image = {"Dockerfile": "FROM scratch\n", "db.Dockerfile": "FROM scratch\n"}
    found = find({
        "compose.yaml": compose, **image,
        "shop/compose.yaml": compose, **{f"shop/{name}": text for name, text in image.items()},
        "docs/compose.yaml": compose, **{f"docs/{name}": text for name, text in image.items()},
    })  # fmt: skip
    assert [s.name for s in found.services] == ["db", "docs-db", "docs-web", "shop-db", "shop-web", "web"]
    assert {s.name: s.depends_on for s in found.services if s.depends_on} == {
        "web": ("db",), "docs-web": ("docs-db",), "shop-web": ("shop-db",),
    }  # fmt: skip


def test_names_stay_unique_where_directories_do_not_help(find):
    found = find({"a/x/web.Dockerfile": "FROM scratch\n", "a/x/web/Dockerfile": "FROM scratch\n"})
    assert len({s.name for s in found.services}) == 2


def test_configuration_renames_one_of_two(find):
    found = find({
        "x/api/Dockerfile": "FROM scratch\n",
        "y/api/Dockerfile": "FROM scratch AS a\n",
        "bakehouse.toml": '[services.other]\ndockerfile = "y/api/Dockerfile"\nkind = "go"\nskip = "why"\n',
    })  # fmt: skip
    assert [s.name for s in found.services] == ["api", "other"]
    other = found.service("other")
    assert (other.kind, other.skip, other.origins[0].path) == (Kind.GO, "why", "bakehouse.toml")


def test_same_name_twice_in_one_compose_file(find):
    with pytest.raises(ConfigError) as caught:
        find({"compose.yaml": "services:\n  a:\n    build: .\n  a:\n    build: ./b\n"})
    assert caught.value.where == "compose.yaml:4"


@pytest.mark.parametrize("context", ["../x", "/etc", "a/../../b"])
def test_context_outside_the_workspace(find, context):
    with pytest.raises(ConfigError, match="outside the workspace") as caught:
        find({"compose.yaml": f"services:\n  a:\n    build:\n      context: {context}\n"})
    assert caught.value.where == "compose.yaml:4"


def test_exclude(find):
    found = find({
        "a/Dockerfile": "FROM scratch\n", "old/b/Dockerfile": "FROM scratch\n",
        "bakehouse.toml": '[workspace]\nexclude = ["old"]\n',
    })  # fmt: skip
    assert [s.name for s in found.services] == ["a"]


def test_compose_file_of_a_test_names_the_same_dockerfile_again(find):
    found = find({
        "compose.yaml": "services:\n  vote:\n    build: {context: vote, target: dev}\n",
        "a/compose.test.yaml": "services:\n  vote:\n    build: ../vote\n",
        "vote/Dockerfile": "FROM scratch AS dev\nFROM scratch\n",
    })  # fmt: skip
    assert [(s.name, s.target) for s in found.services] == [("vote", "dev")]
