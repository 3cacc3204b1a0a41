"""Compose files of several files: include, extends, and what goes wrong in them."""

from __future__ import annotations

import pytest

from bakehouse.model.service import Service


def service(found, name: str) -> Service:
    result = found.service(name)
    assert result is not None, [s.name for s in found.services]
    return result


FILES = {
    "api/Dockerfile": "FROM scratch AS dev\nFROM scratch AS prod\n",
    "common/Dockerfile": "FROM scratch\n",
    "common/Dockerfile.other": "FROM scratch\n",
}


def test_extends_in_the_same_file(find):
    compose = """
services:
  base:
    build: {context: api, target: prod, args: {A: "1", B: "2"}}
    depends_on: [db]
  web:
    extends: base
    build: {args: {B: "3", C: "4"}}
    depends_on: {cache: {condition: service_started}}
  db: {image: postgres}
  cache: {build: common}
"""
    web = service(find({**FILES, "compose.yaml": compose}), "web")
    assert (web.context, web.dockerfile, web.target) == ("api", "api/Dockerfile", "prod")
    assert web.args == {"A": "1", "B": "3", "C": "4"}
    assert web.depends_on == ("cache",)


def test_extends_another_file_whose_paths_start_there(find):
    compose = "services:\n  web:\n    extends: {file: common/services.yml, service: app}\n    image: mine\n"
    common = "services:\n  app: {build: ., image: theirs}\n"
    web = service(find({**FILES, "compose.yaml": compose, "common/services.yml": common}), "web")
    assert (web.context, web.dockerfile, web.image) == ("common", "common/Dockerfile", "mine")
    assert (web.origins[0].path, web.origins[0].line) == ("compose.yaml", 2)


def test_a_dockerfile_of_ones_own_in_the_context_of_another(find):
    compose = "services:\n  web:\n    extends: {file: common/s.yml, service: app}\n    build: {dockerfile: Dockerfile.other}\n"
    web = service(find({**FILES, "compose.yaml": compose, "common/s.yml": "services: {app: {build: .}}\n"}), "web")
    assert (web.context, web.dockerfile) == ("common", "common/Dockerfile.other")


def test_include_in_both_forms(find):
    found = find({
        **FILES,
        "compose.yaml": "include:\n  - parts/api.yml\n  - path: [parts/common.yml]\nservices: {}\n",
        "parts/api.yml": "services: {one: {build: ../api}}\n",
        "parts/common.yml": "services: {two: {build: ../common}}\n",
    })  # fmt: skip
    assert {s.name: s.context for s in found.services if s.name in ("one", "two")} == {"one": "api", "two": "common"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"compose.yaml": "include: [a.yml]\nservices: {}\n", "a.yml": "include: [compose.yaml]\n"}, "in a circle"),
        ({"compose.yaml": "services:\n  a: {extends: b}\n  b: {extends: a}\n"}, "extend each other in a circle"),
        ({"compose.yaml": "services:\n  a: {extends: a}\n"}, "extend each other in a circle"),
        ({"compose.yaml": "services:\n  a: {extends: {file: gone.yml, service: b}}\n"}, "gone.yml cannot be read"),
        ({"compose.yaml": "services:\n  a: {extends: {service: b}}\n"}, "has no service b"),
        ({"compose.yaml": "include: [gone.yml]\nservices: {}\n"}, "gone.yml cannot be read"),
    ],
)
def test_what_leads_nowhere_is_a_warning_with_its_line(find, files, message):
    notices = [n for n in find({**FILES, **files}).notices if n.level == "warning"]
    assert any(message in n.message and n.path and n.line for n in notices), notices


def test_operators_of_interpolation(find, monkeypatch):
    monkeypatch.setenv("SET", "api")
    monkeypatch.setenv("EMPTY", "")
    compose = """
services:
  a: {build: {context: "${SET}", args: {V: "${EMPTY:-x}${EMPTY-y}${NONE:-${SET}}${SET:+z}${NONE+w}$$q"}}}
"""
    assert service(find({**FILES, "compose.yaml": compose}), "a").args == {"V": "xapiz$q"}
